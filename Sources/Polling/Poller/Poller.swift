package import HTTPTransport
package import MonitoringModel
package import SNMP
import Synchronization

/// Told of each finished poll, in the order they finish; called from the poller's tasks and must not block.
package protocol PollObserver: Sendable {
    func pollFinished(_ outcome: PollOutcome)
}

/// Polls every target of the plan in its slot, appends the samples and keeps the status of each target.
///
/// One loop starts what is due; each poll is a child task of it. A poll that waits for its device holds up nothing but its place
/// among the `maximumInFlight`. All functions may be called from any task.
package final class Poller: Sendable {
    package struct Options: Hashable, Sendable {
        /// Polls under way at once. A silent device holds its place until its retries are used up, 14 s by default, so this
        /// bounds how many of them a minute can bear: about 4,000.
        package var maximumInFlight = 1_000

        package init() {}
    }

    private let state: Mutex<PollerState>
    private let sites = Mutex(SiteInfo())
    /// Devices whose interfaces are being checked, with those who came after that check began.
    private let checks = Mutex<[String: [CheckedContinuation<CheckTurn, Never>]]>([:])
    private let agents: any AgentReader
    private let http: HTTPClient
    private let appender: any SampleAppender
    private let observer: any PollObserver
    private let clock: any WallClock
    private let memoryStore: (any DeviceMemoryStore)?
    private let history: CounterHistory?

    /// What one who asks for a check is to do.
    private enum CheckTurn {
        /// Run it, and answer those who came together with you.
        case run(for: ArraySlice<CheckedContinuation<CheckTurn, Never>>)
        case answer(Result<ConfirmedInterfaces, SNMPError>)
    }

    /// The longest the loop sleeps: how soon it notices a new plan or that the clock was set.
    private static let longestSleep = Duration.milliseconds(250)
    /// How often what changed of the devices' memories is saved.
    private static let savePause = Duration.seconds(1)

    /// - Parameters:
    ///   - agents: asks SNMP agents.
    ///   - memories: what `memoryStore` holds; nil: nothing outlives the process.
    ///   - history: where counters stood before their device was replaced.
    package init(
        plan: PollPlan, agents: any AgentReader, http: HTTPClient, appender: any SampleAppender,
        observer: any PollObserver, clock: any WallClock, memoryStore: (any DeviceMemoryStore)? = nil,
        memories: [String: DeviceMemory] = [:], history: CounterHistory? = nil, options: Options = Options()
    ) {
        self.state = Mutex(PollerState(maximumInFlight: options.maximumInFlight, memories: memories))
        self.memoryStore = memoryStore
        self.history = history
        self.agents = agents
        self.http = http
        self.appender = appender
        self.observer = observer
        self.clock = clock
        appender.describe(TargetPoll.metadata)
        update(plan)
    }

    /// Polls until the task is cancelled; polls under way are then cancelled too.
    package func run() async {
        await withDiscardingTaskGroup { group in
            if let memoryStore { group.addTask { await self.keepMemories(in: memoryStore) } }
            while !Task.isCancelled {
                let now = clock.now
                let (jobs, nextDue) = state.withLock { ($0.advance(now: now), $0.nextDue) }
                for job in jobs { group.addTask { await self.work(job) } }
                writeSites(now: now)
                let wait = nextDue.map { max(.zero, min(Self.longestSleep, $0 - clock.now)) } ?? Self.longestSleep
                try? await ContinuousClock().sleep(for: wait, tolerance: .zero)
            }
            group.cancelAll()
        }
        // What the polls learnt that ended meanwhile.
        if let memoryStore { await saveMemories(in: memoryStore) }
    }

    private func keepMemories(in store: any DeviceMemoryStore) async {
        while !Task.isCancelled {
            await saveMemories(in: store)
            try? await ContinuousClock().sleep(for: Self.savePause)
        }
    }

    /// Saves what changed; what cannot be saved is tried again.
    private func saveMemories(in store: any DeviceMemoryStore) async {
        let changed = state.withLock { $0.takeUnsaved() }
        guard !changed.isEmpty else { return }
        do {
            try await store.save(changed)
        } catch {
            state.withLock { $0.giveBack(changed.keys) }
        }
    }

    /// Swaps the plan: targets that did not change keep their slot and status, and what was learnt of them. The series of
    /// targets that are gone are marked as ended.
    package func update(_ plan: PollPlan) {
        appender.describe(ReadingPlan.metadata(of: plan.modules))
        let now = clock.now
        let ended = state.withLock { $0.update(plan, now: now, appender: appender) }
        for var session in ended { session.end(now: now) }
        sites.withLock { $0.update(plan.inventory) }
    }

    /// All targets, sorted by id.
    package func statuses() -> [TargetStatus] {
        state.withLock { $0.statuses }
    }

    package func counts() -> PollCounts {
        state.withLock { state in
            var counts = state.counts
            counts.waiting = state.waitingCount
            return counts
        }
    }

    // MARK: Polls

    /// Carries out a poll, and after it those that waited for its place.
    private func work(_ first: PollJob) async {
        var job = first
        while true {
            let poll = TargetPoll(
                context: job.context, slot: job.slot, budget: job.budget, agents: agents, http: http, clock: clock,
                history: history)
            let outcome = await poll.run(&job.session)
            let now = clock.now
            let (next, ended) = state.withLock {
                $0.finish(job.context, job.session, outcome, now: now, appender: appender)
            }
            if var ended { ended.end(now: now) }
            if let outcome { observer.pollFinished(outcome) }
            guard let next else { return }
            job = next
        }
    }

    private func writeSites(now: Timestamp) {
        guard let labels = sites.withLock({ $0.labelsDue(now: now) }) else { return }
        let ids = appender.seriesIDs(for: labels)
        let values = sites.withLock { $0.values(ids) }
        if !values.isEmpty { appender.append(SampleBatch(timestamp: now, values: values)) }
    }

    /// Polls a target now and hands back what came instead of storing it, with findings.
    /// - Parameter plan: what it says of the target's device, and its modules, are used.
    /// - Returns: nil when cancelled.
    package static func pollOnce(
        _ target: PollTarget, in plan: PollPlan, agents: any AgentReader, http: HTTPClient, clock: any WallClock,
        budget: Duration = .seconds(60)
    ) async -> PollReport? {
        let parts = DeclaredParts.byDevice(plan.inventory)[target.device] ?? DeclaredParts()
        let context = TargetContext(target: target, parts: parts, modules: plan.modules)
        let report = ReportAppender()
        var session = TargetSession(context, appender: report)
        let poll = TargetPoll(
            context: context, slot: nil, budget: budget, agents: agents, http: http, clock: clock, history: nil,
            isDetailed: true)
        guard let outcome = await poll.run(&session) else { return nil }
        return PollReport(
            outcome: outcome, samples: report.samples, matches: session.agent.matches, findings: session.findings)
    }

    /// Asks one device now, outside its slot, whether its agent is there. Takes at most about 4 s.
    /// - Parameter device: inventory id.
    /// - Returns: nil for a device without SNMP access, or when cancelled.
    package func confirmPresence(of device: String) async -> Presence? {
        guard let peer = state.withLock({ $0.peer(of: device) }) else { return nil }
        let time = clock.now
        let failure = await PresenceCheck(reader: agents, peer: peer).run()
        guard failure?.code != .cancelled else { return nil }
        return Presence(isUp: failure == nil, reason: failure.map { PollReason($0) }, time: time)
    }

    // MARK: Interfaces

    /// Asks one device now, outside its slot, for the status of all its interfaces (ifName, ifAdminStatus, ifOperStatus).
    ///
    /// Takes at most about 0.9 s, and as long again when a check is under way: that one may have read already what changed
    /// since, so whoever comes meanwhile shares the next one.
    /// - Parameter device: inventory id of a device with SNMP access.
    package func confirmInterfaces(of device: String) async throws(SNMPError) -> ConfirmedInterfaces {
        guard let peer = state.withLock({ $0.peer(of: device) }) else {
            throw SNMPError(.system, "device \(device) has no SNMP access")
        }
        while true {
            switch await checkTurn(device) {
            case .run(let others):
                let time = clock.now
                let result = await InterfaceCheck(reader: agents, peer: peer).run()
                    .map { ConfirmedInterfaces(time: time, interfaces: $0) }
                for other in others { other.resume(returning: .answer(result)) }
                passCheckOn(device)
                return try result.get()
            case .answer(let result):
                // A check that ended with the task of whoever ran it says nothing to the others.
                if case .failure(let error) = result, error.code == .cancelled, !Task.isCancelled { continue }
                return try result.get()
            }
        }
    }

    /// Runs a check at once when none is under way, else waits for the next.
    private func checkTurn(_ device: String) async -> CheckTurn {
        await withCheckedContinuation { continuation in
            let isFirst = checks.withLock { checks in
                guard checks[device] != nil else {
                    checks[device] = []
                    return true
                }
                checks[device]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume(returning: .run(for: [])) }
        }
    }

    /// Lets the first of those who came meanwhile run the next check, for all of them.
    private func passCheckOn(_ device: String) {
        let waiting = checks.withLock { checks in
            let waiting = checks[device] ?? []
            checks[device] = waiting.isEmpty ? nil : []
            return waiting
        }
        waiting.first?.resume(returning: .run(for: waiting.dropFirst()))
    }

    /// The key of the interface with this ifIndex as the last poll saw it; nil when unknown.
    package func interface(of device: String, ifIndex: UInt32) -> String? {
        state.withLock { $0.interface(of: device, ifIndex: ifIndex) }
    }
}
