import Incidents
import Inventory
import MonitoringModel

/// A small city and the engine that watches it. Times are seconds since its beginning.
///
/// ```
///   centre: core, server (no links)
///   core ─ring-1─ r1 ─ring-2─ r2 ─ring-3─ r3 ─ring-4─ core      one district site each: d1, d2, d3
///   r2 ─access─ m ─lan─ s, codec (no links)                     commune site: m1
/// ```
struct Town {
    var engine: StateEngine
    static let interval = 60

    static let origin = Timestamp(milliseconds: 1_790_000_000_000)

    static func at(_ second: Int) -> Timestamp { origin + .seconds(second) }

    static func inventory(dependencies: [Dependency] = []) -> CityInventory {
        var inventory = CityInventory(
            areas: [Area(id: "city", names: [Dated(LocalizedText("Thành phố"))])],
            sites: ["c", "d1", "d2", "d3", "m1"].map {
                Site(id: $0, names: [Dated(LocalizedText("Điểm \($0)", english: "Site \($0)"))], areas: [Dated("city")])
            },
            devices: [
                device("core", .router, "c"), device("server", .server, "c"), device("r1", .router, "d1"),
                device("r2", .router, "d2"), device("r3", .router, "d3"), device("m", .router, "m1"),
                device("s", .accessSwitch, "m1"), device("codec", .codec, "m1"),
            ],
            links: [
                link("ring-1", "core", "r1"), link("ring-2", "r1", "r2"), link("ring-3", "r2", "r3"),
                link("ring-4", "r3", "core"), link("access", "r2", "m", carrier: "VNPT 17"), link("lan", "m", "s"),
            ],
            dependencies: dependencies, monitorSite: "c")
        inventory.devices.sort { $0.id < $1.id }
        return inventory
    }

    static func device(_ id: String, _ kind: Device.Kind, _ site: String) -> Device {
        Device(
            id: id, name: LocalizedText("Thiết bị \(id)", english: "Device \(id)"), kind: kind, site: site,
            address: IPAddress(bytes: [127, 0, 0, 1])!)
    }

    /// The interface at each end is named after the link.
    static func link(_ id: String, _ a: String, _ b: String, carrier: String? = nil) -> Link {
        Link(
            id: id, name: LocalizedText("Tuyến \(id)", english: "Line \(id)"), a: .init(device: a, interface: id),
            b: .init(device: b, interface: id), bitsPerSecond: 1e8, carrier: carrier)
    }

    init(
        _ inventory: CityInventory = Town.inventory(), missedPolls: Int = 3, restored: [AlertRecord] = [],
        isSettled: Bool = true
    ) {
        var options = StateEngine.Options()
        options.missedPolls = missedPolls
        engine = StateEngine(inventory: inventory, options: options, restored: restored)
        if isSettled {
            for link in inventory.links {
                for end in [link.a, link.b] {
                    _ = engine.observe(
                        .interface(
                            device: end.device, interface: end.interface, isUp: true, isAdministrativelyUp: true,
                            source: .poll, at: Self.at(0)))
                }
            }
            for device in inventory.devices { answers(device.id, 0) }
        }
    }

    @discardableResult
    mutating func answers(_ device: String, _ second: Int) -> [String] {
        events(engine.observe(.poll(device: device, isUp: true, reason: nil, at: Self.at(second))))
    }

    @discardableResult
    mutating func misses(_ device: String, _ second: Int) -> [String] {
        events(engine.observe(.poll(device: device, isUp: false, reason: "timeout", at: Self.at(second))))
    }

    /// Several devices miss one poll each, in this order.
    @discardableResult
    mutating func misses(_ devices: [String], _ second: Int) -> [String] {
        devices.flatMap { misses($0, second) }
    }

    @discardableResult
    mutating func port(
        _ device: String, _ interface: String, isUp: Bool, isAdministrativelyUp: Bool = true,
        source: Observation.Source = .trap, _ second: Int
    ) -> [String] {
        events(
            engine.observe(
                .interface(
                    device: device, interface: interface, isUp: isUp, isAdministrativelyUp: isAdministrativelyUp,
                    source: source, at: Self.at(second))))
    }

    /// `+LinkDown access` for an alert that begins, `-…` for one that ends, with `>device:m` when it folded.
    func events(_ alerts: [Alert]) -> [String] {
        alerts.map { alert in
            let subject = alert.labels["link"] ?? alert.labels["instance"] ?? "?"
            let folded = alert.annotations["folded_into"].map { " >\($0)" } ?? ""
            return (alert.state == .firing ? "+" : "-") + "\(alert.labels["alertname"] ?? "?") \(subject)\(folded)"
        }
    }

    func alert(_ name: String) -> Alert? {
        engine.alerts.first { events([$0]) == ["+\(name)"] }
    }

    /// Every device that is unreachable, as `m:access`, with the cause behind the colon.
    var unreachable: [String] {
        engine.standings.devices.compactMap { id, standing in
            if case .unreachable(let cause, _) = standing { return "\(id):\(cause)" }
            return nil
        }.sorted()
    }

    func device(_ id: String) -> Standing? { engine.standings.devices[id] }
    func site(_ id: String) -> Standing? { engine.standings.sites[id] }
    func link(_ id: String) -> Standing? { engine.standings.links[id] }
}
