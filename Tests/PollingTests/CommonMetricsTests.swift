import Inventory
import MonitoringModel
import Polling
import SNMP
import Testing

@Suite("Common metrics")
struct CommonMetricsTests {
    @Test(
        "storage sizes are computed in 64 bits, wrapped ones are seen",
        arguments: [
            (.integer(4_096), .integer(1_000), .integer(250), "4096000 1024000"),
            // 32.7 TiB through scaled units
            (.integer(32_768), .integer(1_073_741_824), .integer(1), "35184372088832 32768"),
            // more than 2^31 units, sent as an unsigned figure
            (.integer(512), .integer(-1_294_967_296), .integer(-2_000_000_000), "1536000000000 1175023255552"),
            // Isilon: the size was cut to 31 bits
            (.integer(8_192), .integer(186_914_868), .integer(1_354_557_667), "usedExceedsSize"),
            (.integer(0), .integer(100), .integer(50), "unknown"), (.integer(1), .integer(-1), .integer(0), "unknown"),
            (.integer(1), .integer(0), .integer(0), "unknown"), (.null, .integer(1), .integer(0), "unknown"),
            (.integer(1), .integer(5), .null, "unknown"), (.integer(-4), .integer(5), .integer(1), "unknown"),
        ] as [(SNMPValue, SNMPValue, SNMPValue, String)])
    func storage(units: SNMPValue, size: SNMPValue, used: SNMPValue, expected: String) {
        do throws(StorageRow.Problem) {
            let row = try StorageRow(units: units, size: size, used: used)
            #expect("\(Int64(row.size)) \(Int64(row.used))" == expected)
        } catch {
            #expect("\(error)" == expected)
        }
    }

    @Test(
        "link speed is taken from the column that can be believed, in bytes",
        arguments: [
            (1_000, 1_000_000_000, 125_000_000), (10_000, 4_294_967_295, 1_250_000_000), (0, 4_294_967_295, nil),
            (nil, 4_294_967_295, nil), (nil, 100_000_000, 12_500_000), (0, 10_000_000, 1_250_000),
            (4_294_901_759, 4_294_967_295, nil), (1_000_000_000, 1_000_000_000, 125_000_000), (nil, nil, nil),
            (100_000_000, 100_000_000, 12_500_000),
        ] as [(Double?, Double?, Double?)])
    func speed(megabits: Double?, bits: Double?, expected: Double?) {
        #expect(LinkFigures.bytesPerSecond(megabits: megabits, bits: bits) == expected)
    }

    @Test(
        "a 64-bit counter that stands at 0 while the 32-bit one moves is not used",
        arguments: [(5, 7, 5), (0, 7, 7), (0, 0, 0), (nil, 7, 7), (0, nil, 0), (nil, nil, nil)]
            as [(Double?, Double?, Double?)])
    func counters(high: Double?, low: Double?, expected: Double?) {
        var counter = OctetCounter()
        #expect(counter.value(high: high, low: low) == expected)
    }

