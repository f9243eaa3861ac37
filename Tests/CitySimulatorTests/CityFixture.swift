import CitySimulator
import Foundation
import Inventory
import MonitoringModel
import SNMP
import TestSupport

/// A city small enough to reason about: two cores, a ring of two districts, a commune behind each.
///
/// ```
/// core1 ── core2        links: ring-1 core1–agg1, ring-2 agg1–agg2, ring-3 agg2–core2, core core1–core2
///   │        │                 access-1 agg1–c1-router, lan-1 c1-router–c1-switch
/// agg1 ─── agg2                access-2 agg2–c2-router
///   │        │          without links: c1-codec at the commune; array, ups, portal, server, sensor, vm at the centre
/// c1-…     c2-router
/// ```
enum CityFixture {
    static let authenticationPassphrase = "correct horse battery"
    static let privacyPassphrase = "staple of the port"
    static let secureUser = USMUser(
        name: "lighthouse",
        security: .authPriv(
            USMUser.Secret(.sha, authenticationPassphrase), USMUser.Secret(.aes, privacyPassphrase)))

    static let credentials: [String: SNMPCredential] = [
        "open": .v2c(community: "cong-khai"), "secure": .v3(secureUser),
    ]

    /// Monday, 3 August 2026, 09:00 in Cần Thơ: offices are open.
    static let mondayMorning = Timestamp(milliseconds: 1_785_722_400_000)

    static func inventory() -> CityInventory {
        CityInventory(
            areas: [Area(id: "city", names: [Dated(LocalizedText("Thành phố"))])],
            sites: ["centre", "d1", "d2", "c1", "c2"].map {
                Site(id: $0, names: [Dated(LocalizedText("Điểm \($0)"))], areas: [Dated("city")])
            },
            devices: [
                device("core1", .router, "centre", 1, credential: "secure"), device("core2", .router, "centre", 2),
                device("array", .array, "centre", 3), device("ups", .ups, "centre", 4),
                device("sensor", .sensor, "centre", 5),
                device(
                    "portal", .portal, "centre", 6, check: HTTPCheck(kind: .page, scheme: .https, host: "cantho.test")),
                device("server", .server, "centre", 7, check: HTTPCheck(kind: .scrape, port: 9100, path: "/metrics")),
                device("vm", .virtualMachine, "centre", 8),
                device("agg1", .router, "d1", 11), device("agg2", .router, "d2", 12, credential: "secure"),
                device("c1-router", .router, "c1", 21), device("c1-switch", .accessSwitch, "c1", 22),
                device("c1-codec", .codec, "c1", 23, check: HTTPCheck(kind: .scrape, path: "/metrics")),
                device("c2-router", .router, "c2", 31),
            ],
            links: [
                link("core", "core1", "Gi0/7", "core2", "Gi0/7", 1e10),
                link("ring-1", "core1", "Gi0/1", "agg1", "Gi0/1", 1e9),
                link("ring-2", "agg1", "Gi0/2", "agg2", "Gi0/2", 1e9),
                link("ring-3", "agg2", "Gi0/1", "core2", "Gi0/1", 1e9),
                link("access-1", "agg1", "Serial0/1", "c1-router", "WAN", 1e7),
                link("lan-1", "c1-router", "Gi0/0", "c1-switch", "Uplink1", 1e9),
                link("access-2", "agg2", "Serial0/1", "c2-router", "WAN", 1e7),
            ],
            rooms: [Room(id: "room-1", name: LocalizedText("Phòng họp"), site: "c1", device: "c1-codec")],
            pools: [Pool(id: "pool-1", name: LocalizedText("Kho chính"), device: "array", storage: "/vol/main")],
            dependencies: [Dependency(device: "vm", parents: ["server"], need: .all)],
            monitorSite: "centre")
    }

