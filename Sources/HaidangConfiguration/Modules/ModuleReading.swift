import Inventory
import Polling
import SNMP

extension MappingSchema {
    static let module = MappingSchema(
        "a module", required: ["name"], optional: ["generic", "match", "identity", "info", "scalars", "tables"])
    static let moduleMatch = MappingSchema("a match", optional: ["sysObjectIDs", "sysDescriptions", "probes"])
    static let moduleTable = MappingSchema(
        "a table", required: ["name"], optional: ["component", "index", "keys", "where", "info", "metrics"])
    static let moduleIndex = MappingSchema("a part of an index", required: ["name", "type"], optional: ["length"])
    static let moduleKey = MappingSchema(
        "a key of a table", required: ["label"],
        optional: ["columns", "index", "text", "lookup", "by", "pattern", "values"])
    static let moduleWhere = MappingSchema(
        "a condition on rows", optional: ["oid", "index", "values", "not", "pattern", "notPattern"])
}

extension DeviceModule {
    /// Reads one module file; nil after problems were reported.
    static func read(_ file: YAMLValue, _ problems: ProblemList) -> Entry<DeviceModule>? {
        guard let reader = MappingReader(file, .module, problems) else { return nil }
        let name = reader.scalar("name", .identifier)
        var module = DeviceModule(name: name ?? "")
        module.isGeneric = reader.scalar("generic", .boolean, default: false) ?? false
        if case .scalar("named", _)? = reader.node("match")?.content {
            module.isByNameOnly = true
        } else {
            module.match = reader.node("match").map { match($0, problems) } ?? []
        }
        module.identities =
            reader.oneOrMore("identity").compactMap { Identity.read($0, problems) }
        module.info = reader.scalar("info", .metricName)
        let hasInfo = module.info != nil
        module.scalars = reader.list("scalars").compactMap { Metric.read($0, .scalar(hasInfo: hasInfo), problems) }
        module.tables = reader.list("tables").compactMap { Table.read($0, problems) }
        if reader.node("scalars") == nil, reader.node("tables") == nil, module.identities.isEmpty {
            problems.report(
                file.place, "expected \"scalars\", \"tables\" or \"identity\" in a module, found none of them")
        }
        guard name != nil else { return nil }
        checkNames(file, problems)
        module.checkInfos(file, problems)
        return Entry(element: module, source: file)
    }

    /// A match is one condition, or a list of those of which one must hold.
    private static func match(_ value: YAMLValue, _ problems: ProblemList) -> [Condition] {
        let values: [YAMLValue] = if case .sequence(let values) = value.content { values } else { [value] }
        return values.compactMap { value in
            guard let reader = MappingReader(value, .moduleMatch, problems) else { return nil }
            if case .mapping(let pairs) = value.content, pairs.allSatisfy({ $0.value.isNull || $0.value.isEmptyList }) {
                problems.report(value.place, "expected at least one condition in a match, found none")
            }
            var condition = Condition()
            condition.sysObjectIDs = reader.oneOrMore("sysObjectIDs", .objectIdentifier)
            condition.sysDescriptions = reader.oneOrMore("sysDescriptions", .pattern)
            condition.probes = reader.oneOrMore("probes", .objectWithoutInstance)
            return condition
        }
    }

    /// Info series that something else is called like.
    private func checkInfos(_ file: YAMLValue, _ problems: ProblemList) {
        var taken: [String: String] = [:]
        for metric in scalars + tables.flatMap(\.metrics) where metric.kind != .text { taken[metric.name] = "a metric" }
        func check(_ name: String?, _ place: Place, _ owner: String) {
            guard let name else { return }
            if let other = taken[name] {
                problems.report(
                    place, "expected an info series of its own name, found that of \(other) (\(quoted(name)))")
            }
            taken[name] = owner
        }
        check(info, file["info"]?.place ?? file.place, "the module's info series")
        for (number, table) in tables.enumerated() {
            check(
                table.info, file["tables"]?[number]?["info"]?.place ?? file.place, "the info series of \(table.name)")
        }
    }

