/// What the poller has done since it was made, for self-metrics. All but `inFlight` and `waiting` only grow.
package struct PollCounts: Hashable, Sendable {
    /// Polls finished, and slots that were lost.
    package var polls = 0
    /// Polls whose target was up.
    package var successes = 0
    /// Polls that began within their slot and ended before the next.
    package var onTime = 0
    /// Samples written about targets, without stale markers.
    package var samples = 0
    /// Polls that brought less than they should, by reason code; `overrun` counts lost slots.
    package var reasons: [String: Int] = [:]
    /// Values of agents that were not written, because they are none: sentinels, text for a number, what no device can mean.
    package var refusedValues = 0
    /// What changed about devices, by code.
    package var changes: [String: Int] = [:]
    /// Polls under way now.
    package var inFlight = 0
    /// Polls that are due and wait for one under way to end.
    package var waiting = 0

    package init() {}
}
