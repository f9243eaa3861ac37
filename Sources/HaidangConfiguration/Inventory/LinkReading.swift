import Inventory

extension MappingSchema {
    static let link = MappingSchema(
        "a link", required: ["id", "name", "a", "b", "speed"], optional: ["nameEnglish", "carrier"])
    static let linkEnd = MappingSchema("an end of a link", required: ["device", "interface"])
}

extension InventoryDraft {
    mutating func readLink(_ value: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(value, .link, problems) else { return }
        let id = links.declare(reader)
        let name = reader.localizedName()
        let a = reader.mapping("a", .linkEnd).flatMap(Self.end)
        let b = reader.mapping("b", .linkEnd).flatMap(Self.end)
        let speed = reader.scalar("speed", .bitRate)
        let carrier = reader.scalar("carrier", .text)
        guard let id, let name, let a, let b, let speed else { return }
        links.append(Link(id: id, name: name, a: a, b: b, bitsPerSecond: speed, carrier: carrier), value)
    }

    private static func end(_ reader: MappingReader) -> Link.End? {
        let device = reader.scalar("device", .identifier)
        let interface = reader.scalar("interface", .text)
        guard let device, let interface else { return nil }
        return Link.End(device: device, interface: interface)
    }
}
