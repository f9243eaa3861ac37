package import Inventory
package import MonitoringModel

/// What tells resources apart. The device that reports one may be replaced: its label is no part of this.
package struct ResourceKey: Hashable, Comparable, Sendable {
    /// The label `resource`.
    package var resource: String
    /// The label `kind`, as "storage"; "" without one.
    package var kind: String
    package var unit: ResourceUnit
    /// The label `site`; "" without one.
    package var site: String

    package init(resource: String, kind: String, unit: ResourceUnit, site: String) {
        self.resource = resource
        self.kind = kind
        self.unit = unit
        self.site = site
    }

    /// - Returns: nil when the labels name no resource, or with a character that ends texts in the ledger.
    package init?(_ labels: LabelSet, unit: ResourceUnit) {
        guard let resource = labels["resource"] else { return nil }
        self.init(resource: resource, kind: labels["kind"] ?? "", unit: unit, site: labels["site"] ?? "")
        guard ![resource, kind, site].contains(where: { $0.utf8.contains(0) }) else { return nil }
    }

    /// The keys of declared pools by their ids. A resource of such an id elsewhere, from a page that was scraped, is
    /// another one.
    package static func ofPools(in inventory: CityInventory) -> [String: ResourceKey] {
        let siteOfDevice = Dictionary(
            inventory.devices.map { ($0.id, $0.site) }, uniquingKeysWith: { first, _ in first })
        return Dictionary(
            inventory.pools.map { pool in
                let site = siteOfDevice[pool.device] ?? ""
                return (pool.id, ResourceKey(resource: pool.id, kind: pool.kind, unit: pool.unit, site: site))
            }, uniquingKeysWith: { first, _ in first })
    }

    package static func < (lhs: ResourceKey, rhs: ResourceKey) -> Bool {
        (lhs.resource, lhs.site, lhs.kind, lhs.unit.rawValue) < (rhs.resource, rhs.site, rhs.kind, rhs.unit.rawValue)
    }
}
