import Inventory

extension MappingSchema {
    static let dependency = MappingSchema("a dependency", required: ["device", "on"], optional: ["need"])
}

extension InventoryDraft {
    mutating func readDependency(_ value: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(value, .dependency, problems) else { return }
        let device = reader.scalar("device", .identifier)
        let parents = reader.list("on", .identifier)
        if case .sequence(let values)? = reader.node("on")?.content, values.isEmpty {
            problems.report(reader.place("on"), "expected at least one device in \"on\", found none")
        }
        let need = reader.scalar("need", Self.need(upTo: parents.count), default: .all)
        guard let device, let need, !parents.isEmpty else { return }
        dependencies.append(Dependency(device: device, parents: parents, need: need), value)
    }

    private static func need(upTo count: Int) -> ScalarForm<Dependency.Need> {
        let numbers = count > 1 ? "a number from 1 to \(count)" : "1"
        return ScalarForm(expected: "any, all or \(numbers)", candidates: ["any", "all"]) { text in
            switch text {
            case "any": .any
            case "all": .all
            default: Int(text).flatMap { 1 <= $0 && $0 <= count ? .atLeast($0) : nil }
            }
        }
    }
}