    @Test(
        "sensor readings are scaled; sentinels and broken sensors are left out",
        arguments: [
            ([8, 9, 0, 41, 1], 41), ([8, 9, 1, 415, 1], 41.5), ([8, 8, 0, 41_500, 1], 41.5),
            ([8, 10, 5, 4_150, 1], 41.5),
            ([8, 9, 0, 41, 2], nil), ([4, 9, 0, 41, 1], nil), ([8, 9, 0, -1_000_000_000, 1], nil),
            ([8, 9, 0, 2_147_483_647, 1], nil), ([8, 9, 99, 41, 1], nil), ([8, 40, 0, 41, 1], nil),
            ([8, nil, nil, 41, nil], 41), ([8, 9, 0, nil, 1], nil),
        ] as [([Double?], Double?)])
    func sensors(row: [Double?], expected: Double?) async {
        var values = TestDevice.system
        let entry: [UInt32] = [1, 3, 6, 1, 2, 1, 99, 1, 1, 1]
        for (column, cell) in row.enumerated() {
            guard let cell else { continue }
            values[ObjectIdentifier(entry + [UInt32(column + 1), 1])] = .integer(Int32(cell))
        }
        var bench = ProbeBench(values)
        await bench.poll()
        let celsius = bench.appender.values()["device_temperature_celsius"]
        #expect((celsius == nil) == (expected == nil))
        if let celsius, let expected { #expect(abs(celsius - expected) < 1e-9) }
    }

    @Test(
        "uptime is that of the host, and a wrap of sysUpTime is not a restart",
        arguments: [
            (8_640_000, 500, nil, 86_400), (nil, 500, nil, 5), (nil, 500, 5, 5), (nil, 500, 42_949_678, 42_949_677.96),
            (nil, 500, 12_345_678, 5), (0, 500, nil, 5), (nil, nil, 5, nil), (nil, 500, -1, 5),
        ] as [(Double?, Double?, Double?, Double?)])
    func uptime(host: Double?, agent: Double?, engine: Double?, expected: Double?) {
        let seconds = DeviceUptime.seconds(host: host, agent: agent, engine: engine)
        #expect((seconds == nil) == (expected == nil))
        if let seconds, let expected { #expect(abs(seconds - expected) < 1e-6) }
    }

    private static func inventory() -> CityInventory {
        var inventory = CityInventory()
        guard let address = IPAddress("10.0.0.1") else { return inventory }
        inventory.devices = ["rtr-1", "rtr-2"].map {
            Device(id: $0, name: LocalizedText($0), kind: .router, site: "dc", address: address)
        }
        inventory.links = [
            Link(
                id: "ring-1", name: LocalizedText("Ring 1"), a: Link.End(device: "rtr-1", interface: "Gi0/1"),
                b: Link.End(device: "rtr-2", interface: "Gi0/9"), bitsPerSecond: 1e9),
            Link(
                id: "ring-2", name: LocalizedText("Ring 2"), a: Link.End(device: "rtr-2", interface: "Gi0/8"),
                b: Link.End(device: "rtr-1", interface: "Gi0/2"), bitsPerSecond: 1e9),
        ]
        inventory.pools = [
            Pool(id: "mail", name: LocalizedText("Mail"), device: "rtr-1", storage: "/srv/mail"),
            Pool(id: "lost", name: LocalizedText("Lost"), device: "rtr-1", storage: "/nowhere"),
        ]
        return inventory
    }

    @Test("links are written for declared ends only, from the row of their interface")
    func links() async throws {
        var bench = ProbeBench(
            TestDevice.ports([
                TestDevice.Port(index: 1, name: "Gi0/1", octets: 5_000_000_000),
                TestDevice.Port(index: 2, name: "Gi0/2", isUp: false, has64Bits: false, octets: 7),
                TestDevice.Port(index: 3, name: "Gi0/3"),
            ]))
        bench.parts = try #require(DeclaredParts.byDevice(Self.inventory())["rtr-1"])
        await bench.poll()
        let values = bench.appender.values()
        #expect(values["link_up{end=\"a\",link=\"ring-1\"}"] == 1)
        #expect(values["link_up{end=\"b\",link=\"ring-2\"}"] == 0)
        #expect(values["link_speed_bytes_per_second{end=\"a\",link=\"ring-1\"}"] == 125_000_000)
        #expect(values["link_receive_bytes_total{end=\"a\",link=\"ring-1\"}"] == 5_000_000_000)
        #expect(values["link_transmit_bytes_total{end=\"b\",link=\"ring-2\"}"] == 14)
        #expect(values["link_errors_total{end=\"b\",link=\"ring-2\"}"] == 7)
        #expect(values.keys.count { $0.hasPrefix("link_up") } == 2)
        #expect(values["device_uptime_seconds"] == 1_000)
    }

    private static func host(size: Int32 = 1_000, used: Int32 = 400) -> [ObjectIdentifier: SNMPValue] {
        var values = TestDevice.system
        let entry: [UInt32] = [1, 3, 6, 1, 2, 1, 25, 2, 3, 1]
        func row(_ index: UInt32, _ type: ObjectIdentifier, _ name: String, _ cells: [Int32]) {
            values[ObjectIdentifier(entry + [2, index])] = .objectIdentifier(type)
            values[ObjectIdentifier(entry + [3, index])] = .string(name)
            for (column, cell) in zip([UInt32(4), 5, 6], cells) {
                values[ObjectIdentifier(entry + [column, index])] = .integer(cell)
            }
        }
        row(1, "1.3.6.1.2.1.25.2.1.2", "Physical memory", [1_024, 2_000, 500])
        row(2, "1.3.6.1.2.1.25.2.1.4", "/srv/mail", [4_096, size, used])
        row(3, "1.3.6.1.2.1.25.2.1.4", "/srv/mail", [4_096, size, used])
        values["1.3.6.1.2.1.25.3.3.1.2.1"] = .integer(30)
        values["1.3.6.1.2.1.25.3.3.1.2.2"] = .integer(50)
        values["1.3.6.1.2.1.25.3.3.1.2.3"] = .integer(-1)
        return values
    }

    @Test("pools, memory and processors come from HOST-RESOURCES")
    func capacity() async throws {
        var bench = ProbeBench(Self.host())
        bench.parts = try #require(DeclaredParts.byDevice(Self.inventory())["rtr-1"])
        let result = await bench.poll()
        #expect(result.reason == nil)
        let values = bench.appender.values()
        #expect(values["capacity_size_bytes{kind=\"storage\",resource=\"mail\"}"] == 4_096_000)
        #expect(values["capacity_used_bytes{kind=\"storage\",resource=\"mail\"}"] == 1_638_400)
        #expect(!values.keys.contains { $0.contains("lost") })
        #expect(values["device_memory_size_bytes"] == 2_048_000)
        #expect(values["device_memory_used_bytes"] == 512_000)
        #expect(values["device_cpu_ratio"] == 0.4)
        // Both rows called /srv/mail are there, told apart by their index.
        #expect(values["hrStorageSize{hrStorageDescr=\"/srv/mail_3\"}"] == 1_000)
    }

    @Test("a pool whose figures have wrapped has no data and a reason, not 100 %")
    func wrappedPool() async throws {
        var bench = ProbeBench(Self.host(size: 100, used: 400))
        bench.parts = try #require(DeclaredParts.byDevice(Self.inventory())["rtr-1"])
        let result = await bench.poll()
        #expect(result.isUp)
        #expect(result.reason?.detail.contains("pool mail") == true)
        #expect(!bench.appender.values().keys.contains { $0.hasPrefix("capacity_") })
    }

    @Test("the temperature of a device is that of its hottest working sensor")
    func temperature() async {
        var values = TestDevice.system
        let entry: [UInt32] = [1, 3, 6, 1, 2, 1, 99, 1, 1, 1]
        let rows: [[Int32]] = [[8, 9, 1, 415, 1], [8, 9, 0, 38, 1], [8, 9, 0, 90, 3], [4, 9, 0, 230, 1]]
        for (row, cells) in rows.enumerated() {
            for (column, cell) in cells.enumerated() {
                values[ObjectIdentifier(entry + [UInt32(column + 1), UInt32(row + 1)])] = .integer(cell)
            }
            values[ObjectIdentifier([1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 7, UInt32(row + 1)])] = .string("sensor \(row)")
        }
        // Parts that are no sensors have names too.
        values["1.3.6.1.2.1.47.1.1.1.1.7.99"] = .string("chassis")
        var bench = ProbeBench(values)
        await bench.poll()
        #expect(bench.appender.values()["device_temperature_celsius"] == 41.5)
        #expect(bench.appender.values()["entPhySensorValue{entPhysicalName=\"sensor 0\"}"] == 415)
        #expect(!bench.appender.values().keys.contains { $0.contains("chassis") })
    }

    @Test("every common metric has a kind and a help text, counters end in _total")
    func metadata() {
        for metric in CommonMetric.allCases {
            #expect(!metric.metadata.help.isEmpty)
            #expect((metric.metadata.kind == .counter) == metric.rawValue.hasSuffix("_total"))
        }
    }
}
