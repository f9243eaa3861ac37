import Inventory

extension MappingSchema {
    static let room = MappingSchema("a room", required: ["id", "name", "site", "device"], optional: ["nameEnglish"])
    static let pool = MappingSchema(
        "a pool", required: ["id", "name", "device", "storage"],
        optional: ["nameEnglish", "kind", "unit", "fullAt", "size"])
}

extension InventoryDraft {
    mutating func readRoom(_ value: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(value, .room, problems) else { return }
        let id = rooms.declare(reader)
        let name = reader.localizedName()
        let site = reader.scalar("site", .identifier)
        let device = reader.scalar("device", .identifier)
        guard let id, let name, let site, let device else { return }
        rooms.append(Room(id: id, name: name, site: site, device: device), value)
    }

    mutating func readPool(_ value: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(value, .pool, problems) else { return }
        let id = pools.declare(reader)
        let name = reader.localizedName()
        let kind = reader.scalar("kind", .identifier, default: "storage")
        let device = reader.scalar("device", .identifier)
        let storage = reader.scalar("storage", .text)
        let share = ScalarForm.number("a share above 0 and at most 1") { $0 > 0 && $0 <= 1 }
        let fullAt = reader.scalar("fullAt", share, default: 0.8)
        let unit = reader.scalar("unit", .oneOf(ResourceUnit.self), default: .bytes)
        let amount = ScalarForm.number("a number above 0, in the pool's unit") { $0 > 0 }
        let size = reader.scalar("size", unit == .bytes ? .byteCount : amount)
        guard let id, let name, let kind, let device, let storage, let unit, let fullAt else { return }
        pools.append(
            Pool(
                id: id, name: name, kind: kind, device: device, storage: storage, unit: unit, fullAt: fullAt, size: size
            ),
            value)
    }
}