    private static func device(
        _ id: String, _ kind: Device.Kind, _ site: String, _ number: UInt8, credential: String = "open",
        check: HTTPCheck? = nil
    ) -> Device {
        Device(
            id: id, name: LocalizedText("Máy \(id)"), kind: kind, site: site,
            address: IPAddress(bytes: [10, 93, 7, number]) ?? IPAddress(bytes: [0, 0, 0, 0])!,
            snmp: SNMPAccess(credential: credential), checks: check.map { [$0] } ?? [])
    }

    private static func link(
        _ id: String, _ a: String, _ portA: String, _ b: String, _ portB: String, _ speed: Double
    ) -> Link {
        Link(
            id: id, name: LocalizedText("Tuyến \(id)"), a: .init(device: a, interface: portA),
            b: .init(device: b, interface: portB), bitsPerSecond: speed)
    }

    /// A city whose clock stands still until the test moves it; nothing listens.
    static func quiet(
        clock: ManualClock = ManualClock(mondayMorning), inventory: CityInventory = inventory(),
        _ adjust: (inout CitySimulation.Options) -> Void = { _ in }
    ) throws -> CitySimulation {
        var options = CitySimulation.Options()
        options.clock = clock
        adjust(&options)
        return try CitySimulation(inventory: inventory, credentials: credentials, options: options)
    }

    /// Runs `body` against a city that listens on free ports of this machine.
    static func serving<Value: Sendable>(
        inventory: CityInventory = inventory(), _ adjust: (inout CitySimulation.Options) -> Void = { _ in },
        _ body: @Sendable @escaping (CitySimulation) async throws -> Value
    ) async throws -> Value {
        var options = CitySimulation.Options()
        options.agentPort = 0
        options.httpPort = 0
        options.controlPort = 0
        options.controlToken = "a token nobody guesses"
        adjust(&options)
        let city = try CitySimulation(inventory: inventory, credentials: credentials, options: options)
        try await city.start()
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await city.run()
                return nil
            }
            group.addTask { try await body(city) }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw CityEnded()
        }
    }
}

/// The city ended while a test still needed it.
struct CityEnded: Error {}

/// Object identifiers the tests ask for.
enum OID {
    static let sysUpTime = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 3, 0])
    static let sysName = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 5, 0])
    static let ifOperStatus = ObjectIdentifier([1, 3, 6, 1, 2, 1, 2, 2, 1, 8])
    static let ifInOctets = ObjectIdentifier([1, 3, 6, 1, 2, 1, 2, 2, 1, 10])
    static let ifName = ObjectIdentifier([1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1])
    static let ifHCInOctets = ObjectIdentifier([1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6])
    static let ifHCOutOctets = ObjectIdentifier([1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 10])
    static let ifAlias = ObjectIdentifier([1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18])
    static let hrStorageDescr = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 2, 3, 1, 3])
    static let upsCharge = ObjectIdentifier([1, 3, 6, 1, 2, 1, 33, 1, 2, 4, 0])
    static let upsOutputSource = ObjectIdentifier([1, 3, 6, 1, 2, 1, 33, 1, 4, 1, 0])
    static let entPhySensorValue = ObjectIdentifier([1, 3, 6, 1, 2, 1, 99, 1, 1, 1, 4])
}

extension ManagedObjects {
    /// Everything below a root, in order.
    func walk(_ root: ObjectIdentifier) -> [VarBind] {
        var found: [VarBind] = []
        var position = root
        while let next = next(after: position), next.oid.starts(with: root) {
            found.append(next)
            position = next.oid
        }
        return found
    }

    /// The last sub-identifier of the row whose ifName this is.
    func ifIndex(named name: String) -> UInt32? {
        walk(OID.ifName).first { $0.value == .octetString(Array(name.utf8)) }?.oid.components.last
    }

    /// A Counter64 of the port with this ifName.
    func counter(_ column: ObjectIdentifier, _ name: String) -> UInt64? {
        guard let index = ifIndex(named: name), case .counter64(let number) = value(of: column.appending(index)) else {
            return nil
        }
        return number
    }
}
