/// A point in time: milliseconds since the Unix epoch, UTC.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The time nearest to `seconds` after the Unix epoch. Never traps: what lies further than 2^53 ms from the epoch,
    /// infinities included, becomes that bound, and NaN becomes the epoch. Who must tell these apart checks first.
    package init(seconds: Double) {
        let exact = (seconds * 1000).rounded()
        milliseconds = exact.isNaN ? 0 : Int64(min(max(exact, -Self.exactLimit), Self.exactLimit))
    }

    /// Milliseconds either side of 1970 up to which a double holds every whole one: some 285,000 years.
    private static let exactLimit = Double(1 << 53)

    /// Seconds since the Unix epoch, as the Prometheus HTTP API writes times.
    package var seconds: Double { Double(milliseconds) / 1000 }

    public static func < (lhs: Timestamp, rhs: Timestamp) -> Bool { lhs.milliseconds < rhs.milliseconds }

    package static func + (lhs: Timestamp, rhs: Duration) -> Timestamp {
        Timestamp(milliseconds: lhs.milliseconds &+ rhs.wholeMilliseconds)
    }

    package static func - (lhs: Timestamp, rhs: Duration) -> Timestamp {
        Timestamp(milliseconds: lhs.milliseconds &- rhs.wholeMilliseconds)
    }

    /// The span from `rhs` to `lhs`; negative when `lhs` is earlier.
    package static func - (lhs: Timestamp, rhs: Timestamp) -> Duration {
        .milliseconds(lhs.milliseconds &- rhs.milliseconds)
    }
}

extension Duration {
    /// The whole milliseconds of this span, rounded toward zero; the nearest `Int64` where the span is longer than that.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let bound = seconds < 0 ? Int64.min : Int64.max
        let (product, isTooLong) = seconds.multipliedReportingOverflow(by: 1000)
        guard !isTooLong else { return bound }
        let (sum, isOver) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return isOver ? bound : sum
    }

    /// This span in seconds.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// Tells the wall-clock time. Injected wherever time decides something, so tests advance it by hand.
package protocol WallClock: Sendable {
    /// The time now, UTC.
    var now: Timestamp { get }
}
