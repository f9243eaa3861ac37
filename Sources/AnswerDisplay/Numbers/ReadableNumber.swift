import Glibc
import MonitoringModel

/// Numbers as people read them: about three digits and a unit.
enum ReadableNumber {
    /// For beside the plain value; nil where the unit adds nothing to it.
    static func beside(_ value: Double, _ unit: ValueUnit, zone: ClockZone) -> String? {
        switch unit {
        case .number: nil
        case .time: value.isFinite && abs(value) < 1e11 ? zone.text(Timestamp(seconds: value.rounded())) : nil
        default: value.isFinite ? text(value, unit) : nil
        }
    }

    /// In place of the plain value.
    static func text(_ value: Double, _ unit: ValueUnit) -> String {
        guard value.isFinite else { return plain(value) }
        // What would be rounded to a minute is one.
        if unit == .seconds, abs(value) >= 59.95 { return span(value) }
        let magnitude = abs(value)
        if unit == .number || unit == .time {
            if magnitude < 100_000, value == value.rounded() { return plain(value) }
            if magnitude < 1e-4 || magnitude >= 1e15 { return exponent(value) }
        }
        var scale = unit.scale(for: magnitude)
        // 999.9 KB is rounded to 1 MB, not to 1000 KB.
        let rounded = Double(threeDigits(magnitude / scale.factor)) ?? 0
        if rounded * scale.factor > magnitude { scale = unit.scale(for: rounded * scale.factor * (1 + 1e-9)) }
        return threeDigits(value / scale.factor) + scale.suffix
    }

    /// As Prometheus prints it.
    static func plain(_ value: Double) -> String {
        var bytes: [UInt8] = []
        DecimalText.append(value, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A number with so many digits behind the point; without them where they are zeros.
    static func fixed(_ value: Double, decimals: Int, keepsZeros: Bool = false) -> String {
        let power = powerOfTen(decimals)
        let scaled = (abs(value) * power).rounded()
        guard scaled < 9e15 else { return plain(value) }
        let whole = Int64(scaled)
        var text = String(whole / Int64(power))
        if decimals > 0 {
            var fraction = String(whole % Int64(power))
            fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
            while !keepsZeros, fraction.last == "0" { fraction.removeLast() }
            if !fraction.isEmpty { text += "." + fraction }
        }
        return (value < 0 && whole != 0 ? "-" : "") + text
    }

    private static func threeDigits(_ value: Double) -> String {
        let magnitude = abs(value)
        if magnitude >= 99.95 { return fixed(value, decimals: 0) }
        if magnitude >= 9.995 { return fixed(value, decimals: 1) }
        var decimals = 2
        while decimals < 7, magnitude > 0, magnitude * powerOfTen(decimals) < 99.5 { decimals += 1 }
        return fixed(value, decimals: decimals)
    }

    /// Three digits and an exponent, `1.25e-07`.
    private static func exponent(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        var power = Int(log10(abs(value)).rounded(.down))
        // In two steps, as 10^308 and more is beyond the range.
        var digits = value / powerOfTen(power / 2) / powerOfTen(power - power / 2)
        if abs(digits) >= 9.995 { (digits, power) = (digits / 10, power + 1) }
        let magnitude = abs(power)
        return fixed(digits, decimals: 2) + (power < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "") + "\(magnitude)"
    }

    /// The two largest parts: `3d4h`, `2m5s`.
    private static func span(_ seconds: Double) -> String {
        guard abs(seconds) < 1e12 else { return exponent(seconds) + " s" }
        var rest = Int64(abs(seconds).rounded())
        var parts: [String] = []
        for (name, length) in [("d", Int64(86_400)), ("h", 3600), ("m", 60), ("s", 1)] {
            let count = rest / length
            rest %= length
            guard count > 0 || !parts.isEmpty else { continue }
            parts.append(count > 0 ? "\(count)\(name)" : "")
        }
        return (seconds < 0 ? "-" : "") + parts.prefix(2).joined()
    }

    static func powerOfTen(_ power: Int) -> Double { pow(10, Double(power)) }
}
