/// Everything that is watched, as one immutable value. Ids are unique within their kind and every reference resolves:
/// `HaidangConfiguration` checks that before it builds one.
package struct CityInventory: Hashable, Sendable {
    package var areas: [Area]
    package var sites: [Site]
    package var devices: [Device]
    package var links: [Link]
    package var rooms: [Room]
    package var pools: [Pool]
    package var dependencies: [Dependency]
    package var credentials: [Credential]
    /// Id of the site where the service itself stands: reachability is counted from there.
    package var monitorSite: String

    package init(
        areas: [Area] = [], sites: [Site] = [], devices: [Device] = [], links: [Link] = [], rooms: [Room] = [],
        pools: [Pool] = [], dependencies: [Dependency] = [], credentials: [Credential] = [], monitorSite: String = ""
    ) {
        self.areas = areas
        self.sites = sites
        self.devices = devices
        self.links = links
        self.rooms = rooms
        self.pools = pools
        self.dependencies = dependencies
        self.credentials = credentials
        self.monitorSite = monitorSite
    }

    /// The chain of area ids from the root down to `area`, `area` included. Empty for an unknown id. O(areas).
    package func areaPath(_ area: String) -> [String] {
        Self.path(area, in: areasByID)
    }

    /// Ids of the sites in `area` or below it. O(areas + sites × depth).
    package func sites(under area: String) -> Set<String> {
        let byID = areasByID
        return Set(sites.filter { Self.path($0.area, in: byID).contains(area) }.map(\.id))
    }

    private var areasByID: [String: Area] {
        Dictionary(areas.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func path(_ area: String, in byID: [String: Area]) -> [String] {
        var path: [String] = []
        var next: String? = area
        while let id = next, let node = byID[id], !path.contains(id) {
            path.append(id)
            next = node.parent
        }
        return path.reversed()
    }
}
