import MonitoringModel
import SNMP

/// A poll to carry out now.
struct PollJob: Sendable {
    var context: TargetContext
    var session: TargetSession
    var slot: Timestamp
    var budget: Duration
}

/// All that changes in a poller: the targets, when they are due and which are being polled.
///
/// A state machine without I/O; the poller holds it under a lock and carries out what its functions return.
///
/// 1. A target has a session unless it is being polled; then the poll has it.
/// 2. Every target has one current entry in `due`; entries that do not match their target's `nextSlot` are out of date.
/// 3. `inFlight` counts the targets being polled, and is at most `maximumInFlight`.
struct PollerState: Sendable {
    private struct Target: Sendable {
        enum Phase {
            case idle, waiting, polling
        }

        var context: TargetContext
        var schedule: PollSchedule
        var nextSlot: Timestamp
        /// The slot that waits for room; meaningful while waiting.
        var waitingSlot: Timestamp
        var phase = Phase.idle
        var session: TargetSession?
        var status: TargetStatus
        var interfaceKeys: [UInt32: String] = [:]
    }

    private var targets: [PollTarget.ID: Target] = [:]
    /// SNMP targets by device.
    private var agents: [String: PollTarget.ID] = [:]
    private var due = DueQueue()
    private var waiting: [PollTarget.ID] = []
    private var waitingStart = 0
    private var modules: [DeviceModule] = []
    private var modulesVersion = 0
    private let maximumInFlight: Int
    private var lastAdvance: Timestamp?
    /// What is known of devices, by id.
    private var memories: [String: DeviceMemory]
    /// Devices whose memory is to be saved.
    private var unsaved: Set<String> = []
    private(set) var counts = PollCounts()

    /// - Parameter memories: from before, by device id.
    init(maximumInFlight: Int, memories: [String: DeviceMemory]) {
        self.maximumInFlight = max(1, maximumInFlight)
        self.memories = memories
    }

    // MARK: Plan

    /// Swaps the plan.
    /// - Returns: sessions whose series are to be ended, because their targets are gone or are called otherwise; those of
    ///   polls under way come from `finish`.
    mutating func update(_ plan: PollPlan, now: Timestamp, appender: any SampleAppender) -> [TargetSession] {
        if plan.modules != modules {
            modules = plan.modules
            modulesVersion += 1
        }
        let parts = DeclaredParts.byDevice(plan.inventory)
        var ended: [TargetSession] = []
        var kept: [PollTarget.ID: Target] = [:]
        agents = [:]
        for target in plan.targets where kept[target.id] == nil {
            let context = TargetContext(
                target: target, parts: parts[target.device] ?? DeclaredParts(), modules: modules,
                modulesVersion: modulesVersion)
            if case .snmp = target.access { agents[target.device] = target.id }
            if var old = targets.removeValue(forKey: target.id) {
                if let session = old.session?.adapt(from: old.context, to: context, appender: appender) {
                    ended.append(session)
                }
                let schedule = PollSchedule(id: target.id, interval: target.interval)
                if schedule != old.schedule {
                    old.schedule = schedule
                    old.nextSlot = schedule.slot(atOrAfter: now)
                }
                if target != old.context.target { old.status.target = target }
                old.context = context
                kept[target.id] = old
            } else {
                let schedule = PollSchedule(id: target.id, interval: target.interval)
                let slot = schedule.slot(atOrAfter: now)
                kept[target.id] = Target(
                    context: context, schedule: schedule, nextSlot: slot, waitingSlot: slot,
                    session: TargetSession(context, appender: appender, memory: memory(for: target)),
                    status: TargetStatus(target: target))
            }
        }
        for target in targets.values {
            if let session = target.session { ended.append(session) }
        }
        targets = kept
        due.removeAll()
        for (id, target) in targets { due.insert(DueQueue.Entry(due: target.nextSlot, id: id)) }
        return ended
    }

    private func memory(for target: PollTarget) -> DeviceMemory? {
        if case .snmp = target.access { memories[target.device] } else { nil }
    }

    // MARK: Slots

    /// Moves targets whose slot has come on to polling, or to waiting when too many polls are under way.
    mutating func advance(now: Timestamp) -> [PollJob] {
        // When the clock was set back, the slots planned are too far away.
        if let lastAdvance, now < lastAdvance - .seconds(1) { realign(now: now) }
        lastAdvance = now
        while let first = due.first, first.due <= now {
            _ = due.removeFirst()
            guard let target = targets[first.id], target.nextSlot == first.due else { continue }
            takeSlot(first.id, target, now: now)
        }
        var jobs: [PollJob] = []
        while let job = takeWaiting(now: now) { jobs.append(job) }
        return jobs
    }

    /// When to call `advance` again at the latest; nil without targets.
    var nextDue: Timestamp? { due.first?.due }

    private mutating func takeSlot(_ id: PollTarget.ID, _ target: Target, now: Timestamp) {
        var next = target.schedule.slot(after: target.nextSlot)
        switch target.schedule.decide(slot: target.nextSlot, now: now) {
        case .wait: next = target.nextSlot
        case .skip(let missed, let slot):
            countOverrun(id, missed)
            next = slot
        case .poll:
            if target.phase == .idle {
                targets[id]?.phase = .waiting
                targets[id]?.waitingSlot = target.nextSlot
                waiting.append(id)
            } else {
                // The poll before has not ended, or has not even begun: this slot is lost, not queued behind it.
                countOverrun(id, 1)
            }
        }
        targets[id]?.nextSlot = next
        due.insert(DueQueue.Entry(due: next, id: id))
    }

