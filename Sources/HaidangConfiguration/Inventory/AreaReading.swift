import Inventory

extension MappingSchema {
    static let area = MappingSchema(
        "an area", required: ["id"],
        optional: ["name", "nameEnglish", "names", "parent", "parents", "level", "levelEnglish", "code"])
}

extension InventoryDraft {
    mutating func readArea(_ value: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(value, .area, problems) else { return }
        let id = areas.declare(reader)
        let names = reader.datedNames()
        var parents: [Dated<String?>]? = []
        if reader.node("parents") != nil {
            if reader.node("parent") != nil {
                problems.report(
                    reader.place("parents"), "expected either \"parent\" or \"parents\" in an area, found both")
            }
            parents = Self.datedParents(reader)
        } else if reader.node("parent") != nil {
            parents = reader.scalar("parent", .identifier).map { [Dated<String?>($0)] }
        }
        let level = reader.localizedText("level")
        let code = reader.scalar("code", .text)
        guard let id, let names, let parents else { return }
        areas.append(Area(id: id, names: names, parents: parents, level: level, code: code), value)
    }

    /// A parent of null makes the area a root from that day on, so the key must be there but may be empty.
    private static func datedParents(_ reader: MappingReader) -> [Dated<String?>]? {
        let schema = MappingSchema(MappingSchema.datedParent.noun, optional: MappingSchema.datedParent.keys)
        return reader.dated("parents", schema) { entry -> String?? in
            guard entry.value["parent"] != nil else {
                entry.reportMissing("parent")
                return nil
            }
            guard entry.node("parent") != nil else { return .some(nil) }
            return entry.scalar("parent", .identifier).map { .some($0) }
        }
    }
}
