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

    /// The chain of area ids from the root down to `area`, `area` included. Empty for an unknown id.
    package func areaPath(_ area: String) -> [String] {
        let byID = Dictionary(areas.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var path: [String] = []
        var next: String? = area
        while let id = next, let node = byID[id], !path.contains(id) {
            path.append(id)
            next = node.parent
        }
        return path.reversed()
    }

    /// Ids of the sites in `area` or below it.
    package func sites(under area: String) -> Set<String> {
        Set(sites.filter { areaPath($0.area).contains(area) }.map(\.id))
    }
}
