import Synchronization

/// Asks agents over one shared UDP socket per address family, driven by one thread.
///
/// Any number of requests to any number of agents may be in flight; a silent agent delays nobody else. All functions may be
/// called from any task; cancellation ends a call with `.cancelled`.
package final class SNMPClient: Sendable {
    private let mailbox: Mailbox<ClientLoop.Message>
    private let published: PublishedCounters
    private let nextOwner = Atomic<UInt64>(1)

    package init() throws(SNMPError) {
        let mailbox = try Mailbox<ClientLoop.Message>()
        let published = PublishedCounters()
        let loop = try ClientLoop(mailbox: mailbox, counters: published)
        self.mailbox = mailbox
        self.published = published
        try loop.start()
    }

    deinit {
        mailbox.close()
    }

    /// The values of these instances in the order asked. An object the agent lacks is an exception value, not an error.
    /// Splits what does not fit one message. With v1, a missing object becomes `.noSuchObject`.
    package func get(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        try await perform(.get(GetOperation(oids)), peer, deadline, .deadline)
    }

    /// The instances that follow these identifiers, in the order asked; `.endOfMibView` where none does.
    package func next(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        try await perform(.get(GetOperation(oids, isNext: true)), peer, deadline, .deadline)
    }

    /// Everything below `root` in increasing order, by GETBULK (GETNEXT with v1).
    package func walk(
        _ root: ObjectIdentifier, from peer: SNMPPeer, limits: WalkLimits, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        let operation = WalkOperation(
            root: root, limits: limits, maxRepetitions: peer.maxRepetitions, isSingle: Self.isSingle(peer))
        let limit = ContinuousClock.now + limits.time
        return try await perform(
            .walk(operation), peer, min(limit, deadline), limit < deadline ? .walkLimit : .deadline)
    }

    /// Reads instances and columns in few packets, one after the other. Ends early when asking on makes no sense, with what came
    /// until then.
    ///
    /// - Parameters:
    ///   - instances: positions in the plan's instances to ask for.
    ///   - memory: what the last reading of the agent with the same plan left.
    ///   - limits: of one column, but for the time, which is that of all.
    package func read(
        _ plan: ReadPlan, instances: [Int], memory: ReadMemory, from peer: SNMPPeer,
        limits: WalkLimits = WalkLimits(), deadline: ContinuousClock.Instant
    ) async -> AgentReading {
        let operation = ReadOperation(
            plan, instances: instances, memory: memory, limits: limits, isSingle: Self.isSingle(peer))
        let limit = ContinuousClock.now + limits.time
        return await submit(.read(operation), peer, min(limit, deadline), limit < deadline ? .walkLimit : .deadline) {
            .reading($0)
        }
    }

    private static func isSingle(_ peer: SNMPPeer) -> Bool {
        if case .v1 = peer.credential { return true }
        return false
    }

    /// Ends the thread and fails what is in flight with `.cancelled`. Idempotent.
    package func close() {
        mailbox.close()
    }

    /// What happened so far, at most one turn of the loop old.
    package var counters: SNMPClientCounters { published.value }

    private func perform(
        _ operation: Operation, _ peer: SNMPPeer, _ deadline: ContinuousClock.Instant, _ lateness: SNMPError.Code
    ) async throws(SNMPError) -> [VarBind] {
        try await submit(operation, peer, deadline, lateness) { .varBinds($0) }.get()
    }

    private func submit<Value: Sendable>(
        _ operation: Operation, _ peer: SNMPPeer, _ deadline: ContinuousClock.Instant, _ lateness: SNMPError.Code,
        _ completion: (CheckedContinuation<Value, Never>) -> Exchange.Completion
    ) async -> Value {
        let owner = nextOwner.add(1, ordering: .relaxed).oldValue
        let mailbox = mailbox
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let submission = ClientLoop.Submission(
                    owner: owner, operation: operation, peer: peer, deadline: deadline, lateness: lateness,
                    completion: completion(continuation))
                guard mailbox.post(.submit(submission)) else {
                    Exchange(submission).complete(.failure(SNMPError(.cancelled, "the client is closed")))
                    return
                }
                // A cancellation before the submission was posted found nothing to cancel.
                if Task.isCancelled { _ = mailbox.post(.cancel(owner)) }
            }
        } onCancel: {
            _ = mailbox.post(.cancel(owner))
        }
    }
}

/// Counts since the client was made.
package struct SNMPClientCounters: Hashable, Sendable {
    /// Datagrams sent, retries and discoveries included.
    package var requests = 0
    /// Of these, repetitions of a request that was not answered in time.
    package var retries = 0
    /// Requests given up without an answer.
    package var timeouts = 0
    /// Datagrams received.
    package var replies = 0
    package var sentBytes = 0
    package var receivedBytes = 0
    /// Replies that are not SNMP.
    package var malformed = 0
    /// Replies to nothing that is asked: late, repeated or forged.
    package var unmatched = 0
    /// Calls now waiting.
    package var inFlight = 0

    package init() {}
}

/// The counters as the loop thread last published them.
final class PublishedCounters: Sendable {
    private let counters = Mutex(SNMPClientCounters())

    var value: SNMPClientCounters { counters.withLock { $0 } }

    func publish(_ value: SNMPClientCounters) {
        counters.withLock { $0 = value }
    }
}
