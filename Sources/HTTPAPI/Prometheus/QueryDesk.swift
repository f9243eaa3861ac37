import MonitoringModel
import Synchronization

/// Lets only so many queries run at once, of one asker and of all together; others wait their turn.
package final class QueryDesk: Sendable {
    /// A place among those that run.
    private struct Ticket: Sendable {
        fileprivate let asker: String
    }

    /// What the desk has seen, for self-metrics.
    package struct Figures: Sendable {
        package fileprivate(set) var running = 0
        package fileprivate(set) var waiting = 0
        /// Queries that ended, since the start.
        package fileprivate(set) var ended = 0
        /// Of them, those without an answer.
        package fileprivate(set) var failed = 0
        /// How long all of them took, waiting left out.
        package fileprivate(set) var time = Duration.zero
    }

    private struct State {
        var figures = Figures()
        var running = 0
        var byAsker: [String: Int] = [:]
        var waiting: [(number: UInt64, asker: String, continuation: CheckedContinuation<Void, any Error>)] = []
        var nextNumber: UInt64 = 0
        /// Those who gave up before they began to wait.
        var canceled: Set<UInt64> = []
    }

    private let state = Mutex(State())
    private let atOnce: Int
    private let atOnceByAsker: Int
    private let mostWaiting: Int

    /// Queries that run at once; the default of Prometheus.
    package static let atOnce = 20

    /// - Parameters:
    ///   - atOnce: queries that run at once.
    ///   - atOnceByAsker: of them, of one asker: so few that other askers have processors left.
    ///   - mostWaiting: more are refused.
    package init(atOnce: Int = QueryDesk.atOnce, atOnceByAsker: Int = 4, mostWaiting: Int = 200) {
        self.atOnce = atOnce
        self.atOnceByAsker = atOnceByAsker
        self.mostWaiting = mostWaiting
    }

    /// Runs `work` when it is the asker's turn, on threads of its own, and gives it up when the asker goes.
    ///
    /// - Parameters:
    ///   - limit: how long the asker waits for a turn at most.
    ///   - work: gets how long it had to wait.
    /// - Throws: `QueryError` `.timeout` without a turn in time, or when too many wait already; what `work` throws.
    package func serve<Value: Sendable>(
        _ asker: String, waitingAtMost limit: Duration = .seconds(120),
        _ work: @escaping @Sendable (Duration) async throws -> Value
    ) async throws -> Value {
        try await ClientPresence.whileWaiting { [self] in
            let began = ContinuousClock.now
            let ticket = try await enter(asker, within: limit)
            defer { leave(ticket) }
            return try await withTaskExecutorPreference(QueryExecutor.shared) {
                try await work(ContinuousClock.now - began)
            }
        }
    }

    private func enter(_ asker: String, within limit: Duration) async throws -> Ticket {
        if let ticket = (state.withLock { state in admit(asker, &state) }) { return ticket }
        return try await withThrowingTaskGroup(of: Ticket?.self) { group in
            group.addTask { try await self.queue(asker) }
            group.addTask {
                // Also ends when the asker goes; it must not end the group then, which may hold a turn by now.
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            if let first { return first }
            // A turn that came just when the time was over is given back.
            if let late = try? await group.next() ?? nil { leave(late) }
            try Task.checkCancellation()
            throw QueryError(
                .timeout, "expected a turn among the queries that run within the time allowed, found none")
        }
    }

    /// A place, when the asker may have one at once.
    private func admit(_ asker: String, _ state: inout State) -> Ticket? {
        guard mayRun(asker, state) else { return nil }
        state.running += 1
        state.byAsker[asker, default: 0] += 1
        return Ticket(asker: asker)
    }

    /// Waits until the asker may run a query.
    /// - Throws: `.timeout` when too many wait already; `CancellationError`.
    private func queue(_ asker: String) async throws -> Ticket {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        defer { state.withLock { _ = $0.canceled.remove(number) } }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.canceled.remove(number) != nil { return .failure(CancellationError()) }
                    if admit(asker, &state) != nil { return .success(()) }
                    guard state.waiting.count < mostWaiting else {
                        return .failure(
                            QueryError(.timeout, "expected at most \(mostWaiting) queries that wait, found more"))
                    }
                    state.waiting.append((number, asker, continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                guard let place = state.waiting.firstIndex(where: { $0.number == number }) else {
                    state.canceled.insert(number)
                    return nil as CheckedContinuation<Void, any Error>?
                }
                return state.waiting.remove(at: place).continuation
            }
            waiter?.resume(throwing: CancellationError())
        }
        return Ticket(asker: asker)
    }

    package var figures: Figures {
        state.withLock { state in
            var figures = state.figures
            figures.running = state.running
            figures.waiting = state.waiting.count
            return figures
        }
    }

    /// Counts a query that ended.
    func note(_ duration: Duration, isAnswered: Bool) {
        state.withLock { state in
            state.figures.ended += 1
            state.figures.failed += isAnswered ? 0 : 1
            state.figures.time += duration
        }
    }

    /// Gives a place back to whoever waits longest and may have it.
    private func leave(_ ticket: Ticket) {
        let next = state.withLock { state in
            state.running -= 1
            let left = (state.byAsker[ticket.asker] ?? 1) - 1
            state.byAsker[ticket.asker] = left > 0 ? left : nil
            guard let place = state.waiting.firstIndex(where: { mayRun($0.asker, state) }) else {
                return nil as CheckedContinuation<Void, any Error>?
            }
            let waiter = state.waiting.remove(at: place)
            _ = admit(waiter.asker, &state)
            return waiter.continuation
        }
        next?.resume()
    }

    private func mayRun(_ asker: String, _ state: State) -> Bool {
        state.running < atOnce && state.byAsker[asker] ?? 0 < atOnceByAsker
    }
}
