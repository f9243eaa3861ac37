package import SNMP

/// How a module reads numbers out of what an agent sends.
package struct ValueReading: Hashable, Sendable {
    /// The value exported is `raw × scale + offset`, in `unit`.
    package var scale = 1.0
    package var offset = 0.0
    /// Of the exported value; nil: none is said, and nothing is checked.
    package var unit: MetricUnit?
    /// Raw values that mean "no value": numbers before scaling.
    package var missing: Set<Double> = []
    /// Raw texts that mean "no value".
    package var missingTexts: Set<String> = []
    /// Finds the number in a text: its first group, or all it matches.
    package var pattern: TextPattern?

    package init() {}

    /// Raw numbers are exported as they are.
    var isPlain: Bool { self == Self.plain }

    private static let plain = ValueReading()

    package enum Result: Hashable, Sendable {
        case number(Double)
        /// No value: why, for people.
        case refused(String)
    }

    /// The number to export, in `unit`.
    /// - Parameter factor: what the row says the raw number is to be multiplied by.
    package func number(of value: SNMPValue, times factor: Double = 1) -> Result {
        let raw: Double
        if case .octetString(let bytes) = value, unit != nil || pattern != nil || !missingTexts.isEmpty {
            let text = DeviceText.line(bytes)
            if missingTexts.contains(text) { return .refused("the module says it means no value") }
            switch self.raw(in: text) {
            case .number(let number): raw = number
            case .refused(let reason): return .refused(reason)
            }
        } else if let number = value.sampleValue {
            raw = number
        } else {
            return .refused("expected a number")
        }
        guard !missing.contains(raw) else { return .refused("the module says it means no value") }
        let number = scaled(raw * factor) + offset
        if let unit, !unit.quantity.plausible.contains(unit.base(number)) {
            return .refused("no device has \(number) \(unit.rawValue)")
        }
        return .number(number)
    }

    /// Tenths are divided by 10 rather than multiplied by 0.1, which no binary number is: 4704 becomes 470.4 and not 470.40000000000003.
    private func scaled(_ raw: Double) -> Double {
        let divisor = (1 / scale).rounded()
        return divisor > 1 && abs(divisor * scale - 1) < 1e-12 ? raw / divisor : raw * scale
    }

    /// The raw number in a text: what the pattern finds, and the unit behind it where there is one.
    private func raw(in text: String) -> Result {
        var part = text
        if let pattern {
            guard let found = pattern.firstMatch(in: text) else {
                return .refused("expected a text with \(pattern.source)")
            }
            part = found
        }
        let digits = part.drop { $0 == " " }.prefix { "+-.0123456789eE".contains($0) }
        // "5E" of "5Eggs" is no number; without the letter it is.
        guard let number = Double(digits) ?? Double(digits.prefix { !"eE".contains($0) }), number.isFinite else {
            return .refused("expected a number")
        }
        guard let unit else { return .number(number) }
        let rest = part.drop { $0 == " " }.dropFirst(digits.count)
        let symbol = rest.drop { $0 == " " }.prefix { $0 != " " && $0 != "/" && $0 != "," && $0 != ";" && $0 != "(" }
        guard !symbol.isEmpty else { return .number(number) }
        guard let written = unit.sibling(symbol: String(symbol)) else {
            return .refused("expected \(unit.rawValue)")
        }
        // What the text says is in its own unit already: scale and offset are about bare numbers.
        let own = written == unit ? number : unit.fromBase(written.base(number))
        return .number((own - offset) / scale)
    }
}