    /// Series that two metrics of one module would both write.
    private static func checkNames(_ file: YAMLValue, _ problems: ProblemList) {
        var first: [String: Place] = [:]
        func check(_ list: YAMLValue?) {
            guard case .sequence(let metrics)? = list?.content else { return }
            for metric in metrics {
                guard let name = metric["name"], case .scalar(let text, _) = name.content else { continue }
                if let place = first[text] {
                    problems.report(
                        name.place,
                        "expected each metric once in a module, found \(quoted(text)) again (first at \(place))")
                } else {
                    first[text] = name.place
                }
            }
        }
        check(file["scalars"])
        guard case .sequence(let tables)? = file["tables"]?.content else { return }
        for table in tables { check(table["metrics"]) }
    }
}

extension DeviceModule.Table {
    static func read(_ value: YAMLValue, _ problems: ProblemList) -> DeviceModule.Table? {
        guard let reader = MappingReader(value, .moduleTable, problems) else { return nil }
        let name = reader.scalar("name", .text)
        let info = reader.scalar("info", .metricName)
        let index = reader.list("index").compactMap { IndexPart.read($0, problems) }
        let names = index.map(\.name)
        let keys = reader.list("keys").compactMap { DeviceModule.Key.read($0, index: names, problems) }
        var labels: Set<String> = []
        for (key, node) in zip(keys, reader.list("keys")) where !labels.insert(key.label).inserted {
            problems.report(
                node["label"]?.place ?? node.place,
                "expected each label once in the keys of a table, found \(quoted(key.label)) again")
        }
        for (number, part) in index.enumerated() {
            let place = reader.list("index")[number].place
            if index.firstIndex(where: { $0.name == part.name }) != number {
                problems.report(place, "expected each part of an index once, found \(quoted(part.name)) again")
            }
            if part.kind == .implied, number != index.count - 1 {
                problems.report(place, "expected the type implied for the last part of an index only")
            }
        }
        let conditions = reader.list("where").compactMap {
            DeviceModule.RowCondition.read($0, index: names, problems)
        }
        let metrics = reader.list("metrics").compactMap {
            DeviceModule.Metric.read($0, .column(hasInfo: info != nil), problems)
        }
        if reader.node("metrics") == nil {
            problems.report(value.place, "expected \"metrics\" in a table, found none")
        }
        for (key, node) in zip(keys, reader.list("keys")) where info != nil {
            let isText = metrics.contains { $0.kind == .text && $0.name == key.label }
            guard isText || key.label == "index" else { continue }
            problems.report(
                node["label"]?.place ?? node.place,
                "expected a label that the info series does not have, found \(quoted(key.label)), which is "
                    + (isText ? "that of a text" : "that of the row's index"))
        }
        checkColumns(metrics, reader.list("metrics"), problems)
        let component = reader.scalar("component", .oneOf(DeviceModule.Component.self))
        guard let name else { return nil }
        return DeviceModule.Table(
            name: name, keys: keys, metrics: metrics, info: info, component: component, index: index,
            conditions: conditions)
    }

    /// The OID of a table or of its entry where that of a column belongs: what is below it is not one row after the other.
    private static func checkColumns(
        _ metrics: [DeviceModule.Metric], _ nodes: [YAMLValue], _ problems: ProblemList
    ) {
        let oids = metrics.flatMap(\.oids)
        for (metric, node) in zip(metrics, nodes) {
            for oid in metric.oids {
                guard let below = oids.first(where: { $0 != oid && $0.starts(with: oid) }) else { continue }
                problems.report(
                    node["oid"]?.place ?? node.place,
                    "expected the OID of a column, found \(oid), which \(below) is below: that of a table or an entry")
            }
        }
    }
}

extension IndexPart {
    private enum Name: String, CaseIterable {
        case integer, string, implied, fixed, ipv4, ipv6, address, mac, oid
    }

    static func read(_ value: YAMLValue, _ problems: ProblemList) -> IndexPart? {
        guard let reader = MappingReader(value, .moduleIndex, problems) else { return nil }
        let name = reader.scalar("name", .labelName)
        let type = reader.scalar("type", .oneOf(Name.self))
        let length = reader.scalar("length", .integer(1...255))
        guard let name, let type else { return nil }
        if (type == .fixed) != (length != nil) {
            problems.report(
                value.place,
                length == nil
                    ? "expected \"length\" beside the type fixed, found none"
                    : "expected \"length\" with the type fixed only, found it with \(type)")
        }
        let kind: Kind =
            switch type {
            case .integer: .integer
            case .string: .string
            case .implied: .implied
            case .fixed: .fixed(length ?? 1)
            case .ipv4: .ipv4
            case .ipv6: .ipv6
            case .address: .inetAddress
            case .mac: .mac
            case .oid: .oid
            }
        return IndexPart(name, kind)
    }
}

