package import CapacityPlanning
import Inventory

/// Which resource the capacity page is asked for: by its id, and where several have that, by what else tells them apart.
package struct ResourceChoice {
    private let asked: [String: String]

    private static let parts: [(name: String, value: @Sendable (ResourceKey) -> String)] = [
        ("resource", { $0.resource }), ("site", { $0.site }), ("kind", { $0.kind }), ("unit", { $0.unit.rawValue }),
    ]

    package init(_ parameters: RequestParameters) {
        var asked: [String: String] = [:]
        for (name, _) in Self.parts { asked[name] = parameters[name] }
        self.asked = asked
    }

    /// The id that is asked for.
    package var resource: String? { asked["resource"] }

    /// Whether a resource is what is asked for; none is where nothing is asked for.
    package func holds(_ key: ResourceKey) -> Bool {
        !asked.isEmpty && Self.parts.allSatisfy { name, value in asked[name].map { $0 == value(key) } ?? true }
    }

    /// For each resource the parameters that choose it and no other: its id alone, where no other has it.
    package static func addresses(of keys: [ResourceKey]) -> [[(name: String, value: String)]] {
        let counts = Dictionary(keys.map { ($0.resource, 1) }, uniquingKeysWith: +)
        return keys.map { key in
            parts.prefix(counts[key.resource] == 1 ? 1 : parts.count).map { ($0.name, $0.value(key)) }
        }
    }
}
