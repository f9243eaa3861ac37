import Inventory
import Polling
import SNMP

extension MappingSchema {
    static let moduleIdentity = MappingSchema(
        "an identity", optional: ["when", "vendor", "kind", "model", "software", "serial"])
    static let moduleWhen = MappingSchema(
        "a condition on an identity", optional: ["sysObjectIDs", "sysDescriptions"])
    static let moduleSource = MappingSchema(
        "a source of a text", optional: ["text", "oid", "where", "pattern", "values", "sysDescr", "sysObjectIDs"])
}

extension DeviceModule.Identity {
    static func read(_ value: YAMLValue, _ problems: ProblemList) -> DeviceModule.Identity? {
        guard let reader = MappingReader(value, .moduleIdentity, problems) else { return nil }
        var identity = DeviceModule.Identity()
        if let when = reader.mapping("when", .moduleWhen) {
            identity.condition.sysObjectIDs = when.oneOrMore("sysObjectIDs", .objectIdentifier)
            identity.condition.sysDescriptions = when.oneOrMore("sysDescriptions", .pattern)
            if identity.condition == DeviceModule.Condition() {
                problems.report(when.value.place, "expected a condition in \"when\", found none")
            }
        }
        identity.kind = reader.scalar("kind", .oneOf(Device.Kind.self))
        identity.vendor = sources(reader, "vendor")
        identity.model = sources(reader, "model")
        identity.software = sources(reader, "software")
        identity.serial = sources(reader, "serial")
        return identity
    }

    private static func sources(_ reader: MappingReader, _ key: String) -> [Source] {
        reader.oneOrMore(key).compactMap { Source.read($0, what: key, reader.problems) }
    }
}

extension DeviceModule.Identity.Source {
    static func read(_ value: YAMLValue, what: String, _ problems: ProblemList) -> DeviceModule.Identity.Source? {
        if case .scalar = value.content {
            return ScalarForm.text.read(value, what: what, problems).map { .text($0) }
        }
        guard let reader = MappingReader(value, .moduleSource, problems) else { return nil }
        guard let source = reader.choice(of: ["text", "oid", "sysDescr", "sysObjectIDs"]) else { return nil }
        switch source {
        case "text": return reader.scalar("text", .text).map { .text($0) }
        case "sysDescr": return reader.scalar("sysDescr", .pattern).map { .description($0) }
        case "sysObjectIDs":
            var names: [ObjectIdentifier: String] = [:]
            for (oid, name) in reader.texts("sysObjectIDs", .text) {
                guard let identifier = ObjectIdentifier(oid) else {
                    problems.report(
                        reader.place("sysObjectIDs"), "expected OIDs as keys of \"sysObjectIDs\", found \(quoted(oid))")
                    continue
                }
                names[identifier] = name
            }
            return .objectID(names)
        default:
            let condition = reader.node("where").flatMap { DeviceModule.RowCondition.read($0, index: nil, problems) }
            let pattern = reader.scalar("pattern", .pattern)
            let values = reader.texts("values", .text)
            return reader.scalar("oid", .objectWithoutInstance).map {
                .object($0, where: condition, pattern: pattern, values: values)
            }
        }
    }
}
