import Foundation
import Yams

/// What a configuration of snmp_exporter (`snmp.yml`, with `modules` and `auths`) becomes.
package struct ExporterImport: Sendable {
    /// Names of modules and their files, as they are written.
    package var modules: [(name: String, text: String)] = []
    /// `credentials.yml`; nil without auths.
    package var credentials: String?
    /// Secrets that stood in the file: path below the directory, and content.
    package var secrets: [(path: String, content: String)] = []
    /// What could not be taken over, and where it stood.
    package var notices: [String] = []
}

extension ExporterImport {
    /// Reads a `snmp.yml` of snmp_exporter 0.22 or later.
    ///
    /// Each of its modules becomes one of ours that is used where the inventory names it; metrics keep their names and labels.
    /// - Throws: `ConfigurationErrors` when the file is none.
    package init(_ content: [UInt8], file: String) throws {
        let problems = ProblemList()
        let root = YAMLDocument.parse(content, file: file, problems: problems)
        if problems.problems.isEmpty, root?["modules"] == nil, root?["auths"] == nil {
            problems.report(
                Place(file: file), "expected \"modules\" or \"auths\" as in snmp.yml of snmp_exporter, found neither")
        }
        guard let root, problems.problems.isEmpty else {
            throw ConfigurationErrors(problems: problems.problems.sorted())
        }
        for pair in root["modules"]?.pairs ?? [] {
            var module = ExporterModule(name: pair.key)
            let node = module.convert(pair.value)
            notices += module.notices
            guard let node else {
                notices.append("\(pair.value.place): module \(pair.key): none of its metrics can be taken over")
                continue
            }
            modules.append((module.name, try Self.write(node, title: "Module \(pair.key) of snmp_exporter.")))
        }
        var auths = ExporterAuths()
        for pair in root["auths"]?.pairs ?? [] { auths.add(pair.key, pair.value) }
        notices += auths.notices
        secrets = auths.secrets
        if !auths.credentials.isEmpty {
            credentials = try Self.write(
                ["credentials": Node.list(auths.credentials)],
                title: "Auths of snmp_exporter; the secrets are in files beside it.")
        }
    }

    private static func write(_ node: Node, title: String) throws -> String {
        "# \(title)\n" + (try Yams.serialize(node: node, width: 130, allowUnicode: true, sortKeys: false))
    }
}

extension YAMLValue {
    var pairs: [Pair] {
        if case .mapping(let pairs) = content { pairs } else { [] }
    }

    var elements: [YAMLValue] {
        if case .sequence(let values) = content { values } else { [] }
    }

    /// The text of a scalar; nil for anything else and for null.
    var text: String? {
        if case .scalar(let text, _) = content, !isNull { text } else { nil }
    }
}

extension Node {
    static func pairs(_ pairs: [(Node, Node)]) -> Node { .mapping(Mapping(pairs)) }

    static func list(_ nodes: [Node]) -> Node { .sequence(Sequence(nodes)) }
}
