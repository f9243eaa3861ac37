import Polling
import SNMP

extension MappingSchema {
    static let module = MappingSchema(
        "a module", required: ["name"], optional: ["match", "info", "scalars", "tables"])
    static let moduleMatch = MappingSchema("a match", optional: ["sysObjectIDs", "sysDescriptions", "probes"])
    static let moduleMetric = MappingSchema(
        "a metric", required: ["name", "oid", "kind"], optional: ["help", "scale", "common"])
    static let moduleTable = MappingSchema("a table", required: ["name"], optional: ["info", "keys", "metrics"])
    static let moduleKey = MappingSchema("a key of a table", required: ["label", "columns"])
}

extension DeviceModule {
    /// Reads one module file; nil after problems were reported.
    static func read(_ file: YAMLValue, _ problems: ProblemList) -> Entry<DeviceModule>? {
        guard let reader = MappingReader(file, .module, problems) else { return nil }
        let name = reader.scalar("name", .identifier)
        var match = Match()
        if let conditions = reader.mapping("match", .moduleMatch) {
            match.sysObjectIDs = conditions.list("sysObjectIDs", .objectIdentifier)
            match.sysDescriptions = conditions.list("sysDescriptions", .text)
            match.probes = conditions.list("probes", .objectIdentifier)
        }
        let info = reader.scalar("info", .metricName)
        let scalars = reader.list("scalars").compactMap { metric($0, hasInfo: info != nil, problems) }
        let tables = reader.list("tables").compactMap { table($0, problems) }
        if reader.node("scalars") == nil, reader.node("tables") == nil {
            problems.report(file.place, "expected \"scalars\" or \"tables\" in a module, found neither")
        }
        guard let name else { return nil }
        return Entry(
            element: DeviceModule(name: name, match: match, scalars: scalars, tables: tables, info: info), source: file)
    }

    private static func table(_ value: YAMLValue, _ problems: ProblemList) -> Table? {
        guard let reader = MappingReader(value, .moduleTable, problems) else { return nil }
        let name = reader.scalar("name", .text)
        let info = reader.scalar("info", .metricName)
        let keys = reader.list("keys").compactMap { value -> Table.KeyLabel? in
            guard let reader = MappingReader(value, .moduleKey, problems) else { return nil }
            let label = reader.scalar("label", .symbol("a label name of letters, digits and \"_\""))
            let columns = reader.list("columns", .objectIdentifier)
            if case .sequence(let values)? = reader.node("columns")?.content, values.isEmpty {
                problems.report(reader.place("columns"), "expected at least one OID in \"columns\", found none")
            }
            return label.map { Table.KeyLabel(label: $0, columns: columns) }
        }
        let metrics = reader.list("metrics").compactMap { metric($0, hasInfo: info != nil, problems) }
        guard let name else { return nil }
        return Table(name: name, keys: keys, metrics: metrics, info: info)
    }

    private static func metric(_ value: YAMLValue, hasInfo: Bool, _ problems: ProblemList) -> Metric? {
        guard let reader = MappingReader(value, .moduleMetric, problems) else { return nil }
        let name = reader.scalar("name", .metricName)
        let oid = reader.scalar("oid", .objectIdentifier)
        let kind = reader.scalar("kind", .oneOf(Kind.self))
        let help = reader.scalar("help", .text, default: "")
        let scale = reader.scalar("scale", .number("a number other than 0") { $0 != 0 }, default: 1)
        let common = reader.scalar("common", .metricName)
        if kind == .text, !hasInfo {
            problems.report(
                reader.place("kind"),
                "expected \"info\" beside the list of a metric of kind text, for it becomes a label of that series, found none"
            )
        }
        guard let name, let oid, let kind, let help, let scale else { return nil }
        return Metric(name: name, oid: oid, kind: kind, help: help, scale: scale, common: common)
    }
}

extension ScalarForm where Value == String {
    fileprivate static var metricName: ScalarForm { .symbol("a metric name of letters, digits and \"_\"") }
}
