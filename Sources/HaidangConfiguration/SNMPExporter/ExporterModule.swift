import Polling
import SNMP
import Yams

/// Turns one module of snmp_exporter into one of ours.
struct ExporterModule {
    /// As an id of ours.
    let name: String
    private(set) var notices: [String] = []

    /// Metrics that share an index and the same labels are one table.
    private struct Table {
        var keys: [Node] = []
        var index: [Node] = []
        var metrics: [Node] = []
    }

    init(name: String) {
        self.name = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
    }

    /// - Returns: nil when nothing of it can be taken over.
    mutating func convert(_ module: YAMLValue) -> Node? {
        var scalars: [Node] = []
        var tables: [Table] = []
        var positions: [String: Int] = [:]
        var names: Set<String> = []
        for metric in module["metrics"]?.elements ?? [] {
            for node in metrics(metric) {
                guard names.insert(node["name"]?.string ?? "").inserted else {
                    notice(metric, "stands twice in the module")
                    continue
                }
                let indexes = metric["indexes"]?.elements ?? []
                guard !indexes.isEmpty else {
                    scalars.append(node)
                    continue
                }
                guard let table = table(metric, indexes) else { continue }
                let identity = "\(table.index)\(table.keys)"
                let position = positions[identity] ?? tables.count
                if position == tables.count {
                    positions[identity] = position
                    tables.append(table)
                }
                tables[position].metrics.append(node)
            }
        }
        guard !scalars.isEmpty || !tables.isEmpty else { return nil }
        var pairs: [(Node, Node)] = [("name", Node(name)), ("match", "named")]
        if !scalars.isEmpty { pairs.append(("scalars", Node.list(scalars))) }
        if !tables.isEmpty {
            pairs.append(
                (
                    "tables",
                    Node.list(
                        tables.enumerated().map { number, table in
                            var pairs: [(Node, Node)] = [
                                ("name", table.metrics[0]["name"] ?? Node("table \(number + 1)"))
                            ]
                            if !table.index.isEmpty { pairs.append(("index", Node.list(table.index))) }
                            if !table.keys.isEmpty { pairs.append(("keys", Node.list(table.keys))) }
                            pairs.append(("metrics", Node.list(table.metrics)))
                            return Node.pairs(pairs)
                        })
                ))
        }
        return Node.pairs(pairs)
    }

    private mutating func notice(_ metric: YAMLValue, _ text: String) {
        notices.append("\(metric.place): module \(name): \(metric["name"]?.text ?? "a metric"): \(text)")
    }

    // MARK: Metrics

    /// One metric, or one for each of its regular expressions.
    private mutating func metrics(_ metric: YAMLValue) -> [Node] {
        guard let name = metric["name"]?.text, let oid = metric["oid"]?.text, ObjectIdentifier(oid) != nil else {
            notice(metric, "has no name or no OID")
            return []
        }
        if let extracts = metric["regex_extracts"]?.pairs, !extracts.isEmpty {
            return extracts.flatMap { extracted(metric, name + $0.key, oid, $0.value) }
        }
        let type = metric["type"]?.text ?? "gauge"
        var pairs: [(Node, Node)] = []
        var suffix = ""
        let values = names(metric["enum_values"])
        switch type {
        case "gauge", "Float", "Double": pairs.append(("kind", "gauge"))
        case "counter": pairs.append(("kind", "counter"))
        case "EnumAsInfo":
            suffix = "_info"
            pairs.append(("kind", "info"))
        case "EnumAsStateSet": pairs.append(("kind", values.isEmpty ? "gauge" : "states"))
        case "DisplayString": pairs.append(("kind", "info"))
        case "OctetString": pairs += [("kind", "info"), ("format", "hex")]
        case "PhysAddress48": pairs += [("kind", "info"), ("format", "mac")]
        case "InetAddressIPv4", "InetAddressIPv6", "InetAddress": pairs += [("kind", "info"), ("format", "address")]
        default:
            notice(metric, "its type \(type) is not known here")
            return []
        }
        if !values.isEmpty { pairs.append(("values", Node.pairs(values))) }
        if let scale = metric["scale"]?.text, scale != "0" { pairs.append(("scale", plain(scale))) }
        if let offset = metric["offset"]?.text { pairs.append(("offset", plain(offset))) }
        return [node(name + suffix, oid, pairs, metric)]
    }

    private mutating func extracted(
        _ metric: YAMLValue, _ name: String, _ oid: String, _ extracts: YAMLValue
    ) -> [Node] {
        // Of several expressions the first that matches counts there; here there is one.
        guard extracts.elements.count == 1, let extract = extracts.elements.first, extract["value"]?.text == "$1",
            let regex = extract["regex"]?.text
        else {
            notice(metric, "its regex_extracts are more than one expression that takes its first group")
            return []
        }
        var pairs: [(Node, Node)] = [("kind", "gauge"), ("pattern", Node(regex))]
        if let scale = metric["scale"]?.text, scale != "0" { pairs.append(("scale", plain(scale))) }
        return [node(name, oid, pairs, metric)]
    }

