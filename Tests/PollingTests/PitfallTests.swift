import Inventory
import MonitoringModel
import Polling
import SNMP
import Testing

/// What real devices do to a collector, each with the figures of a device that did it.
@Suite("Pitfalls of real devices")
struct PitfallTests {
    private static func table(_ entry: [UInt32], _ column: UInt32, _ index: UInt32) -> ObjectIdentifier {
        ObjectIdentifier(entry + [column, index])
    }

    private static let ifEntry: [UInt32] = [1, 3, 6, 1, 2, 1, 2, 2, 1]
    private static let ifXEntry: [UInt32] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1]
    private static let hrStorage: [UInt32] = [1, 3, 6, 1, 2, 1, 25, 2, 3, 1]

    private static func storage(
        _ rows: [(name: String, units: Int32, size: Int32, used: Int32)],
        type: ObjectIdentifier = "1.3.6.1.2.1.25.2.1.4"
    ) -> [ObjectIdentifier: SNMPValue] {
        var objects: [ObjectIdentifier: SNMPValue] = [:]
        for (row, cells) in rows.enumerated() {
            let index = UInt32(row + 1)
            objects[table(hrStorage, 2, index)] = .objectIdentifier(type)
            objects[table(hrStorage, 3, index)] = .string(cells.name)
            objects[table(hrStorage, 4, index)] = .integer(cells.units)
            objects[table(hrStorage, 5, index)] = .integer(cells.size)
            objects[table(hrStorage, 6, index)] = .integer(cells.used)
        }
        return objects
    }

    private static func shipped(_ objects: [ObjectIdentifier: SNMPValue]) async throws -> WrittenModule.Polled {
        try await WrittenModule("name: none\nmatch: { probes: [1.3.6.1.4.1.99998] }\nscalars: []\n", shipped: true)
            .poll(objects)
    }

    @Test("1 sizes wrapped modulo 2^31 are a wrap, never 100 %, and the maker's 64-bit figures are taken")
    func wrappedSizes() async throws {
        var objects = Self.storage([("/ifs", 8_192, 186_914_868, 1_354_557_667)])
        let alone = try await Self.shipped(objects)
        #expect(alone.result.findings?.stores.first?.problem == .usedExceedsSize)
        #expect(alone.result.findings?.storeCount == 0)
        // ISILON-MIB: ifsTotalBytes, ifsUsedBytes, ifsAvailableBytes.
        objects["1.3.6.1.2.1.1.2.0"] = .objectIdentifier("1.3.6.1.4.1.12124.1")
        objects["1.3.6.1.4.1.12124.1.3.1.0"] = .counter64(107_084_322_865_152)
        objects["1.3.6.1.4.1.12124.1.3.2.0"] = .counter64(46_314_560_962_560)
        let both = try await Self.shipped(objects)
        let store = try #require(both.result.findings?.stores.first { $0.name == "/ifs" })
        #expect(try store.row().size == 107_084_322_865_152)
        #expect(both.result.findings?.storeCount == 1)
    }

    @Test("2 32-bit columns that go negative give way to the 64-bit ones")
    func negativeColumns() async throws {
        let entry: [UInt32] = [1, 3, 6, 1, 4, 1, 789, 1, 5, 4, 1]
        let polled = try await Self.shipped([
            "1.3.6.1.2.1.1.2.0": .objectIdentifier("1.3.6.1.4.1.789.2.3"),
            Self.table(entry, 2, 1): .string("/vol/vol0/"),
            Self.table(entry, 3, 1): .integer(-230_633_264), Self.table(entry, 4, 1): .integer(-1),
            Self.table(entry, 5, 1): .integer(1),
            Self.table(entry, 11, 1): .integer(31_876_689),
            Self.table(entry, 29, 1): .counter64(16_949_235_920), Self.table(entry, 30, 1): .counter64(9_000_000_000),
            Self.table(entry, 31, 1): .counter64(7_949_235_920),
        ])
        let store = try #require(polled.result.findings?.stores.first)
        #expect(try store.row() == StorageRow(size: 16_949_235_920 * 1_024, used: 9_000_000_000 * 1_024))
    }

    @Test("3 big volumes through scaled allocation units are right")
    func scaledUnits() async throws {
        let polled = try await Self.shipped(Self.storage([("/volume1", 65_536, 1_437_906_433, 1_000_000_000)]))
        #expect(try polled.result.findings?.stores.first?.row().size == 1_437_906_433 * 65_536.0)
    }

    @Test("4 a data store that is mounted twice is counted once")
    func sharedStores() async throws {
        let polled = try await Self.shipped(
            Self.storage([
                ("/vmfs/volumes/a", 32_768, 1_098_746_656, 408_642_833),
                ("/vmfs/volumes/b", 32_768, 1_098_746_656, 408_642_833),
                ("/vmfs/volumes/c", 8_192, 63_966, 21_712), ("/vmfs/volumes/d", 8_192, 63_966, 21_712),
            ]))
        let stores = try #require(polled.result.findings?.stores)
        #expect(StoreFigures.repetitions(stores) == [1: 0], "small boot banks may be alike by chance")
        #expect(polled.result.findings?.storeCount == 3)
    }

    @Test("5 zero and negative cells are no stores")
    func zeroCells() async throws {
        let polled = try await Self.shipped(
            Self.storage([("A:", 0, 0, 0), ("/opt", 4_096, -1, 100), ("/neg", -4, 100, 1), ("/usr", 4_096, 100, 50)]))
        #expect(polled.result.findings?.storeCount == 1)
    }

    @Test("6 a wrap of sysUpTime is no reboot, and the host's uptime is not the agent's")
    func uptimes() {
        // DSM: 487.9 days by sysUpTime, 985 by the engine.
        let wrapped = DeviceUptime.seconds(host: nil, agent: 4_215_500_000, engine: 85_104_672)
        #expect(wrapped.map { Int($0 / 86_400) } == 985)
        // ESXi: the agent's 11 days, the host's 184.
        #expect(DeviceUptime.seconds(host: 1_592_066_200, agent: 92_095_900, engine: 920_959) == 15_920_662)
    }

    @Test("7 64-bit counters that are missing or stand still are replaced by those of 32 bits, port by port")
    func missingCounters() {
        var some = OctetCounter()
        #expect(some.value(high: nil, low: 7) == 7)
        var still = OctetCounter()
        #expect(still.value(high: 0, low: 5) == 5)
        #expect(still.value(high: 0, low: 9) == 9)
    }

    @Test("8 ports with one description, no name or an index above 2^31 stay apart")
    func portKeys() async throws {
        var objects: [ObjectIdentifier: SNMPValue] = [:]
        for index in [UInt32(1), 2, 4_194_304_000] {
            objects[Self.table(Self.ifEntry, 2, index)] = .string("Ethernet Interface")
            objects[Self.table(Self.ifEntry, 8, index)] = .integer(1)
            objects[Self.table(Self.ifEntry, 10, index)] = .counter32(index / 1_000 + 1)
        }
        objects[Self.table(Self.ifXEntry, 1, 1)] = .string("Slot0/1")
        let values = try await Self.shipped(objects).values
        #expect(values["ifInOctets{ifName=\"Slot0/1\"}"] == 1)
        #expect(values["ifInOctets{ifName=\"Ethernet Interface_2\"}"] == 1)
        #expect(values["ifInOctets{ifName=\"Ethernet Interface_4194304000\"}"] == 4_194_305)
    }

    @Test("9 rubbish in the speed columns is no speed")
    func rubbishSpeeds() {
        #expect(LinkFigures.bytesPerSecond(megabits: 0, bits: 4_294_967_295) == nil)
        #expect(LinkFigures.bytesPerSecond(megabits: nil, bits: 4_294_967_295) == nil)
        #expect(LinkFigures.bytesPerSecond(megabits: 4_294_901_759, bits: 1_000_000_000) == 125_000_000)
        #expect(LinkFigures.bytesPerSecond(megabits: 1_000_000_000, bits: 1_000_000_000) == 125_000_000)
    }

    @Test(
        "10 sysObjectID alone does not say what a device is",
        arguments: [
            ("Linux nas 3.10.77 #8451", "1.3.6.1.4.1.6574.1.5.1.0", "Synology", "array"),
            ("Linux host 4.9.0 #1 SMP PVE Mon Dec 12", "", "Proxmox", "hypervisor"),
            ("Acano", "", "Acano", "conference"),
            ("Linux some.host 4.9.0 #1 SMP", "", "Linux", "server"),
        ])
    func weakObjectID(description: String, probe: String, vendor: String, kind: String) async throws {
        var objects: [ObjectIdentifier: SNMPValue] = [
            "1.3.6.1.2.1.1.1.0": .string(description),
            "1.3.6.1.2.1.1.2.0": .objectIdentifier("1.3.6.1.4.1.8072.3.2.10"),
        ]
        if let oid = ObjectIdentifier(probe) { objects[oid] = .string("RS2212RP+") }
        let polled = try await Self.shipped(objects)
        #expect(polled.result.findings?.identity.vendor == vendor)
        #expect(polled.result.findings?.identity.kind?.rawValue == kind)
    }

    @Test(
        "10 sysObjectIDs that are zero, too short or another maker's",
        arguments: [
            ("0.0", "Linksys SLM2008 - 8 Port Gigabit Switch - 2.0.0.10", "Linksys", "switch"),
            ("1.3.6.1.4.1.674", "DELL EMC ME4024", "Dell", "array"),
            ("1.3.6.1.4.1.2684", "Videoconferencing Device", "Poly", "codec"),
            ("1.3.6.1.4.1.5596.130.6.4.1", "", "Cisco", "conference"),
            (
                "1.3.6.1.4.1.5596.150.6.4.1", "Cisco Codec SoftW: TC7.3.5.a93bdb1 MCU: Cisco TelePresence SX20",
                "Cisco", "codec"
            ),
        ])
    func oddObjectIDs(objectID: String, description: String, vendor: String, kind: String) async throws {
        let polled = try await Self.shipped([
            "1.3.6.1.2.1.1.1.0": .string(description),
            "1.3.6.1.2.1.1.2.0": .objectIdentifier(ObjectIdentifier(objectID) ?? "0.0"),
            "1.3.6.1.3.94.1.8.1.3.1": .string("CPU Temperature"),
            // Poly's own tables are elsewhere.
            "1.3.6.1.4.1.13885.101.1.1.1.0": .string("StudioX50"),
        ])
        #expect(polled.result.findings?.identity.vendor == vendor)
        #expect(polled.result.findings?.identity.kind?.rawValue == kind)
    }

    @Test("11 text that is not UTF-8, is padded or broken over lines becomes one readable line")
    func hostileText() {
        #expect(DeviceText.line([0xC4, 0xE3, 0xFF, 0x41]) == "\\xc4\\xe3\\xffA")
        #expect(DeviceText.line(Array("eth0".utf8) + [0, 0, 0]) == "eth0")
        #expect(DeviceText.line(Array("Cisco IOS\r\nTechnical Support\r\n".utf8)) == "Cisco IOS Technical Support")
    }

    @Test("12 marks for \"unknown\" are no values")
    func sentinels() async throws {
        let entry: [UInt32] = [1, 3, 6, 1, 2, 1, 99, 1, 1, 1]
        var objects: [ObjectIdentifier: SNMPValue] = [:]
        for (index, value) in [-1_000_000_000, 2_147_483_647, 648].enumerated() {
            let index = UInt32(index + 1)
            for (column, cell) in [(1, 8), (2, 9), (3, 1), (4, value), (5, 1)] as [(UInt32, Int)] {
                objects[Self.table(entry, column, index)] = .integer(Int32(cell))
            }
            objects[ObjectIdentifier([1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 7, index])] = .string("Sensor \(index)")
        }
        let polled = try await Self.shipped(objects)
        #expect(polled.values["entPhySensorCelsius{entPhysicalName=\"Sensor 3\"}"] == 64.8)
        #expect(polled.values.keys.count { $0.hasPrefix("entPhySensorCelsius") } == 1)
        #expect(polled.values["device_temperature_celsius"] == 64.8)
        #expect(polled.refusals["entPhySensorCelsius Sensor 1"] == "the module says it means no value")
    }

    @Test("13 numbers that come as text, as opaque floats or as NULL cells")
    func numbersAsText() {
        var celsius = ValueReading()
        celsius.unit = .celsius
        #expect(celsius.number(of: .string("28 C/82 F")) == .number(28))
        var bytes = ValueReading()
        bytes.unit = .gibibytes
        #expect(bytes.number(of: .string("132.9")) == .number(132.9))
        #expect(SNMPValue.string("3.3018").sampleValue == 3.3018)
        #expect(SNMPValue.null.sampleValue == nil)
    }

    @Test("14 recordings out of order and with repeated rows are played in order, each once")
    func uncleanWalks() {
        let text = "1.3.6.1.2.1.2.2.1.2.2|4|b\r\n1.3.6.1.2.1.2.2.1.2.1|4|a\n1.3.6.1.2.1.2.2.1.2.2|4|c\n1.3.xx.1|4|d\n"
        let recording = SNMPRecording(parsing: Array(text.utf8))
        #expect(recording.objects.oids.map(\.description) == ["1.3.6.1.2.1.2.2.1.2.1", "1.3.6.1.2.1.2.2.1.2.2"])
        #expect(recording.objects.keys.map(\.labelText) == ["a", "c"])
        #expect(recording.skippedLines == 1)
    }

    @Test("15 a codec that tells registrations but no calls: the room is ready or not, and its loss is unknown")
    func codecWithoutCalls() async throws {
        let shipped = try WrittenModule(
            "name: none\nmatch: { probes: [1.3.6.1.4.1.99998] }\nscalars: []\n", shipped: true)
        var bench = ProbeBench(
            TestDevice.system.merging([
                "1.3.6.1.2.1.1.1.0": .string("Videoconferencing Device"),
                "1.3.6.1.2.1.1.2.0": .objectIdentifier("1.3.6.1.4.1.2684"),
                "1.3.6.1.4.1.13885.101.1.1.1.0": .string("StudioX50"),
            ]) { $1 })
        bench.modules = shipped.modules
        bench.parts.rooms = ["hall"]
        await bench.poll()
        #expect(!bench.appender.values().keys.contains { $0.hasPrefix("room_packet_loss") })
    }

    @Test("16 an agent that repeats or turns back is given up with a reason, not walked for ever")
    func endlessWalk() async {
        var bench = ProbeBench(TestDevice.ports([TestDevice.Port(index: 1, name: "Gi0/1")]))
        await bench.poll()
        bench.agent.change {
            $0.walkFailures = [
                "1.3.6.1.2.1.2.2.1.10": SNMPError(.oidNotIncreasing, "expected an identifier after 1.3, found 1.3")
            ]
        }
        let result = await bench.poll()
        #expect(result.isUp)
        #expect(result.reason?.code == "oid_not_increasing")
    }
}