extension DeviceModule.Key {
    /// - Parameter index: the names of the parts of the table's index.
    static func read(_ value: YAMLValue, index: [String], _ problems: ProblemList) -> DeviceModule.Key? {
        guard let reader = MappingReader(value, .moduleKey, problems) else { return nil }
        let label = reader.scalar("label", .labelName)
        guard let chosen = reader.choice(of: ["columns", "index", "text", "lookup"]) else { return nil }
        for name in ["columns", "lookup"] {
            if case .sequence(let values)? = reader.node(name)?.content, values.isEmpty {
                problems.report(reader.place(name), "expected at least one OID in \(quoted(name)), found none")
            }
        }
        func part(_ node: YAMLValue?) -> Int? {
            guard let node else { return nil }
            return ScalarForm<Int>.indexPart(index).read(node, what: "index", problems)
        }
        let source: DeviceModule.Key.Source?
        switch chosen {
        case "columns": source = .columns(reader.oneOrMore("columns", .objectWithoutInstance))
        case "index": source = part(reader.node("index")).map { .index($0) }
        case "text": source = reader.scalar("text", .text).map { .text($0) }
        default:
            let columns = reader.oneOrMore("lookup", .objectWithoutInstance)
            source = reference(reader, index: index, problems).map { .lookup(columns, by: $0) }
        }
        if chosen != "lookup", reader.node("by") != nil {
            problems.report(reader.place("by"), "expected \"by\" beside \"lookup\" only, found it beside \(chosen)")
        }
        guard let label, let source else { return nil }
        var key = DeviceModule.Key(label: label, source: source, pattern: reader.scalar("pattern", .pattern))
        key.values = reader.texts("values", .text)
        return key
    }

    /// `by` names the column that holds the index, or the parts of the own index that are it.
    private static func reference(
        _ reader: MappingReader, index: [String], _ problems: ProblemList
    ) -> Reference? {
        guard let node = reader.node("by") else {
            problems.report(
                reader.value.place, "expected \"by\" beside \"lookup\": parts of the index, or the OID of a column")
            return nil
        }
        if case .scalar(let text, _) = node.content, let oid = ObjectIdentifier(text), text.contains(".") {
            return .column(oid)
        }
        let nodes: [YAMLValue] = if case .sequence(let values) = node.content { values } else { [node] }
        let parts = nodes.compactMap { ScalarForm<Int>.indexPart(index).read($0, what: "by", problems) }
        return parts.count == nodes.count ? .index(parts) : nil
    }
}

extension DeviceModule.RowCondition {
    /// - Parameter index: the names of the parts of the table's index; nil where there is no table.
    static func read(
        _ value: YAMLValue, index: [String]?, _ problems: ProblemList
    ) -> DeviceModule.RowCondition? {
        guard let reader = MappingReader(value, .moduleWhere, problems) else { return nil }
        guard let place = reader.choice(of: ["oid", "index"]) else { return nil }
        let subject: Subject? =
            if place == "oid" {
                reader.scalar("oid", .objectWithoutInstance).map { .column($0) }
            } else {
                reader.scalar("index", .indexPart(index ?? [])).map { .index($0) }
            }
        guard let chosen = reader.choice(of: ["values", "not", "pattern", "notPattern"]) else { return nil }
        let test: Test? =
            switch chosen {
            case "values": .isOneOf(Set(reader.oneOrMore("values", .rawText)))
            case "not": .isNoneOf(Set(reader.oneOrMore("not", .rawText)))
            case "pattern": reader.scalar("pattern", .pattern).map { .matches($0) }
            default: reader.scalar("notPattern", .pattern).map { .doesNotMatch($0) }
            }
        guard let subject, let test else { return nil }
        return DeviceModule.RowCondition(subject, test)
    }
}

extension ScalarForm where Value == Int {
    /// The name of a part of the index; the value is its number.
    fileprivate static func indexPart(_ names: [String]) -> ScalarForm {
        ScalarForm(
            expected: names.isEmpty
                ? "the name of a part of \"index\", which this table has none of"
                : "the name of a part of the index (\(names.joined(separator: ", ")))",
            candidates: names
        ) { names.firstIndex(of: $0) }
    }
}