    /// The next poll to begin; nil when none waits or enough are under way.
    private mutating func takeWaiting(now: Timestamp) -> PollJob? {
        while counts.inFlight < maximumInFlight, waitingStart < waiting.count {
            let id = waiting[waitingStart]
            waitingStart += 1
            if waitingStart > 1_024, waitingStart * 2 > waiting.count {
                waiting.removeFirst(waitingStart)
                waitingStart = 0
            }
            guard let target = targets[id], target.phase == .waiting else { continue }
            guard case .poll(let next) = target.schedule.decide(slot: target.waitingSlot, now: now),
                let session = target.session
            else {
                targets[id]?.phase = .idle
                countOverrun(id, 1)
                continue
            }
            targets[id]?.phase = .polling
            targets[id]?.session = nil
            counts.inFlight += 1
            return PollJob(
                context: target.context, session: session, slot: target.waitingSlot,
                budget: target.schedule.budget(now: now, until: next))
        }
        return nil
    }

    private mutating func realign(now: Timestamp) {
        due.removeAll()
        for id in targets.keys {
            guard let schedule = targets[id]?.schedule else { continue }
            let slot = schedule.slot(atOrAfter: now)
            targets[id]?.nextSlot = slot
            due.insert(DueQueue.Entry(due: slot, id: id))
        }
    }

    private mutating func countOverrun(_ id: PollTarget.ID, _ count: Int) {
        counts.polls += count
        counts.reasons["overrun", default: 0] += count
        targets[id]?.status.pollCount += count
    }

    // MARK: End of a poll

    /// Takes back the session of a poll that ended.
    /// - Parameter outcome: nil when the poll was cancelled.
    /// - Returns: the poll to go on with, and a session whose series are to be ended.
    mutating func finish(
        _ context: TargetContext, _ session: TargetSession, _ outcome: PollOutcome?, now: Timestamp,
        appender: any SampleAppender
    ) -> (next: PollJob?, ended: TargetSession?) {
        counts.inFlight -= 1
        if let outcome { count(outcome) }
        let id = context.target.id
        // The target may be gone; or it went and came back, and has a session of its own.
        guard let target = targets[id], target.phase == .polling, target.session == nil else {
            return (takeWaiting(now: now), session)
        }
        var session = session
        let ended = session.adapt(from: context, to: target.context, appender: appender)
        targets[id]?.phase = .idle
        targets[id]?.interfaceKeys = session.agent.interfaceKeys
        targets[id]?.status.matches = session.agent.matches
        targets[id]?.status.identity = session.agent.device
        // A poll that was cancelled may have found out who answers, but not where its counters stood.
        if outcome != nil, let memory = session.takeMemory() {
            memories[context.target.device] = memory
            unsaved.insert(context.target.device)
        }
        targets[id]?.session = session
        if let outcome { targets[id]?.status.record(outcome) }
        return (takeWaiting(now: now), ended)
    }

    private mutating func count(_ outcome: PollOutcome) {
        counts.polls += 1
        counts.samples += outcome.sampleCount
        if outcome.isUp { counts.successes += 1 }
        if outcome.isOnTime { counts.onTime += 1 }
        counts.refusedValues += outcome.refusedCount
        for change in outcome.changes { counts.changes[change.code.rawValue, default: 0] += 1 }
        if let reason = outcome.reason { counts.reasons[reason.code, default: 0] += 1 }
    }

    /// The memories that changed since the last call.
    mutating func takeUnsaved() -> [String: DeviceMemory] {
        guard !unsaved.isEmpty else { return [:] }
        let changed = memories.filter { unsaved.contains($0.key) }
        unsaved = []
        return changed
    }

    /// Saving them failed: they are to be taken again, unless they changed meanwhile.
    mutating func giveBack(_ devices: some Sequence<String>) {
        unsaved.formUnion(devices)
    }

    // MARK: Questions

    var statuses: [TargetStatus] { targets.values.map(\.status).sorted { $0.target.id < $1.target.id } }

    var waitingCount: Int { targets.values.count { $0.phase == .waiting } }

    /// How to reach the agent of a device.
    func peer(of device: String) -> SNMPPeer? {
        guard let id = agents[device], case .snmp(let peer, _)? = targets[id]?.context.target.access else { return nil }
        return peer
    }

    func interface(of device: String, ifIndex: UInt32) -> String? {
        agents[device].flatMap { targets[$0]?.interfaceKeys[ifIndex] }
    }
}

extension TargetStatus {
    fileprivate mutating func record(_ outcome: PollOutcome) {
        last = outcome
        pollCount += 1
        if outcome.isUp {
            lastSuccess = outcome.time
            successCount += 1
        }
        if outcome.isOnTime { onTimeCount += 1 }
        changes += outcome.changes.map { (outcome.time, $0) }
        changes.removeFirst(max(0, changes.count - Self.mostChanges))
    }

    private static let mostChanges = 50
}
