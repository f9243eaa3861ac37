import Polling
import RE2
import SNMP

extension ScalarForm where Value == String {
    static var metricName: ScalarForm { .symbol("a metric name of letters, digits and \"_\"") }

    /// A label that neither a target nor an info series has already.
    static var labelName: ScalarForm {
        let taken = ["job", "instance", "site"]
        return ScalarForm(
            expected: "a label name of letters, digits and \"_\" other than \(taken.joined(separator: ", "))"
        ) { text in
            taken.contains(text) || text.hasPrefix("__") ? nil : symbol("").parse(text)
        }
    }

    /// A value as an agent sends it: any text, spaces too.
    static var rawText: ScalarForm { ScalarForm(expected: "a value as the agent sends it") { $0 } }
}

extension ScalarForm where Value == ObjectIdentifier {
    /// An object: a column without an index, a scalar without `.0`.
    static var objectWithoutInstance: ScalarForm {
        ScalarForm(expected: "an OID as 1.3.6.1.2.1.1.1, of a column without index or of a scalar without \".0\"") {
            text in
            guard let oid = ObjectIdentifier(text), oid.components.last != 0 else { return nil }
            return oid
        }
    }
}

extension ScalarForm where Value == TextPattern {
    static var pattern: ScalarForm {
        ScalarForm(expected: "a regular expression (RE2)") { text in
            do throws(PatternError) {
                return try TextPattern(text)
            } catch {
                return nil
            }
        }
    }
}
