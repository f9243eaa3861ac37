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
                    for entry in entries { try await abandon(entry, "the receiver is no longer configured") }
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
        /// Delivered, but the outbox does not know yet: it is not sent again.
        var isDelivered = false
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

    /// Goes once through the oldest entries of a receiver.
    ///
    /// - Returns: how long there is nothing to do; zero: there may be more at once; nil: until an entry is added.
    private func round(_ receiver: Receiver, _ tries: inout [String: Tries]) async throws -> Duration? {
        let entries = try await outbox.pending(receiver: receiver.name, limit: Self.page)
        let keys = Set(entries.map(\.key))
        tries = tries.filter { keys.contains($0.key) }
        var settled = 0
        var next: ContinuousClock.Instant?
        for entry in entries {
            if Task.isCancelled { return nil }
            var attempt = tries[entry.key] ?? Tries()
            if attempt.notBefore <= .now {
                let outcome = attempt.isDelivered ? Outcome.delivered : await send(entry, to: receiver)
                switch outcome {
                case .delivered:
                    attempt.isDelivered = true
                    tries[entry.key] = attempt
                    try await outbox.recordDelivery(key: entry.key, at: clock.now)
                    state.withLock { state in
                        state.status.delivered += 1
                        state.status.lastError = nil
                    }
                    settled += 1
                    continue
                case .cancelled:
                    return nil
                case .giveUp(let reason):
                    try await abandon(entry, reason)
                    settled += 1
                    continue
                case .retry(let reason, let wasAnswered, let pause):
                    guard clock.now - entry.createdAt < Self.maximumAge else {
                        try await abandon(entry, "\(reason); given up after a day")
                        settled += 1
                        continue
                    }
                    attempt.failures += 1
                    attempt.wasAnswered = wasAnswered
                    attempt.notBefore = .now + max(retry.delay(after: attempt.failures, key: entry.key), pause)
                    tries[entry.key] = attempt
                    note("\(receiver.name): \(reason)") { $0.failedAttempts += 1 }
                    try await outbox.recordFailure(key: entry.key, error: reason, at: clock.now)
                }
            }
            next = min(next ?? attempt.notBefore, attempt.notBefore)
            if attempt.failures < Self.patience || !attempt.wasAnswered { break }
        }
        if settled > 0 { try await countPending() }
        // A notification that came while this round went on has rung the bell, so no wake-up is lost.
        if settled > 0 || entries.isEmpty { return entries.isEmpty ? nil : .zero }
        return next.map { max(.milliseconds(1), $0 - .now) }
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

    private func abandon(_ entry: OutboxEntry, _ reason: String) async throws {
        try await outbox.recordAbandonment(key: entry.key, error: reason, at: clock.now)
        note("\(entry.receiver): \(reason)") { $0.abandoned += 1 }
    }

    func note(_ error: String, _ count: (inout DispatchStatus) -> Void = { _ in }) {
        state.withLock { state in
            state.status.lastError = error
            count(&state.status)
        }
    }
}
