import Polling
import RE2
import SNMP

extension ScalarForm where Value == String {
    /// A name that the program does not write itself.
    static var metricName: ScalarForm {
        let own = ["up", "target_info", "site_info", "ALERTS"]
        let prefixes = ["scrape_", "device_", "component_", "capacity_", "link_", "room_", "probe_", "haidang_"]
        let symbol = symbol("")
        return ScalarForm(
            expected: "a metric name of letters, digits and \"_\"",
            reason: { text in
                own.contains(text) || prefixes.contains(where: text.hasPrefix)
                    ? "the program writes a series of that name itself" : nil
            }
        ) { text in
            own.contains(text) || prefixes.contains(where: text.hasPrefix) ? nil : symbol.parse(text)
        }
    }

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
            guard let oid = ObjectIdentifier(text), oid.components.last != 0, oid.components.count >= 5,
                oid.components[0] < 2 && oid.components[1] < 40 || oid.components[0] == 2
            else { return nil }
            return oid
        }
    }
}

extension ScalarForm where Value == TextPattern {
    static var pattern: ScalarForm {
        ScalarForm(
            expected: "a regular expression (RE2)",
            reason: { text in
                do throws(PatternError) {
                    _ = try TextPattern(text)
                    return nil
                } catch {
                    return error.reason
                }
            }
        ) { try? TextPattern($0) }
    }
}
