/// What a value counts, as far as the name of its metric tells.
package enum ValueUnit: Hashable, Sendable {
    case number
    case bytes
    case bytesPerSecond
    /// As lines are sold; no metric's name tells it.
    case bitsPerSecond
    /// 1 is the whole.
    case ratio
    case seconds
    /// Seconds since the Unix epoch.
    case time
    case celsius
    case watts

    /// By the suffix of a metric's name, as Prometheus' naming practices have them; MIB objects that count octets too.
    package init(metric: String) {
        var name = metric[...]
        for ending in ["_total", "_sum", "_created"] where name.hasSuffix(ending) { name = name.dropLast(ending.count) }
        let suffixes: [(String, ValueUnit)] = [
            ("_bytes_per_second", .bytesPerSecond), ("_bytes", .bytes), ("Octets", .bytes), ("_ratio", .ratio),
            ("_timestamp_seconds", .time), ("_start_time_seconds", .time), ("_boot_time_seconds", .time),
            ("_cert_expiry", .time), ("_seconds", .seconds), ("_celsius", .celsius), ("_watts", .watts),
        ]
        self = metric.hasSuffix("_created") ? .time : suffixes.first { name.hasSuffix($0.0) }?.1 ?? .number
    }

    /// What the growth of such a value in a second counts.
    package var perSecond: ValueUnit {
        switch self {
        case .bytes: .bytesPerSecond
        // Seconds a second are a share of the time.
        case .seconds: .ratio
        default: .number
        }
    }

    /// A value as people read it: about three digits and the unit.
    package func text(_ value: Double) -> String { ReadableNumber.text(value, self) }

    /// A factor and its name, which stands right behind the number.
    struct Scale: Hashable {
        var factor: Double
        var suffix: String
    }

    /// The scales in which people read such values, from small to large.
    private var scales: [Scale] {
        switch self {
        case .bytes: Self.metric(of: "B")
        case .bytesPerSecond: Self.metric(of: "B/s")
        case .bitsPerSecond: Self.metric(of: "bit/s", kilo: "k")
        case .watts: Self.metric(of: "W", kilo: "k")
        case .ratio: [Scale(factor: 0.01, suffix: " %")]
        case .celsius: [Scale(factor: 1, suffix: " °C")]
        case .seconds:
            [
                Scale(factor: 1e-9, suffix: " ns"), Scale(factor: 1e-6, suffix: " µs"),
                Scale(factor: 1e-3, suffix: " ms"),
                Scale(factor: 1, suffix: " s"), Scale(factor: 60, suffix: " min"), Scale(factor: 3600, suffix: " h"),
                Scale(factor: 86_400, suffix: " d"),
            ]
        case .number, .time:
            [Scale(factor: 1, suffix: "")]
                + zip([1e3, 1e6, 1e9, 1e12], ["k", "M", "G", "T"]).map { Scale(factor: $0, suffix: " \($1)") }
        }
    }

    /// - Parameter kilo: KB is how pages and file managers have it.
    private static func metric(of unit: String, kilo: String = "K") -> [Scale] {
        [Scale(factor: 1, suffix: " \(unit)")]
            + zip([1e3, 1e6, 1e9, 1e12, 1e15, 1e18], [kilo, "M", "G", "T", "P", "E"]).map {
                Scale(factor: $0, suffix: " \($1)\(unit)")
            }
    }

    /// The scale in which numbers of this magnitude are short.
    func scale(for magnitude: Double) -> Scale {
        if self == .number || self == .time, magnitude < 100_000 || magnitude >= 1e15 { return unitScale }
        let scales = scales
        return scales.last { $0.factor <= magnitude } ?? (magnitude == 0 ? unitScale : scales[0])
    }

    /// The scale of zero.
    private var unitScale: Scale { scales.first { $0.factor == 1 } ?? scales[0] }
}
