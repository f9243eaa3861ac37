/// Writes numbers as readers of a language expect them: "1.214" and "99,2 %" in Vietnamese, "1,214" and "99.2%" in
/// English. Sizes are decimal (1 TB = 10¹² bytes), as storage is sold.
package struct NumberFormat: Sendable {
    private let group: String
    private let point: String
    private let beforePercent: String

    package init(_ language: PageLanguage) {
        switch language {
        case .vietnamese:
            group = "."
            point = ","
            beforePercent = "\u{A0}"
        case .english:
            group = ","
            point = "."
            beforePercent = ""
        }
    }

    /// Shown where a number is not one.
    package static let nothing = "–"

    package func integer(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += group }
            text.append(digit)
        }
        return text
    }

    /// Rounded half away from zero. `nothing` for NaN, infinities and magnitudes of 10¹⁵ and more.
    /// - Parameter digits: after the point, 0...3.
    package func decimal(_ value: Double, digits: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return Self.nothing }
        let scale = [1.0, 10, 100, 1000][min(max(digits, 0), 3)]
        let scaled = (value.magnitude * scale).rounded()
        let whole = Int(scaled / scale)
        let text = (value < 0 && scaled > 0 ? "−" : "") + integer(whole)
        guard digits > 0 else { return text }
        let rest = String(Int(scaled) - whole * Int(scale))
        return text + point + String(repeating: "0", count: max(0, digits - rest.count)) + rest
    }

    /// A share as percent. A share below one is never rounded up to 100, nor one above zero down to 0.
    package func percent(_ share: Double, digits: Int = 0) -> String {
        guard share.isFinite else { return Self.nothing }
        let step = digits == 0 ? 1.0 : 0.1
        var value = share * 100
        if share < 1, value > 100 - step { value = 100 - step }
        if share > 0, value < step { value = step }
        return decimal(value, digits: digits) + beforePercent + "%"
    }

    /// Bytes with three significant digits or so, as "28,4 TB".
    package func bytes(_ value: Double) -> String {
        let (number, unit) = scaled(value, to: Self.unit(for: value))
        return number + "\u{A0}" + unit
    }

    /// Used of size in the unit of the size, as "28,4 / 30,0 TB".
    package func bytes(_ used: Double, of size: Double) -> String {
        let unit = Self.unit(for: size)
        return scaled(used, to: unit).number + "\u{A0}/\u{A0}" + scaled(size, to: unit).number + "\u{A0}" + unit.name
    }

    /// Bits likewise, as "6,81 Gb".
    package func bits(_ value: Double) -> String {
        let (number, unit) = scaled(value, to: Self.unit(for: value, of: "b"))
        return number + "\u{A0}" + unit
    }

    private struct Unit {
        var name: String
        var factor: Double
    }

    private static let prefixes = [("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)]

    /// - Parameter name: of the thing itself.
    private static func unit(for value: Double, of name: String = "B") -> Unit {
        let (prefix, factor) = prefixes.first { value.magnitude >= $0.1 } ?? ("", 1)
        return Unit(name: prefix + name, factor: factor)
    }

    private func scaled(_ value: Double, to unit: Unit) -> (number: String, name: String) {
        let number = value / unit.factor
        let digits = unit.factor == 1 ? 0 : number.magnitude < 10 ? 2 : number.magnitude < 100 ? 1 : 0
        return (decimal(number, digits: digits), unit.name)
    }
}
