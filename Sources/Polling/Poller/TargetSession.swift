import HTTPTransport
import Inventory
import MonitoringModel
import SNMP

/// What is kept of a target between polls. Belongs to the poll under way, otherwise to the poller.
struct TargetSession: Sendable {
    var series: TargetSeries
    var agent = AgentSession()
    var scrape = ScrapeSession()
    /// The newest time written.
    var lastTime: Timestamp?
    /// Of the last poll, where they were wanted.
    var findings: AgentFindings?
    private var memory: DeviceMemory?

    /// - Parameter memory: what is known of the device from before.
    init(_ context: TargetContext, appender: any SampleAppender, memory: DeviceMemory? = nil) {
        series = TargetSeries(target: context.target, appender: appender)
        agent.known = memory
        series.shift(memory?.counterShifts ?? [])
        self.memory = memory
    }

    /// What is to be kept of the device, if it is not what was.
    mutating func takeMemory() -> DeviceMemory? {
        guard var now = agent.known else { return nil }
        now.counterShifts = series.takeShifts() ?? memory?.counterShifts ?? []
        guard now != memory else { return nil }
        memory = now
        return now
    }

    /// Fits the session to a changed context.
    /// - Returns: the session as it was, when its series do not go on under the new context and are to be ended.
    mutating func adapt(from old: TargetContext, to new: TargetContext, appender: any SampleAppender) -> TargetSession?
    {
        if !new.keepsSeries(of: old) {
            let ended = self
            // Other labels make other counters, and that is to be saved.
            let known = agent.known
            self = TargetSession(new, appender: appender)
            agent.known = known
            agent.known?.counterShifts = []
            return ended
        }
        if !new.keepsAgent(of: old) {
            let known = agent.known
            agent = AgentSession()
            agent.known = known
            scrape = ScrapeSession()
        }
        return nil
    }

    /// Marks all series as ended, at a time later than their last samples.
    mutating func end(now: Timestamp) {
        let time = max(now, lastTime.map { $0 + .milliseconds(1) } ?? now)
        series.end(at: time)
        lastTime = time
    }
}

/// Carries out one poll of one target: asks, converts, appends.
struct TargetPoll: Sendable {
    let context: TargetContext
    /// The slot polled for; nil outside the schedule.
    let slot: Timestamp?
    let budget: Duration
    let agents: any AgentReader
    let http: HTTPClient
    let clock: any WallClock
    let history: CounterHistory?
    /// Whether findings are wanted.
    var isDetailed = false

    /// Longest wait for a page, as Prometheus scrapes by default.
    private static let pageTimeout = Duration.seconds(10)

    /// - Returns: nil when the poll was cancelled; nothing is written then, since it says nothing of the target.
    func run(_ session: inout TargetSession) async -> PollOutcome? {
        let start = ContinuousClock.now
        let time = PollSchedule.sampleTime(sent: clock.now, slot: slot)
        session.series.ledger.begin()
        let result = await probe(&session, at: time, deadline: start + budget)
        if Task.isCancelled { return nil }
        let duration = ContinuousClock.now - start
        let sampleCount = session.series.ledger.writtenCount
        session.series.write("up", [], result.isUp ? 1 : 0)
        session.series.write("scrape_duration_seconds", [], duration.inSeconds)
        session.series.write("scrape_samples_scraped", [], Double(sampleCount))
        if context.parts.device != nil { session.series.write("target_info", context.infoLabels, 1) }
        session.series.append(at: time)
        session.lastTime = time
        if session.series.compact() {
            session.agent.forgetSlots()
            session.scrape.forgetSlots()
        }
        session.findings = result.findings
        var outcome = PollOutcome(
            target: context.target, time: time, duration: duration, isUp: result.isUp, reason: result.reason,
            sampleCount: sampleCount, interfaces: result.interfaces, isOnTime: duration <= budget)
        outcome.changes = result.changes
        outcome.refusedCount = result.refusedCount
        return outcome
    }

    private func probe(
        _ session: inout TargetSession, at time: Timestamp, deadline: ContinuousClock.Instant
    ) async -> ProbeResult {
        switch context.target.access {
        case .snmp(let peer, let modules):
            return await AgentProbe(
                reader: agents, peer: peer, moduleNames: modules, modules: context.modules, parts: context.parts,
                history: history, deadline: deadline, isDetailed: isDetailed
            ).poll(&session.agent, at: time, into: &session.series)
        case .http(let check, let address):
            let timeout = min(budget, Self.pageTimeout)
            switch check.kind {
            case .page:
                return await PageProbe(client: http, check: check, address: address, timeout: timeout)
                    .poll(into: &session.series)
            case .scrape:
                // Of several pages of one codec the first speaks for the room; only its target is named like the device.
                let rooms = context.target.id.instance == context.target.device ? context.parts.rooms : []
                return await ScrapeProbe(client: http, check: check, address: address, timeout: timeout)
                    .poll(&session.scrape, rooms: rooms, into: &session.series)
            }
        }
    }

    /// Type and help of what polls write beside modules and scraped pages.
    static let metadata: [MetricMetadata] =
        CommonMetric.allCases.map(\.metadata) + CommonMetric.capacityMetadata
        + [
            ("up", "Whether the target answered its last poll (1) or not (0)."),
            ("scrape_duration_seconds", "Time the poll took."),
            ("scrape_samples_scraped", "Samples the poll brought."),
            ("target_info", "Texts of the inventory about the target; the value is 1."),
            ("site_info", "Texts of the inventory about the site; the value is 1."),
            (
                "probe_success",
                "Whether the probe succeeded (1) or not (0): a page came with a status from 200 to 399, a device answered."
            ),
            ("probe_duration_seconds", "Time until the page was read or the device answered."),
            ("probe_http_status_code", "Status of the response."),
            ("probe_http_duration_seconds", "Time spent in each phase of the request."),
            ("probe_http_content_length", "Length the server announced, -1 when it announced none."),
            (
                "probe_ssl_earliest_cert_expiry",
                "When the first of the certificates shown expires, in seconds since 1970."
            ),
        ].map { MetricMetadata(name: $0.0, kind: .gauge, help: $0.1) }
}
