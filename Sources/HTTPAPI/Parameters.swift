import Foundation
import Hummingbird
package import MonitoringModel

/// The parameters of a request, from the query string and, for POST, a form body.
package struct RequestParameters: Sendable {
    private var pairs: [(name: String, value: String)]

    /// A longer form body is refused.
    static let maximumBodyBytes = 1 << 20

    /// Where both have a parameter, the form's value counts, as in Prometheus.
    init(_ request: Request) async throws {
        var form = ""
        if request.method == .post {
            let type = request.headers[.contentType] ?? ""
            guard !type.lowercased().hasPrefix("multipart/") else {
                throw BadParameter(
                    "Content-Type", expected: "application/x-www-form-urlencoded", found: String(type.prefix(100)))
            }
            form = String(buffer: try await request.body.collect(upTo: Self.maximumBodyBytes))
        }
        self.init(form: form, query: request.uri.query ?? "")
    }

    package init(form: String = "", query: String) {
        pairs = Self.parse(form) + Self.parse(query)
    }

    package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    package func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    func required(_ name: String, expected: String) throws -> String {
        guard let value = self[name], !value.isEmpty else {
            throw BadParameter(name, expected: expected, found: self[name])
        }
        return value
    }

    /// Unix seconds or RFC 3339, as the Prometheus API takes them.
    package func time(_ name: String) throws -> Timestamp? {
        guard let text = self[name], !text.isEmpty else { return nil }
        // Swift reads hexadecimal numbers, too.
        guard let time = Timestamp(text: text), !text.lowercased().contains("x") else {
            throw BadParameter(name, expected: "Unix seconds or an RFC 3339 time", found: text)
        }
        return time
    }

    /// As `time`, of an end of a period: one beyond all times there are counts as the last, since clients in Go spell so that
    /// there is none.
    package func bound(_ name: String) throws -> Timestamp? {
        let text = self[name] ?? ""
        if text == Self.earliest { return Timestamp(milliseconds: .min / 4) }
        if text == Self.latest { return Timestamp(milliseconds: .max / 4) }
        if let seconds = Double(text), seconds.isFinite, seconds.magnitude >= 9e12 {
            return Timestamp(milliseconds: seconds < 0 ? .min / 4 : .max / 4)
        }
        return try time(name)
    }

    private static let earliest = "-292273086-05-16T16:47:06Z"
    private static let latest = "292277025-08-18T07:12:54.999999999Z"

    /// A whole number; nil when it is left out or empty.
    package func integer(_ name: String) throws -> Int? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let number = Int(text) else { throw BadParameter(name, expected: "a whole number", found: text) }
        return number
    }

    /// A whole number, at least 0; nil when it is left out or empty.
    package func count(_ name: String) throws -> Int? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let count = Int(text), count >= 0 else {
            throw BadParameter(name, expected: "a whole number of at least 0", found: text)
        }
        return count
    }

    /// Seconds as a number, or a Prometheus duration such as `1h30m`.
    package func duration(_ name: String) throws -> Duration? {
        guard let text = self[name], !text.isEmpty else { return nil }
        if let seconds = Double(text), seconds.isFinite, seconds > 0, seconds < 3e9 {
            return .milliseconds(Int64(seconds * 1000))
        }
        if let span = Self.prometheusDuration(text), span > .zero { return span }
        throw BadParameter(name, expected: "positive seconds or a duration such as 5m", found: text)
    }

    private static func prometheusDuration(_ text: String) -> Duration? {
        let units: [(String, Int64)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000),
            ("y", 31_536_000_000),
        ]
        var rest = text[...]
        var milliseconds: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let number = Int64(digits), let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            let (sum, tooLarge) = milliseconds.addingReportingOverflow(product)
            guard !overflow, !tooLarge else { return nil }
            milliseconds = sum
        }
        return text.isEmpty ? nil : .milliseconds(milliseconds)
    }

    private static func parse(_ query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decode(halves[0]), halves.count == 2 ? decode(halves[1]) : "")
        }
    }

    private static func decode(_ text: Substring) -> String {
        let spaced = String(text.map { $0 == "+" ? " " : $0 })
        return spaced.removingPercentEncoding ?? spaced
    }
}
