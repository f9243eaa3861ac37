extension Double {
    /// As Go's `%g` writes it: with the fewest digits, and with an exponent from a million on. For notes.
    var goText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        // Swift writes an exponent from 10^16 on, and below 10^-4 as Go does.
        let text = description.hasSuffix(".0") ? String(description.dropLast(2)) : description
        guard (1e6..<1e16).contains(magnitude) else { return text }
        let sign = self < 0 ? "-" : ""
        let whole = text.prefix { $0 != "." }.count - sign.count
        var digits = text.filter { $0 != "." && $0 != "-" }
        while digits.last == "0" { digits.removeLast() }
        let exponent = whole < 11 ? "0\(whole - 1)" : "\(whole - 1)"
        return sign + digits.prefix(1) + (digits.count > 1 ? "." : "") + digits.dropFirst() + "e+" + exponent
    }

    /// What Go's `strconv.ParseFloat` reads.
    init?(goText text: String) {
        switch text.lowercased() {
        case "inf", "+inf", "infinity", "+infinity": self = .infinity
        case "-inf", "-infinity": self = -.infinity
        case "nan": self = .nan
        default:
            guard let number = Double(text), number.isFinite else { return nil }
            self = number
        }
    }
}

/// Go's `math.Max`: NaN when either is.
func goMaximum(_ a: Double, _ b: Double) -> Double {
    if a == .infinity || b == .infinity { return .infinity }
    return a.isNaN || b.isNaN ? .nan : Double.maximum(a, b)
}

/// Go's `math.Min`: NaN when either is.
func goMinimum(_ a: Double, _ b: Double) -> Double {
    if a == -.infinity || b == -.infinity { return -.infinity }
    return a.isNaN || b.isNaN ? .nan : Double.minimum(a, b)
}
