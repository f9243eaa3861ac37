import HTTPTransport
import MonitoringModel
import Synchronization

/// Delivery: a supervisor that keeps one lane per receiver.
extension Dispatcher {
    /// Entries read from the outbox at once.
    private static let page = 64
    /// Refusals by the receiver after which an entry no longer holds up those behind it.
    private static let patience = 5
    /// A notification older than this tells nobody anything new.
    private static let maximumAge = Duration.seconds(24 * 3600)
    /// An answer's body is not looked at; a longer one is not even read.
    private static let maximumAnswerBytes = 1 << 20

    /// Delivers until cancelled, first what a former process left. To be called once.
    ///
    /// An attempt that is cancelled stays in the outbox and is made again, under the same key, by the next process.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let started = state.withLock { state in
                    var started: [(String, Bell)] = []
                    for name in state.receivers.keys where state.lanes[name] == nil {
                        let bell = Bell()
                        state.lanes[name] = bell
                        started.append((name, bell))
                    }
                    return started
                }
                for (name, bell) in started { group.addTask { await self.runLane(name, bell) } }
                let isDone = await abandonStrangers()
                await supervisorBell.wait(for: isDone ? nil : retry.first)
            }
        }
        state.withLock { $0.lanes = [:] }
    }

    /// Gives up what waits for receivers that are not configured; false when the outbox failed.
    private func abandonStrangers() async -> Bool {
        do {
            let counts = try await outbox.pendingCounts()
            for name in counts.keys.sorted() {
                // A lane that is still at work looks after its entries; it rings when it has ended.
                while state.withLock({ $0.receivers[name] == nil && $0.lanes[name] == nil }), !Task.isCancelled {
                    let entries = try await outbox.pending(receiver: name, limit: Self.page)
                    if entries.isEmpty { break }
                    let reason = "the receiver is no longer configured"
                    for entry in entries {
                        try await outbox.recordAbandonment(key: entry.key, error: reason, at: clock.now)
                        note("\(entry.receiver): \(reason)") { $0.abandoned += 1 }
                    }
                }
            }
            try await countPending()
            return true
        } catch {
            note("outbox: \(error)")
            return false
        }
    }

    /// The attempts at one entry by this process.
    private struct Tries {
        var failures = 0
        var notBefore = ContinuousClock.now
        /// The receiver answered, but not with success: later entries may fare better.
        var wasAnswered = false
        /// Nothing more is sent, though the outbox may not know yet.
        var ending: Ending?
    }

    private enum Ending {
        case delivered
        case abandoned(String)
    }

    private func runLane(_ name: String, _ bell: Bell) async {
        var tries: [String: Tries] = [:]
        var storeFailures = 0
        while !Task.isCancelled {
            let receiver = state.withLock { state in
                if state.receivers[name] == nil { state.lanes[name] = nil }
                return state.receivers[name]
            }
            guard let receiver else {
                // Entries may have come in since the supervisor looked.
                supervisorBell.ring()
                return
            }
            do {
                let wait = try await round(receiver, &tries)
                storeFailures = 0
                if wait != .zero { await bell.wait(for: wait) }
            } catch {
                note("outbox: \(error)")
                storeFailures += 1
                await bell.wait(for: retry.delay(after: storeFailures, key: name))
            }
        }
    }

    /// Goes once through the oldest entries of a receiver, then through those the outbox could not take.
    ///
    /// - Returns: how long there is nothing to do; zero: there may be more at once; nil: until an entry is added.
    /// - Throws: what the outbox threw, when every entry has had its turn.
    private func round(_ receiver: Receiver, _ tries: inout [String: Tries]) async throws -> Duration? {
        // First what is held: an entry that moves to the outbox meanwhile is in both, not in neither.
        let held = state.withLock { $0.held.filter { $0.entry.receiver == receiver.name }.map(\.entry) }
        var failure: (any Error)?
        var stored: [OutboxEntry] = []
        do { stored = try await outbox.pending(receiver: receiver.name, limit: Self.page) } catch { failure = error }
        let storedKeys = Set(stored.map(\.key))
        let entries = stored + held.filter { !storedKeys.contains($0.key) }
        let keys = Set(entries.map(\.key))
        tries = tries.filter { keys.contains($0.key) || $0.value.ending != nil }
        var settled = 0
        var next: ContinuousClock.Instant?
        for entry in entries {
            if Task.isCancelled { return nil }
            let isStored = storedKeys.contains(entry.key)
            var attempt = tries[entry.key] ?? Tries()
            if attempt.ending == nil, attempt.notBefore <= .now {
                switch await send(entry, to: receiver) {
                case .delivered:
                    end(entry, &attempt, .delivered)
                case .cancelled:
                    return nil
                case .giveUp(let reason):
                    end(entry, &attempt, .abandoned(reason))
                case .retry(let reason, _, _) where clock.now - entry.createdAt >= Self.maximumAge:
                    end(entry, &attempt, .abandoned("\(reason); given up after a day"))
                case .retry(let reason, let wasAnswered, let pause):
                    attempt.failures += 1
                    attempt.wasAnswered = wasAnswered
                    attempt.notBefore = .now + max(retry.delay(after: attempt.failures, key: entry.key), pause)
                    note("\(receiver.name): \(reason)") { $0.failedAttempts += 1 }
                    do {
                        if isStored { try await outbox.recordFailure(key: entry.key, error: reason, at: clock.now) }
                    } catch {
                        failure = error
                    }
                }
                tries[entry.key] = attempt
            }
            if let ending = attempt.ending {
                guard isStored else { continue }
                do {
                    try await record(ending, of: entry)
                    tries[entry.key] = nil
                    settled += 1
                } catch {
                    failure = error
                }
                continue
            }
            next = min(next ?? attempt.notBefore, attempt.notBefore)
            if attempt.failures < Self.patience || !attempt.wasAnswered { break }
        }
        if let failure { throw failure }
        if settled > 0 { try await countPending() }
        // A notification that came while this round went on has rung the bell, so no wake-up is lost.
        if settled > 0 || entries.isEmpty { return entries.isEmpty ? nil : .zero }
        return next.map { max(.milliseconds(1), $0 - .now) }
    }

    private func end(_ entry: OutboxEntry, _ attempt: inout Tries, _ ending: Ending) {
        attempt.ending = ending
        state.withLock { state in
            switch ending {
            case .delivered:
                state.status.delivered += 1
                state.status.lastError = nil
            case .abandoned(let reason):
                state.status.abandoned += 1
                state.status.lastError = "\(entry.receiver): \(reason)"
            }
            guard let place = state.held.firstIndex(where: { $0.entry.key == entry.key }) else { return }
            state.held[place].isOver = true
            state.status.pending -= 1
        }
    }

    private func record(_ ending: Ending, of entry: OutboxEntry) async throws {
        switch ending {
        case .delivered: try await outbox.recordDelivery(key: entry.key, at: clock.now)
        case .abandoned(let reason): try await outbox.recordAbandonment(key: entry.key, error: reason, at: clock.now)
        }
    }

    private enum Outcome {
        case delivered
        case cancelled
        case retry(String, wasAnswered: Bool, pause: Duration)
        case giveUp(String)
    }

    private func send(_ entry: OutboxEntry, to receiver: Receiver) async -> Outcome {
        var request = HTTPRequest(
            method: "POST", url: receiver.webhook,
            headers: [(name: "Content-Type", value: "application/json"), (name: "Idempotency-Key", value: entry.key)],
            body: entry.body, timeout: receiver.timeout, maximumBodyBytes: Self.maximumAnswerBytes,
            followsRedirects: false)
        if !receiver.allowsLocalAddresses {
            let addresses = state.withLock { $0.addresses }
            request.allowsAddress = { addresses.allows($0) }
        }
        do throws(HTTPTransportError) {
            let response = try await http.perform(request)
            switch response.status {
            case 200..<300: return .delivered
            case 408, 425, 429, 500..<600:
                return .retry(
                    "status \(response.status)", wasAnswered: response.status != 429,
                    pause: RetryPolicy.pause(response.header("Retry-After")))
            default: return .giveUp("status \(response.status)")
            }
        } catch {
            // Only the code: the detail may name the host.
            switch error.code {
            case .cancelled where Task.isCancelled: return .cancelled
            case .addressRefused, .badRequest, .bodyTooLarge: return .giveUp(error.code.rawValue)
            default: return .retry(error.code.rawValue, wasAnswered: false, pause: .zero)
            }
        }
    }

    func note(_ error: String, _ count: (inout DispatchStatus) -> Void = { _ in }) {
        state.withLock { state in
            state.status.lastError = error
            count(&state.status)
        }
    }
}
