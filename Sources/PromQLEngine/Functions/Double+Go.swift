extension Double {
    /// As Go's `%g` writes it with the fewest digits: for notes.
    var goText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: self), whole.magnitude < 1_000_000 { return String(whole) }
        return description
    }

    /// As Go's `strconv.FormatFloat` with 'f' writes it: the fewest digits that read back the same, never with an exponent.
    var goPlainText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: self), whole.magnitude < 1 << 53 {
            return self == 0 && sign == .minus ? "-0" : String(whole)
        }
        let text = description
        guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else {
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        let sign = self < 0 ? "-" : ""
        let number = text[..<mark].drop { $0 == "-" }
        let digits = String(number.filter { $0 != "." })
        let whole = number.prefix { $0 != "." }.count + exponent
        var significant = digits
        while significant.count > 1, significant.hasSuffix("0") { significant.removeLast() }
        if whole <= 0 { return sign + "0." + String(repeating: "0", count: -whole) + significant }
        if significant.count <= whole {
            return sign + significant + String(repeating: "0", count: whole - significant.count)
        }
        return sign + significant.prefix(whole) + "." + significant.dropFirst(whole)
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
