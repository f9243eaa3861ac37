import Inventory

extension MappingSchema {
    static let site = MappingSchema(
        "a site", required: ["id"],
        optional: ["name", "nameEnglish", "names", "area", "areas", "position", "assumed"])
}

extension InventoryDraft {
    mutating func readSite(_ value: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(value, .site, problems) else { return }
        let id = sites.declare(reader)
        let names = reader.datedNames()
        var areas: [Dated<String>]?
        if reader.node("areas") != nil {
            if reader.node("area") != nil {
                problems.report(reader.place("areas"), "expected either \"area\" or \"areas\" in a site, found both")
            }
            areas = reader.dated("areas", .datedArea) { $0.scalar("area", .identifier) }
        } else {
            if reader.node("area") == nil { reader.reportMissing("area") }
            areas = reader.scalar("area", .identifier).map { [Dated($0)] }
        }
        let position = Self.position(reader)
        let assumed = reader.scalar("assumed", .boolean, default: false)
        guard let id, let names, let areas, let assumed else { return }
        sites.append(Site(id: id, names: names, areas: areas, position: position, assumed: assumed), value)
    }

    private static func position(_ reader: MappingReader) -> Site.Position? {
        guard let node = reader.node("position") else { return nil }
        guard case .sequence(let values) = node.content, values.count == 2 else {
            reader.problems.report(
                node.place,
                "expected a latitude and a longitude as [10.03, 105.78] in \"position\", found \(node.found)")
            return nil
        }
        let latitude = ScalarForm.number("a latitude from -90 to 90 degrees") { (-90...90).contains($0) }
        let longitude = ScalarForm.number("a longitude from -180 to 180 degrees") { (-180...180).contains($0) }
        guard let north = latitude.read(values[0], what: "position", reader.problems),
            let east = longitude.read(values[1], what: "position", reader.problems)
        else { return nil }
        return Site.Position(latitude: north, longitude: east)
    }
}
