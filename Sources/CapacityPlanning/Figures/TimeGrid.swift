package import MonitoringModel

/// Equal spans of time, one after another, as numbers: the days of a place whose clocks run a fixed span ahead of UTC,
/// or hours. Span 0 begins with 1970-01-01 by these clocks.
///
/// A span is open at its start and holds its end, as ranges of PromQL do: a sample at midnight belongs to the day that
/// ends.
package struct TimeGrid: Hashable, Sendable {
    private let milliseconds: Int64
    /// How far spans begin before those of UTC.
    private let lead: Int64

    private init(milliseconds: Int64, lead: Int64) {
        self.milliseconds = milliseconds
        self.lead = lead
    }

    /// - Parameter secondsEast: negative west of Greenwich.
    package static func days(secondsEast: Int = 0) -> TimeGrid {
        TimeGrid(milliseconds: 86_400_000, lead: Int64(secondsEast) * 1000)
    }

    package static let hours = TimeGrid(milliseconds: 3_600_000, lead: 0)

    /// Of each span.
    package var length: Duration { .milliseconds(milliseconds) }

    /// The span that clocks show; at its last moment already the one that begins.
    package func index(of time: Timestamp) -> Int {
        let (index, rest) = (time.milliseconds + lead).quotientAndRemainder(dividingBy: milliseconds)
        return Int(rest < 0 ? index - 1 : index)
    }

    package func start(of index: Int) -> Timestamp {
        Timestamp(milliseconds: Int64(index) * milliseconds - lead)
    }

    /// The last moment of the span, which belongs to it.
    package func end(of index: Int) -> Timestamp { start(of: index + 1) }

    /// The next time that is so long after the start of a span, later than `time`.
    /// - Parameter delay: shorter than a span.
    package func next(after time: Timestamp, delay: Duration) -> Timestamp {
        let thisSpan = start(of: index(of: time)) + delay
        return thisSpan > time ? thisSpan : end(of: index(of: time)) + delay
    }

    /// The span whose figure carries this time. The nearest end counts, so that figures kept while clocks ran
    /// otherwise, in summer, still find their day.
    package func index(endingAt time: Timestamp) -> Int {
        index(of: time + .milliseconds(milliseconds / 2)) - 1
    }
}
