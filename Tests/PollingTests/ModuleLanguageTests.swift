import Inventory
import MonitoringModel
import Polling
import SNMP
import Testing

@Suite("The module language")
struct ModuleLanguageTests {
    @Test(
        "a number is read as its unit says",
        arguments: [
            ("celsius", "28 C/82 F", 28), ("celsius", "82.4 F", 28), ("celsius", "28", 28),
            ("celsius", " 28.5°C", 28.5),
            ("fahrenheit", "28 C", 82.4), ("celsius", "301.15 K", 28), ("bytes", "5.46 TB", 5.46 * 1_099_511_627_776),
            ("gigabytes", "5.46 TB", 5_460), ("gibibytes", "132.9", 132.9), ("percent", "45%", 45),
            ("percent", "0.5 %", 0.5),
            ("ratio", "45 %", 0.45), ("volts", "3.3018", 3.3018), ("volts", "12100 mV", 12.1),
            ("rpm", "4504 RPM", 4504),
            ("minutes", "1.5 h", 90), ("celsius", "-5 C", -5), ("watts", "+12", 12), ("watts", "1.2e2", 120),
            ("celsius", "N/A", nil), ("celsius", "", nil), ("celsius", "28 V", nil), ("celsius", "-- C", nil),
            ("celsius", "2147483647", nil), ("percent", "2000", nil), ("celsius", "nan", nil), ("celsius", "inf", nil),
        ] as [(String, String, Double?)])
    func numbersInText(unit: String, text: String, expected: Double?) throws {
        var reading = ValueReading()
        reading.unit = try #require(MetricUnit(rawValue: unit))
        switch reading.number(of: .string(text)) {
        case .number(let number):
            #expect(abs(number - (expected ?? .infinity)) < 1e-6, "\(number)")
        case .refused: #expect(expected == nil)
        }
    }

    @Test("scale and offset apply to numbers, not to what a text says in its own unit; a pattern finds the number")
    func scales() throws {
        var reading = ValueReading()
        reading.unit = .celsius
        reading.scale = 0.1
        reading.offset = -40
        #expect(reading.number(of: .integer(650)) == .number(25))
        #expect(reading.number(of: .string("650")) == .number(25))
        #expect(reading.number(of: .string("25 C")) == .number(25))
        reading = ValueReading()
        reading.pattern = try TextPattern("current = ([0-9.]+)")
        #expect(reading.number(of: .string("Max = 90, Current = 41.5")) == .number(41.5))
        #expect(reading.number(of: .string("idle")) == .refused("expected a text with current = ([0-9.]+)"))
    }

    @Test("every unit has a plausible range that holds its zero, and a way back from the base unit")
    func units() {
        for unit in MetricUnit.allCases where unit != .kelvin {
            let zero = unit == .fahrenheit ? 32.0 : 0
            #expect(unit.quantity.plausible.contains(unit.base(zero)), "\(unit)")
        }
    }

