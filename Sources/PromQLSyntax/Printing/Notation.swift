import MonitoringModel

extension String {
    /// Whether it stands in a label's place without quotes.
    func isPlainName(allowingColons: Bool) -> Bool {
        for (index, byte) in utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                continue
            case UInt8(ascii: "0")...UInt8(ascii: "9") where index > 0: continue
            case UInt8(ascii: ":") where allowingColons: continue
            default: return false
            }
        }
        return !isEmpty
    }

    /// In double quotes, with the escapes of Go's `strconv.Quote`: what Unicode does not count as graphic is escaped, and
    /// so are all blanks but the space.
    var quoted: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{7}": text += "\\a"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{B}": text += "\\v"
            case " ": text += " "
            case _ where scalar.isGraphic: text.unicodeScalars.append(scalar)
            case _ where scalar.isASCII: text += "\\x" + scalar.value.hexadecimal(digits: 2)
            case _ where scalar.value <= 0xFFFF: text += "\\u" + scalar.value.hexadecimal(digits: 4)
            default: text += "\\U" + scalar.value.hexadecimal(digits: 8)
            }
        }
        return text + "\""
    }
}

extension Unicode.Scalar {
    /// Letters, marks, numbers, punctuation and symbols.
    fileprivate var isGraphic: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            false
        default: true
        }
    }
}

extension UInt32 {
    fileprivate func hexadecimal(digits: Int) -> String {
        let text = String(self, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}

extension Duration {
    /// `1h30m`: years and weeks only where nothing is left over, as `90d` reads easier than `12w6d`.
    var text: String {
        var rest = wholeMilliseconds
        if rest == 0 { return "0s" }
        var text = ""
        for unit in DurationUnit.allCases where !unit.isWholeOnly || rest % unit.milliseconds == 0 {
            let count = rest / unit.milliseconds
            if count > 0 { text += "\(count)\(unit.rawValue)" }
            rest %= unit.milliseconds
        }
        return text
    }
}

extension Timestamp {
    /// Seconds with three decimals.
    var secondsText: String {
        let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let decimals = String(rest)
        return (milliseconds < 0 ? "-" : "") + "\(seconds)." + String(repeating: "0", count: 3 - decimals.count)
            + decimals
    }
}
