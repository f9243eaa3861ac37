package import Inventory

/// Secrets of a simulated city: made from the name of the reference, so that a person can type them into `snmpbulkwalk`.
/// They protect nothing.
package struct SimulatedSecrets: SecretSource {
    package init() {}

    /// `sim-` and the last part of the reference's name in lower case, filled with `0` up to 8 characters.
    package func secret(_ reference: SecretReference) -> String {
        let name =
            switch reference {
            case .environment(let name), .systemd(let name): name
            case .file(let path): path.split(separator: "/").last.map { String($0) } ?? ""
            }
        let secret = "sim-\(name.lowercased())"
        return secret + String(repeating: "0", count: max(0, 8 - secret.count))
    }
}
