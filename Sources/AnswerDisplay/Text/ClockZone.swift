package import MonitoringModel

/// How clocks on the wall run where the reader is.
package struct ClockZone: Sendable {
    /// Seconds ahead of UTC at a time.
    private let offset: @Sendable (Timestamp) -> Int

    package init(offset: @escaping @Sendable (Timestamp) -> Int) {
        self.offset = offset
    }

    package static let utc = ClockZone { _ in 0 }

    /// Milliseconds since the Unix epoch that a clock would show if it ran by UTC.
    func local(_ time: Timestamp) -> Int64 { time.milliseconds &+ Int64(offset(time)) * 1000 }

    /// The time at which clocks show `local`.
    func time(ofLocal local: Int64) -> Timestamp {
        // The offset of a time close by is right but within hours of a change, where the second look mends it.
        let guess = Timestamp(milliseconds: local &- Int64(offset(Timestamp(milliseconds: local))) * 1000)
        return Timestamp(milliseconds: local &- Int64(offset(guess)) * 1000)
    }

    /// `UTC`, `UTC+07:00`
    func name(at time: Timestamp) -> String { "UTC" + (offset(time) == 0 ? "" : Self.offsetText(offset(time))) }

    /// RFC 3339 with the zone's offset, milliseconds where there are any.
    func text(_ time: Timestamp) -> String {
        let face = face(time)
        let seconds = face.clock.hasSuffix(".000") ? String(face.clock.dropLast(4)) : face.clock
        return "\(face.date)T\(seconds)" + (offset(time) == 0 ? "Z" : Self.offsetText(offset(time)))
    }

    /// The date as `2026-03-01` and the time of day as `06:30:00.250`.
    func face(_ time: Timestamp) -> (date: String, clock: String) {
        let parts = Timestamp(milliseconds: local(time)).utcText.split(separator: "T")
        return (String(parts[0]), String(parts[1].dropLast()))
    }

    private static func offsetText(_ seconds: Int) -> String {
        let minutes = seconds.magnitude / 60
        func twoDigits(_ number: UInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (seconds < 0 ? "-" : "+") + twoDigits(minutes / 60) + ":" + twoDigits(minutes % 60)
    }
}
