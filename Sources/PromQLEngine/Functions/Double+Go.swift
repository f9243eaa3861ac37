extension Double {
    /// As Go's `%g` writes it with the fewest digits: for notes.
    var goText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: self), whole.magnitude < 1_000_000 { return String(whole) }
        return description
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
