/// Decides from the probes of one device when its SNMP agent is to be asked, out of its slot, whether it is there.
///
/// A pure state machine. A probe says nothing by itself: a device that answers none may be there and forbid them, one that answers
/// may be a proxy or hang. So the agent is the judge, and a device that never answered a probe, or turned out to be there without
/// answering, is never asked because of one.
package struct ReachabilityTracker: Hashable, Sendable {
    /// Lost in a row before the agent is asked: one alone is mere loss.
    package static let patience = 2
    /// Asked so often because of lost probes; a device that is gone for longer is asked in its slots, and when it answers a probe.
    private static let questions = 10

    private var isProbeable = false
    private var lost = 0
    /// The agent was silent when it was last asked.
    private var isSuspect = false

    package init() {}

    /// Takes a probe's outcome; true when the agent is to be asked now.
    package mutating func probed(isAnswered: Bool) -> Bool {
        guard isAnswered else {
            lost += 1
            return isProbeable && lost >= Self.patience && lost < Self.patience + Self.questions
        }
        let isBack = lost >= Self.patience
        isProbeable = true
        lost = 0
        return isBack || isSuspect
    }

    /// Takes what the agent said to the question.
    package mutating func judged(isUp: Bool) {
        isSuspect = !isUp
        if isUp, lost >= Self.patience { isProbeable = false }
    }
}
