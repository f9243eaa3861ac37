import Inventory
import SNMP

/// One way a scalar may be written: what a message calls it, and how it is read.
struct ScalarForm<Value> {
    /// With its article: "a duration as 60s, 5m or 90d".
    let expected: String
    /// The same without a long list of names.
    var briefly: String?
    /// All the texts there are, when they can be counted: the nearest is suggested.
    var candidates: [String] = []
    /// The text may be, or hold, a secret: messages do not show it.
    var isHidden = false
    /// What is wrong with a text, where that can be said.
    var reason: (String) -> String? = { _ in nil }
    let parse: (String) -> Value?

    /// The value of `node`; nil with a problem reported when it is not of this form.
    func read(_ node: YAMLValue, what: String, _ problems: ProblemList) -> Value? {
        if case .scalar(let text, _) = node.content, !node.isNull {
            if let value = parse(text) { return value }
            let suggestion = problems.suggestion(for: text, among: candidates)
            let found =
                isHidden
                ? "another text (not shown)" : quoted(text) + suggestion + (reason(text).map { " (\($0))" } ?? "")
            // Many names help only where none of them is near.
            let expected = suggestion.isEmpty ? expected : briefly ?? expected
            problems.report(node.place, "expected \(expected) in \(quoted(what)), found \(found)")
        } else {
            problems.report(node.place, "expected \(expected) in \(quoted(what)), found \(node.found)")
        }
        return nil
    }
}

extension ScalarForm where Value == String {
    /// Any text without control characters.
    static var text: ScalarForm {
        ScalarForm(expected: "a text") { text in
            !text.isEmpty && !text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? text : nil
        }
    }

    /// A name that is safe in labels, URLs and file names.
    static var identifier: ScalarForm {
        ScalarForm(expected: "an id of ASCII letters, digits, \".\", \"_\" and \"-\"") { text in
            let isSafe = text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            return isSafe && (1...128).contains(text.utf8.count) && text != "." && text != ".." ? text : nil
        }
    }

    /// A path of an HTTP request.
    static var httpPath: ScalarForm {
        ScalarForm(expected: "a path that begins with \"/\"") { text in
            text.hasPrefix("/") && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? text : nil
        }
    }

