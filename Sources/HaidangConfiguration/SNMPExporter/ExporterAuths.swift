import Yams

/// Turns auths of snmp_exporter into credentials that refer to their secrets.
struct ExporterAuths {
    private(set) var credentials: [Node] = []
    private(set) var secrets: [(path: String, content: String)] = []
    private(set) var notices: [String] = []

    /// Names of protocols there and here.
    private static let authentication = [
        "MD5": "MD5", "SHA": "SHA", "SHA224": "SHA-224", "SHA256": "SHA-256", "SHA384": "SHA-384", "SHA512": "SHA-512",
    ]
    private static let privacy = [
        "DES": "DES", "AES": "AES", "AES192": "AES-192", "AES256": "AES-256", "AES192C": "AES-192-C",
        "AES256C": "AES-256-C",
    ]

    mutating func add(_ key: String, _ auth: YAMLValue) {
        let id = String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
        var pairs: [(Node, Node)] = [("id", Node(id))]
        let version = auth["version"]?.text ?? "2"
        switch version {
        case "1", "2":
            pairs.append(("version", Node(version == "1" ? "v1" : "v2c")))
            pairs.append(("community", secret(auth["community"]?.text ?? "public", "\(id)-community")))
        case "3":
            guard let user = auth["username"]?.text else {
                notices.append("\(auth.place): auth \(key): expected a username for version 3, found none")
                return
            }
            let level = auth["security_level"]?.text ?? "noAuthNoPriv"
            pairs += [("version", "v3"), ("user", Node(user)), ("level", Node(level))]
            if level != "noAuthNoPriv" {
                guard
                    let part = part(
                        auth, "auth_protocol", "MD5", "password", Self.authentication, "\(id)-authentication", key)
                else { return }
                pairs.append(("authentication", part))
            }
            if level == "authPriv" {
                guard let part = part(auth, "priv_protocol", "DES", "priv_password", Self.privacy, "\(id)-privacy", key)
                else { return }
                pairs.append(("privacy", part))
            }
            if let context = auth["context_name"]?.text, !context.isEmpty {
                notices.append(
                    "\(auth.place): auth \(key): its context \"\(context)\" belongs to the devices here: snmp: { context: … }"
                )
            }
        default:
            notices.append("\(auth.place): auth \(key): expected version 1, 2 or 3, found \(version)")
            return
        }
        credentials.append(Node.pairs(pairs))
    }

    private mutating func part(
        _ auth: YAMLValue, _ protocolKey: String, _ standard: String, _ secretKey: String, _ names: [String: String],
        _ file: String, _ key: String
    ) -> Node? {
        let name = auth[protocolKey]?.text ?? standard
        guard let ours = names[name.uppercased()], let phrase = auth[secretKey]?.text else {
            notices.append("\(auth.place): auth \(key): expected a known \(protocolKey) and a \(secretKey)")
            return nil
        }
        return Node.pairs([("protocol", Node(ours)), ("secret", secret(phrase, file))])
    }

    /// A reference to a secret: to the environment where the file names a variable, else to a file of its own.
    private mutating func secret(_ text: String, _ file: String) -> Node {
        if text.hasPrefix("${"), text.hasSuffix("}") {
            return Node.pairs([("environment", Node(String(text.dropFirst(2).dropLast())))])
        }
        let path = "secrets/\(file)"
        secrets.append((path, text))
        return Node.pairs([("file", Node(path))])
    }
}
