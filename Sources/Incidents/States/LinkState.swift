import MonitoringModel

/// What is known about one link. Its ends' last words count until they say something else, however old: a far end that cannot be
/// reached any more cannot take its word back.
struct LinkState: Sendable {
    /// The last word of one end's interface.
    struct Report: Sendable {
        var isUp: Bool
        var isAdministrativelyUp: Bool
        var source: Observation.Source
        var at: Timestamp
    }

    enum Condition: Sendable {
        case unknown
        /// Some end is up, and no known end is down.
        case up
        /// Some end is operationally down and neither was shut on purpose.
        case down
        /// Some end is administratively down.
        case disabled
    }

    /// Of a and b; nil before the first word.
    var reports: [Report?] = [nil, nil]
    private(set) var condition = Condition.unknown
    /// When it went down or was disabled; nil otherwise. Goes on while it changes between the two.
    private(set) var since: Timestamp?
    /// When an end was last up.
    private(set) var lastUp: Timestamp?
    /// The report that brought about the present condition.
    private(set) var decisive: Report?
    var alert: ActiveAlert?
    /// When its alerts began, the last few; and when the condition last changed.
    private var beginnings: [Timestamp] = []
    private var lastChange: Timestamp?

    /// Alerts within `flapWindow` from which on a link flaps.
    static let flapLimit = 5
    static let flapWindow = Duration.seconds(600)

    var carriesNothing: Bool { condition == .down || condition == .disabled }

    /// Takes in a report; false when nothing follows from it for alerts or paths.
    mutating func take(_ report: Report, end: Int) -> Bool {
        if let last = reports[end], report.at.isLate(after: last.at) { return false }
        let isNews =
            reports[end].map {
                $0.isUp != report.isUp || $0.isAdministrativelyUp != report.isAdministrativelyUp
            } ?? true
        if report.isUp { lastUp = max(lastUp ?? report.at, report.at) }
        guard isNews else {
            // The first word for the present state is the evidence; only its age is renewed.
            reports[end]?.at = report.at
            return false
        }
        reports[end] = report
        let known = reports.compactMap { $0 }
        let new: Condition =
            if known.contains(where: { !$0.isAdministrativelyUp }) {
                .disabled
            } else if known.contains(where: { !$0.isUp }) {
                .down
            } else {
                .up
            }
        guard new != condition else { return false }
        let carriedNothing = carriesNothing
        condition = new
        decisive = report
        lastChange = report.at
        if !carriesNothing {
            since = nil
        } else if !carriedNothing {
            since = report.at
        }
        return carriedNothing || carriesNothing
    }

    /// Notes that an alert begins; true when there were so many lately that the link flaps.
    mutating func begin(at time: Timestamp) -> Bool {
        beginnings =
            beginnings.filter { $0 <= time && time - $0 <= Self.flapWindow }.suffix(Self.flapLimit - 1) + [time]
        return beginnings.count >= Self.flapLimit
    }

    /// Whether its alert, although the link is up, goes on because the link flapped and is not stable yet.
    func isUnsettled(at time: Timestamp, stableAfter: Duration) -> Bool {
        guard beginnings.count >= Self.flapLimit, let lastChange, condition == .up else { return false }
        return time >= lastChange && time - lastChange < stableAfter
    }

    /// The alert of a former process: the ends it names were down then.
    mutating func restore(ends: [Int], isDisabled: Bool, record: AlertRecord) {
        for end in ends {
            reports[end] = Report(
                isUp: false, isAdministrativelyUp: !isDisabled, source: record.source, at: record.activeAt)
        }
        condition = isDisabled ? .disabled : .down
        since = record.activeAt
        decisive = reports[ends.first ?? 0]
    }
}

extension Timestamp {
    /// Whether news of this time come too late to count beside those of `other`. What is older by more than two minutes is no late
    /// answer (polls end long before): the clock was set back, and the news count.
    func isLate(after other: Timestamp) -> Bool {
        self < other && other - self < .seconds(120)
    }
}