    /// A host name or address as a client would send it.
    static var host: ScalarForm {
        ScalarForm(expected: "a host name") { text in
            let isName = text.utf8.allSatisfy {
                $0 < 0x7f && (Character(Unicode.Scalar($0)).isLetter || Character(Unicode.Scalar($0)).isNumber)
                    || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
            return isName && (1...253).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasPrefix("-")
                ? text : nil
        }
    }

    /// A name of a metric, a label or an environment variable: letters, digits and "_", no digit first.
    static func symbol(_ expected: String, isHidden: Bool = false) -> ScalarForm {
        ScalarForm(expected: expected, isHidden: isHidden) { text in
            let isName = text.utf8.allSatisfy {
                $0 < 0x7f && Character(Unicode.Scalar($0)).isLetter || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
            return isName && !text.isEmpty && text.first?.isNumber == false ? text : nil
        }
    }
}

extension ScalarForm where Value == Bool {
    static var boolean: ScalarForm {
        ScalarForm(expected: "true or false", candidates: ["true", "false"]) { text in
            text == "true" ? true : text == "false" ? false : nil
        }
    }
}

extension ScalarForm where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> ScalarForm {
        ScalarForm(expected: "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension ScalarForm where Value == UInt16 {
    static var port: ScalarForm {
        ScalarForm(expected: "a port from 1 to 65535") { text in UInt16(text).flatMap { $0 > 0 ? $0 : nil } }
    }
}

extension ScalarForm where Value == Double {
    static func number(_ expected: String, where isAllowed: @escaping (Double) -> Bool) -> ScalarForm {
        ScalarForm(expected: expected) { text in
            // Swift also reads hexadecimal, "inf" and "nan", which nobody means here.
            guard text.utf8.allSatisfy({ "+-.0123456789eE".utf8.contains($0) }), let number = Double(text),
                number.isFinite, isAllowed(number)
            else { return nil }
            return number
        }
    }

    /// Bits per second, as lines are sold: decimal multiples.
    static var bitRate: ScalarForm {
        ScalarForm(expected: "a bit rate as 100M, 2.5G or 10G") { text in
            let multiples: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12]
            let multiple = text.last.flatMap { multiples[$0] }
            let digits = multiple == nil ? text[...] : text.dropLast()
            guard digits.utf8.allSatisfy({ ".0123456789".utf8.contains($0) }), let number = Double(digits) else {
                return nil
            }
            let rate = number * (multiple ?? 1)
            return rate >= 1 && rate <= 1e15 ? rate : nil
        }
    }
}

extension ScalarForm where Value == Double {
    /// Bytes, in the decimal multiples that storage is sold in.
    static var byteCount: ScalarForm {
        ScalarForm(expected: "a size as 500GB or 4TB") { text in
            let multiples = ["GB": 1e9, "TB": 1e12, "PB": 1e15]
            guard let multiple = multiples[String(text.suffix(2))],
                text.dropLast(2).utf8.allSatisfy({ ".0123456789".utf8.contains($0) }),
                let number = Double(text.dropLast(2)), number > 0, number * multiple <= 1e18
            else { return nil }
            return number * multiple
        }
    }
}

extension ScalarForm where Value == Duration {
    /// Units as in Prometheus, largest first: `1h30m`. Above zero, at most 100 years.
    static var duration: ScalarForm {
        ScalarForm(expected: "a duration as 60s, 5m or 90d") { text in
            let units: [(String, Int64)] = [
                ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000),
                ("s", 1000),
                ("ms", 1),
            ]
            var rest = Substring(text)
            var milliseconds: Int64 = 0
            var next = 0
            while !rest.isEmpty {
                let digits = rest.prefix { ("0"..."9").contains($0) }
                let unit = rest.dropFirst(digits.count).prefix { ("a"..."z").contains($0) }
                guard let number = Int64(digits), number <= 100 * units[0].1,
                    let index = units.firstIndex(where: { $0.0 == unit }), index >= next
                else { return nil }
                let (part, overflow) = number.multipliedReportingOverflow(by: units[index].1)
                guard !overflow, part <= 100 * units[0].1 else { return nil }
                milliseconds += part
                next = index + 1
                rest = rest.dropFirst(digits.count + unit.count)
            }
            return milliseconds > 0 && milliseconds <= 100 * units[0].1 ? .milliseconds(milliseconds) : nil
        }
    }
}

extension ScalarForm where Value == CalendarDate {
    static var date: ScalarForm { ScalarForm(expected: "a day as 2016-12-31") { CalendarDate($0) } }
}

extension ScalarForm where Value == IPAddress {
    static var address: ScalarForm { ScalarForm(expected: "an IPv4 or IPv6 address") { IPAddress($0) } }
}

extension ScalarForm where Value == IPSubnet {
    static var subnet: ScalarForm { ScalarForm(expected: "an address or a subnet as 10.0.0.0/8") { IPSubnet($0) } }
}

extension ScalarForm where Value == ListenAddress {
    static var listenAddress: ScalarForm {
        ScalarForm(expected: "an address and port as 127.0.0.1:8470 or [::1]:8470") {
            ListenAddress($0)
        }
    }
}

extension ScalarForm where Value == ObjectIdentifier {
    static var objectIdentifier: ScalarForm {
        ScalarForm(expected: "an OID as 1.3.6.1.2.1.1") { text in
            ObjectIdentifier(text)
        }
    }
}

extension ScalarForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the names of an enumeration.
    static func oneOf(_: Value.Type) -> ScalarForm {
        let names = Value.allCases.map(\.rawValue)
        return ScalarForm(
            expected: "one of \(names.joined(separator: ", "))",
            briefly: names.count > 8 ? "one of \(names.count) names" : nil, candidates: names
        ) { Value(rawValue: $0) }
    }
}