    @Test("the parts of an index become text")
    func indexes() {
        let index: [UInt32] =
            [7, 3, 97, 98, 99] + [10, 0, 0, 1] + [0, 26, 11, 0, 255, 1] + [1, 4, 192, 168, 0, 1] + [2, 1, 3]
            + Array(repeating: 0, count: 15) + [1] + [120, 121] + [104, 105]
        let parts: [IndexPart] = [
            IndexPart("number", .integer), IndexPart("text", .string), IndexPart("v4", .ipv4), IndexPart("mac", .mac),
            IndexPart("any", .inetAddress), IndexPart("oid", .oid), IndexPart("v6", .ipv6), IndexPart("two", .fixed(2)),
            IndexPart("rest", .implied),
        ]
        #expect(
            IndexPart.decode(index, parts).map(\.text) == [
                "7", "abc", "10.0.0.1", "00:1a:0b:00:ff:01", "192.168.0.1", "1.3",
                "0000:0000:0000:0000:0000:0000:0000:0001", "xy", "hi",
            ])
        // What does not fit is told as it stands.
        #expect(IndexPart.decode([1, 9, 97], [parts[0], parts[1], parts[2]]).map(\.text) == ["1", "9.97", ""])
        #expect(IndexPart.decode([4_294_967_295], [parts[1]]).map(\.text) == ["4294967295"])
    }

    private static let entry: [UInt32] = [1, 3, 6, 1, 4, 1, 99_999, 2, 1]

    private static func cell(_ column: UInt32, _ index: UInt32...) -> ObjectIdentifier {
        ObjectIdentifier(entry + [column] + index)
    }

    @Test("keys come from columns, the index, a text and other tables")
    func keys() async throws {
        let module = try WrittenModule(
            """
            name: keys
            tables:
              - name: pools
                index: [{ name: card, type: integer }, { name: pool, type: string }]
                keys:
                  - { label: module, lookup: [1.3.6.1.4.1.99999.3.1.2, 1.3.6.1.4.1.99999.3.1.3], by: card }
                  - { label: pool, index: pool }
                  - { label: owner, lookup: [1.3.6.1.4.1.99999.4.1.2], by: 1.3.6.1.4.1.99999.2.1.9 }
                  - { label: sort, text: memory }
                metrics: [{ name: poolUsed, oid: 1.3.6.1.4.1.99999.2.1.5, kind: gauge }]
            """)
        let objects: [ObjectIdentifier: SNMPValue] = [
            Self.cell(5, 1, 2, 105, 111): .integer(10), Self.cell(5, 2, 1, 97): .integer(20),
            Self.cell(9, 1, 2, 105, 111): .integer(77),
            "1.3.6.1.4.1.99999.3.1.2.1": .string("Slot 1"), "1.3.6.1.4.1.99999.3.1.2.2": .string(""),
            "1.3.6.1.4.1.99999.3.1.3.2": .string("second"), "1.3.6.1.4.1.99999.4.1.2.77": .string("root"),
        ]
        let values = await module.poll(objects).values
        #expect(values["poolUsed{module=\"Slot 1\",owner=\"root\",pool=\"io\",sort=\"memory\"}"] == 10)
        #expect(values["poolUsed{module=\"second\",pool=\"a\",sort=\"memory\"}"] == 20)
    }

    @Test("values have names: as a label, as states, as an info series; rows are chosen by other columns")
    func names() async throws {
        let module = try WrittenModule(
            """
            name: names
            scalars: [{ name: mode, oid: 1.3.6.1.4.1.99999.1.1, kind: states, values: { 1: normal, 2: eco } }]
            tables:
              - name: supplies
                component: supply
                info: supply_info
                keys: [{ label: supply, columns: [1.3.6.1.4.1.99999.2.1.2] }]
                where: [{ oid: 1.3.6.1.4.1.99999.2.1.3, not: [0] }]
                metrics:
                  - { name: supplyType, oid: 1.3.6.1.4.1.99999.2.1.4, kind: text, values: { 1: ac, 2: dc } }
                  - { name: supplyFirmware_info, oid: 1.3.6.1.4.1.99999.2.1.6, kind: info }
                  - { name: supplyState, oid: 1.3.6.1.4.1.99999.2.1.5, kind: gauge, health: { 1: ok, 2: warning, 3: critical } }
            """)
        var objects: [ObjectIdentifier: SNMPValue] = ["1.3.6.1.4.1.99999.1.1.0": .integer(2)]
        for (row, cells) in [(1, (1, 1, 1)), (2, (1, 2, 2)), (3, (0, 2, 3))] as [(UInt32, (Int32, Int32, Int32))] {
            objects[Self.cell(2, row)] = .string("PSU \(row)")
            objects[Self.cell(3, row)] = .integer(cells.0)
            objects[Self.cell(4, row)] = .integer(cells.1)
            objects[Self.cell(5, row)] = .integer(cells.2)
            objects[Self.cell(6, row)] = .string("v\(row)")
        }
        let polled = await module.poll(objects)
        #expect(polled.values["mode{mode=\"normal\"}"] == 0)
        #expect(polled.values["mode{mode=\"eco\"}"] == 1)
        #expect(polled.values["supply_info{index=\"2\",supply=\"PSU 2\",supplyType=\"dc\"}"] == 1)
        #expect(polled.values["supplyFirmware_info{supply=\"PSU 1\",supplyFirmware=\"v1\"}"] == 1)
        #expect(polled.values["component_health{component=\"PSU 2\",object=\"supplyState\"}"] == 1)
        #expect(polled.values["device_health"] == 1, "the row that is left out does not count")
        #expect(!polled.values.keys.contains { $0.contains("PSU 3") })
        #expect(polled.result.findings?.components[.supply] == 2)
        #expect(polled.result.findings?.sensors == 2)
    }

    @Test("numbers of a row are multiplied, put together and scaled by its other columns; sentinels are none")
    func factors() async throws {
        let module = try WrittenModule(
            """
            name: factors
            tables:
              - name: sensors
                keys: []
                metrics:
                  - { name: bytes, oid: 1.3.6.1.4.1.99999.2.1.1, kind: gauge, unit: bytes, times: 1.3.6.1.4.1.99999.2.1.2 }
                  - { name: halves, oid: 1.3.6.1.4.1.99999.2.1.3, kind: gauge, unit: bytes, high: 1.3.6.1.4.1.99999.2.1.4 }
                  - { name: fine, oid: 1.3.6.1.4.1.99999.2.1.5, kind: gauge, unit: volts, precision: 1.3.6.1.4.1.99999.2.1.6, prefix: 1.3.6.1.4.1.99999.2.1.7, missing: -1 }
                  - { name: octets, oid: [1.3.6.1.4.1.99999.2.1.8, 1.3.6.1.4.1.99999.2.1.9], kind: counter }
            """)
        let polled = await module.poll([
            Self.cell(1, 1): .integer(2_000_000_000), Self.cell(2, 1): .integer(65_536),
            Self.cell(3, 1): .integer(-1), Self.cell(4, 1): .integer(1),
            Self.cell(5, 1): .integer(12_345), Self.cell(6, 1): .integer(2), Self.cell(7, 1): .integer(8),
            Self.cell(5, 2): .integer(-1), Self.cell(6, 2): .integer(2), Self.cell(7, 2): .integer(8),
            Self.cell(5, 3): .integer(12), Self.cell(6, 3): .integer(99),
            Self.cell(8, 1): .counter64(5), Self.cell(9, 1): .counter32(6), Self.cell(9, 2): .counter32(7),
        ])
        #expect(polled.values["bytes{index=\"1\"}"] == 131_072_000_000_000)
        #expect(polled.values["halves{index=\"1\"}"] == 8_589_934_591)
        #expect(abs((polled.values["fine{index=\"1\"}"] ?? 0) - 0.12345) < 1e-12)
        #expect(polled.values["octets{index=\"1\"}"] == 5)
        #expect(polled.values["octets{index=\"2\"}"] == 7)
        #expect(polled.values["fine{index=\"2\"}"] == nil)
        #expect(polled.refusals["fine 2"] == "the module says it means no value")
        #expect(polled.refusals["fine 3"] == "expected a factor beside it")
        #expect(polled.result.refusedCount == 2)
    }

    @Test("while the 64-bit column cannot be read, the 32-bit one does not take its place")
    func fallbackOfUnread() async throws {
        let module = try WrittenModule(
            """
            name: fallback
            tables:
              - name: ports
                keys: []
                metrics: [{ name: octets, oid: [1.3.6.1.4.1.99999.2.1.8, 1.3.6.1.4.1.99999.2.1.9], kind: counter }]
            """)
        var bench = ProbeBench(
            TestDevice.system.merging([
                Self.cell(8, 1): .counter64(5_000_000_000), Self.cell(9, 1): .counter32(705_032_704),
            ]) { $1 })
        bench.modules = module.modules
        await bench.poll()
        #expect(bench.appender.values()["octets{index=\"1\"}"] == 5_000_000_000)
        bench.agent.change {
            $0.walkFailures = [ObjectIdentifier(Self.entry + [8]): SNMPError(.errorStatus, "genErr")]
        }
        await bench.poll()
        #expect(bench.appender.values().stale == ["octets{index=\"1\"}"])
    }

    @Test("stores of a module feed pools, the vendor's figures before those of HOST-RESOURCES-MIB")
    func stores() async throws {
        let module = try WrittenModule(
            """
            name: array
            match: { sysObjectIDs: [1.3.6.1.4.1.9] }
            tables:
              - name: volumes
                keys: [{ label: volume, columns: [1.3.6.1.4.1.99999.2.1.2] }]
                metrics:
                  - { name: volumeSize, oid: 1.3.6.1.4.1.99999.2.1.3, kind: gauge, unit: gibibytes, common: capacity_size_bytes }
                  - { name: volumeFree, oid: 1.3.6.1.4.1.99999.2.1.4, kind: gauge, unit: gibibytes, common: capacity_free_bytes }
                  - { name: volumeAllocated, oid: 1.3.6.1.4.1.99999.2.1.5, kind: gauge, unit: gibibytes, common: capacity_allocated_bytes }
            """, shipped: true)
        var objects = TestDevice.system
        let storage: [UInt32] = [1, 3, 6, 1, 2, 1, 25, 2, 3, 1]
        objects[ObjectIdentifier(storage + [2, 1])] = .objectIdentifier("1.3.6.1.2.1.25.2.1.4")
        objects[ObjectIdentifier(storage + [3, 1])] = .string("/ifs")
        objects[ObjectIdentifier(storage + [4, 1])] = .integer(8_192)
        objects[ObjectIdentifier(storage + [5, 1])] = .integer(186_914_868)
        objects[ObjectIdentifier(storage + [6, 1])] = .integer(1_354_557_667)
        objects[Self.cell(2, 1)] = .string("/ifs")
        objects[Self.cell(3, 1)] = .integer(1_000)
        objects[Self.cell(4, 1)] = .integer(250)
        objects[Self.cell(5, 1)] = .integer(2_000)
        var bench = ProbeBench(objects)
        bench.modules = module.modules
        bench.isDetailed = true
        bench.parts.pools = [Pool(id: "ifs", name: LocalizedText("ifs"), device: "rtr-1", storage: "/ifs")]
        let result = await bench.poll()
        let values = bench.appender.values()
        #expect(values["capacity_size_bytes{kind=\"storage\",resource=\"ifs\"}"] == 1_000 * 1_073_741_824.0)
        #expect(values["capacity_used_bytes{kind=\"storage\",resource=\"ifs\"}"] == 750 * 1_073_741_824.0)
        #expect(values["capacity_allocated_bytes{kind=\"storage\",resource=\"ifs\"}"] == 2_000 * 1_073_741_824.0)
        #expect(result.reason == nil, "the wrapped figures of the standard MIB do not matter then")
        #expect(result.findings?.storeCount == 1)
    }

    @Test("resources in other units than bytes are fed by the row that is called like them")
    func otherUnits() async throws {
        let module = try WrittenModule(
            """
            name: array
            match: { sysObjectIDs: [1.3.6.1.4.1.9] }
            tables:
              - name: power
                index: [{ name: pse, type: integer }]
                keys: [{ label: pse, index: pse }]
                metrics:
                  - { name: budget, oid: 1.3.6.1.4.1.99999.2.1.3, kind: gauge, unit: kilowatts, common: capacity_size_watts }
                  - { name: given, oid: 1.3.6.1.4.1.99999.2.1.4, kind: gauge, unit: watts, common: capacity_used_watts }
              - name: licences
                keys: [{ label: licence, columns: [1.3.6.1.4.1.99999.2.1.2] }]
                metrics:
                  - { name: seats, oid: 1.3.6.1.4.1.99999.2.1.5, kind: gauge, common: capacity_size_count }
                  - { name: seatsFree, oid: 1.3.6.1.4.1.99999.2.1.6, kind: gauge, common: capacity_free_count }
            """, shipped: true)
        var objects = TestDevice.system
        objects[Self.cell(2, 1)] = .string("meetings")
        for (column, value) in [(3, 1), (4, 370), (5, 250), (6, 30)] as [(UInt32, Int32)] {
            objects[Self.cell(column, 1)] = .integer(value)
        }
        var bench = ProbeBench(objects)
        bench.modules = module.modules
        bench.parts.pools = [
            Pool(id: "poe", name: LocalizedText("PoE"), kind: "power", device: "rtr-1", storage: "1", unit: .watts),
            Pool(
                id: "seats", name: LocalizedText("Chỗ"), kind: "licence", device: "rtr-1", storage: "meetings",
                unit: .count),
            Pool(id: "disk", name: LocalizedText("Đĩa"), device: "rtr-1", storage: "1"),
        ]
        await bench.poll()
        let values = bench.appender.values().filter { $0.key.hasPrefix("capacity") }
        #expect(
            values == [
                "capacity_size_watts{kind=\"power\",resource=\"poe\"}": 1_000,
                "capacity_used_watts{kind=\"power\",resource=\"poe\"}": 370,
                "capacity_size_count{kind=\"licence\",resource=\"seats\"}": 250,
                "capacity_used_count{kind=\"licence\",resource=\"seats\"}": 220,
            ])
    }

    @Test("a link whose interface is a row of a maker's table is fed from there, one of IF-MIB from IF-MIB")
    func fedLinks() async throws {
        let module = try WrittenModule(
            """
            name: tunnels
            match: { sysObjectIDs: [1.3.6.1.4.1.9] }
            tables:
              - name: tunnels
                keys: [{ label: tunnel, columns: [1.3.6.1.4.1.99999.2.1.2] }]
                metrics:
                  - { name: tunnelStatus, oid: 1.3.6.1.4.1.99999.2.1.3, kind: gauge, health: { 1: critical, 2: ok }, common: link_up }
                  - { name: tunnelIn, oid: 1.3.6.1.4.1.99999.2.1.4, kind: counter, unit: kilobytes, common: link_receive_bytes_total }
                  - { name: tunnelSpeed, oid: 1.3.6.1.4.1.99999.2.1.5, kind: gauge, unit: megabits_per_second, common: link_speed_bytes_per_second }
            """, shipped: true)
        var objects = TestDevice.ports([TestDevice.Port(index: 1, name: "Gi0/1", octets: 7_000)])
        for (row, name) in [(1, "to-hq"), (2, "Gi0/1")] as [(UInt32, String)] {
            objects[Self.cell(2, row)] = .string(name)
            objects[Self.cell(3, row)] = .integer(row == 1 ? 2 : 1)
            objects[Self.cell(4, row)] = .counter32(5)
            objects[Self.cell(5, row)] = .gauge32(100)
        }
        var bench = ProbeBench(objects)
        bench.modules = [TestModules.interfaces] + module.modules
        bench.parts.linkEnds = [
            DeclaredParts.LinkEnd(link: "vpn", end: "a", interface: "to-hq"),
            DeclaredParts.LinkEnd(link: "ring", end: "b", interface: "Gi0/1"),
        ]
        let result = await bench.poll()
        let values = bench.appender.values()
        #expect(values["link_up{end=\"a\",link=\"vpn\"}"] == 1)
        #expect(values["link_receive_bytes_total{end=\"a\",link=\"vpn\"}"] == 5_000)
        #expect(values["link_speed_bytes_per_second{end=\"a\",link=\"vpn\"}"] == 12_500_000)
        #expect(values["link_up{end=\"b\",link=\"ring\"}"] == 1)
        #expect(values["link_receive_bytes_total{end=\"b\",link=\"ring\"}"] == 7_000)
        #expect(result.interfaces.map(\.interface) == ["Gi0/1", "to-hq"])
        bench.agent.change { $0.values[Self.cell(3, 1)] = .integer(1) }
        let down = await bench.poll()
        #expect(bench.appender.values()["link_up{end=\"a\",link=\"vpn\"}"] == 0)
        #expect(
            down.interfaces.last
                == InterfaceStatus(interface: "to-hq", isAdministrativelyUp: true, isOperational: false))
    }

    @Test("who made a device: modules of makers before generic ones, what one does not know the next one says")
    func identity() async throws {
        let maker = try WrittenModule(
            """
            name: acme
            match: { sysObjectIDs: [1.3.6.1.4.1.9.1] }
            identity:
              - { when: { sysDescriptions: ["firewall"] }, kind: firewall }
              - vendor: Acme
                kind: switch
                model: [{ oid: 1.3.6.1.4.1.99999.1.1 }, { sysObjectIDs: { 1.3.6.1.4.1.9: Nine, 1.3.6.1.4.1.9.1.1: "A-1" } }]
                software: { sysDescr: "OS ([0-9.]+)" }
            scalars: []
            """, shipped: true)
        let entity: [UInt32] = [1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1]
        let polled = await maker.poll([
            ObjectIdentifier(entity + [5, 1]): .integer(9), ObjectIdentifier(entity + [5, 2]): .integer(3),
            ObjectIdentifier(entity + [11, 1]): .string("MODULE"),
            ObjectIdentifier(entity + [11, 2]): .string(" S123 "),
            ObjectIdentifier(entity + [12, 2]): .string("Somebody"),
        ])
        var expected = DeviceIdentity()
        expected.vendor = "Acme"
        expected.kind = .accessSwitch
        expected.model = "A-1"
        expected.software = "1.0"
        expected.serial = "S123"
        #expect(polled.result.findings?.identity == expected)
        #expect(
            polled.values[
                "device_info{kind=\"switch\",model=\"A-1\",serial=\"S123\",software=\"1.0\",vendor=\"Acme\"}"] == 1)
    }

    @Test("a room is ready when every object that says so is, and in a call when one is")
    func rooms() async throws {
        let module = try WrittenModule(
            """
            name: codec
            scalars:
              - { name: sip, oid: 1.3.6.1.4.1.99999.1.1, kind: gauge, health: { 1: ok, 2: critical }, common: room_ready }
              - { name: calls, oid: 1.3.6.1.4.1.99999.1.2, kind: gauge, common: room_in_call }
            """)
        for (sip, calls, ready, inCall) in [(1, 2, 1, 1), (2, 0, 0, 0), (3, 1, nil, 1)]
            as [(Int32, Int32, Double?, Double)]
        {
            var bench = ProbeBench(
                TestDevice.system.merging([
                    "1.3.6.1.4.1.99999.1.1.0": .integer(sip), "1.3.6.1.4.1.99999.1.2.0": .integer(calls),
                ]) { $1 })
            bench.modules = module.modules
            bench.parts.rooms = ["hall"]
            await bench.poll()
            #expect(bench.appender.values()["room_ready{room=\"hall\"}"] == ready)
            #expect(bench.appender.values()["room_in_call{room=\"hall\"}"] == inCall)
        }
    }
}