    private func node(_ name: String, _ oid: String, _ pairs: [(Node, Node)], _ metric: YAMLValue) -> Node {
        let help = String((metric["help"]?.text ?? "").map { $0.isNewline || $0 == "\t" ? " " : $0 }.prefix(300))
        var all: [(Node, Node)] = [("name", Node(name)), ("oid", plain(oid))]
        all += pairs
        if !help.isEmpty { all.append(("help", Node(help))) }
        return Node.pairs(all)
    }

    private func names(_ values: YAMLValue?) -> [(Node, Node)] {
        (values?.pairs ?? []).compactMap { pair in
            // An enumeration may well have a value that is called "null".
            guard case .scalar(let text, _) = pair.value.content, !text.isEmpty else { return nil }
            return (
                plain(pair.key),
                ["null", "Null", "NULL", "~"].contains(text) ? Node(text, Tag(.str), .doubleQuoted) : Node(text)
            )
        }
    }

    private func plain(_ text: String) -> Node {
        Node(text, Tag(.implicit), .plain)
    }

    // MARK: Keys

    private mutating func table(_ metric: YAMLValue, _ indexes: [YAMLValue]) -> Table? {
        var table = Table()
        var parts: [(label: String, key: Node)] = []
        for index in indexes {
            guard let label = index["labelname"]?.text, let type = index["type"]?.text else { continue }
            let name = Self.labelName(label)
            var part: [(Node, Node)] = [("name", Node(name))]
            let isImplied = index["implied"]?.text == "true"
            let size = index["fixed_size"]?.text.flatMap { Int($0) } ?? 0
            switch type {
            case "gauge", "counter", "EnumAsInfo", "EnumAsStateSet": part.append(("type", "integer"))
            case "DisplayString" where size > 0, "OctetString" where size > 0:
                part += [("type", "fixed"), ("length", plain(String(size)))]
            case "DisplayString", "OctetString": part.append(("type", isImplied ? "implied" : "string"))
            case "PhysAddress48": part.append(("type", "mac"))
            case "InetAddressIPv4": part.append(("type", "ipv4"))
            case "InetAddressIPv6": part.append(("type", "ipv6"))
            case "InetAddress": part.append(("type", "address"))
            default:
                notice(metric, "its index \(label) has the type \(type), which is not known here")
                return nil
            }
            table.index.append(Node.pairs(part))
            var key: [(Node, Node)] = [("label", Node(name)), ("index", Node(name))]
            let values = names(index["enum_values"])
            if !values.isEmpty { key.append(("values", Node.pairs(values))) }
            parts.append((label, Node.pairs(key)))
        }
        var dropped: Set<String> = []
        var lookups: [Node] = []
        for lookup in metric["lookups"]?.elements ?? [] {
            guard let label = lookup["labelname"]?.text else { continue }
            let labels = lookup["labels"]?.elements.compactMap(\.text) ?? []
            guard let oid = lookup["oid"]?.text, !labels.isEmpty else {
                dropped.insert(label)
                continue
            }
            guard let by = reference(labels, parts.map(\.label), metric) else {
                notice(metric, "its label \(label) is looked up by a label that is no part of the index")
                continue
            }
            lookups.append(
                Node.pairs([("label", Node(Self.labelName(label))), ("lookup", Node.list([plain(oid)])), ("by", by)]))
        }
        let looked = Set(lookups.compactMap { $0["label"]?.string })
        table.keys = parts.filter { !dropped.contains($0.label) && !looked.contains(Self.labelName($0.label)) }.map(
            \.key)
        table.keys += lookups
        return table
    }

    /// The parts of the index that are another table's index, or the column that an earlier look-up found it in.
    private func reference(_ labels: [String], _ parts: [String], _ metric: YAMLValue) -> Node? {
        if labels.allSatisfy(parts.contains) { return Node.list(labels.map { Node(Self.labelName($0)) }) }
        guard labels.count == 1,
            let earlier = metric["lookups"]?.elements.first(where: { $0["labelname"]?.text == labels[0] }),
            earlier["labels"]?.elements.compactMap(\.text) == parts, let oid = earlier["oid"]?.text
        else { return nil }
        return plain(oid)
    }

    /// A label that targets have already gets another name.
    private static func labelName(_ label: String) -> String {
        ["job", "instance", "site"].contains(label) ? "exported_\(label)" : label
    }
}
