import Inventory

extension MappingSchema {
    static let device = MappingSchema(
        "a device", required: ["id", "name", "kind", "site", "address"],
        optional: ["nameEnglish", "vendor", "model", "snmp", "checks", "interval"])
    static let snmpAccess = MappingSchema(
        "SNMP access", required: ["credential"], optional: ["port", "modules", "context"])
    static let httpCheck = MappingSchema(
        "a check", required: ["kind"], optional: ["scheme", "port", "path", "host", "verifyCertificate"])
}

extension InventoryDraft {
    mutating func readDevice(_ value: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(value, .device, problems) else { return }
        let id = devices.declare(reader)
        let name = reader.localizedName()
        let kind = reader.scalar("kind", .oneOf(Device.Kind.self))
        let site = reader.scalar("site", .identifier)
        let address = reader.scalar("address", .address)
        let vendor = reader.scalar("vendor", .text)
        let model = reader.scalar("model", .text)
        let snmp = reader.mapping("snmp", .snmpAccess).flatMap(Self.snmpAccess)
        let checks = reader.list("checks").compactMap { Self.check($0, problems) }
        let interval = reader.scalar("interval", .duration)
        guard let id, let name, let kind, let site, let address else { return }
        devices.append(
            Device(
                id: id, name: name, kind: kind, site: site, address: address, vendor: vendor, model: model, snmp: snmp,
                checks: checks, interval: interval), value)
    }

    private static func snmpAccess(_ reader: MappingReader) -> SNMPAccess? {
        let credential = reader.scalar("credential", .identifier)
        let port = reader.scalar("port", .port, default: 161)
        let modules = reader.list("modules", .identifier)
        let context = reader.node("context") == nil ? "" : reader.scalar("context", .text)
        guard let credential, let port, let context else { return nil }
        guard context.utf8.count <= 32 else {
            reader.problems.report(
                reader.place("context"),
                "expected a context name of at most 32 bytes (RFC 3411), found \(context.utf8.count)")
            return nil
        }
        return SNMPAccess(credential: credential, port: port, modules: modules, context: context)
    }

    private static func check(_ value: YAMLValue, _ problems: ProblemList) -> HTTPCheck? {
        guard let reader = MappingReader(value, .httpCheck, problems) else { return nil }
        let kind = reader.scalar("kind", .oneOf(HTTPCheck.Kind.self))
        let scheme = reader.scalar("scheme", .oneOf(HTTPCheck.Scheme.self), default: .http)
        let port = reader.scalar("port", .port, default: scheme == .https ? 443 : 80)
        let path = reader.scalar("path", .httpPath, default: kind == .scrape ? "/metrics" : "/")
        let host = reader.scalar("host", .host)
        let verifyCertificate = reader.scalar("verifyCertificate", .boolean, default: true)
        guard let kind, let scheme, let port, let path, let verifyCertificate else { return nil }
        return HTTPCheck(
            kind: kind, scheme: scheme, port: port, path: path, host: host, verifyCertificate: verifyCertificate)
    }
}
