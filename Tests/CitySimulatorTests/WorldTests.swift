import CitySimulator
import Inventory
import MonitoringModel
import SNMP
import TestSupport
import Testing

@Suite("World")
struct WorldTests {
    @Test("the same seed and time give the same city, another seed another")
    func determinism() throws {
        let first = try CityFixture.quiet(), second = try CityFixture.quiet()
        let other = try CityFixture.quiet { $0.seed = 1 }
        for device in CityFixture.inventory().devices {
            let objects = try #require(first.objects(of: device.id)),
                again = try #require(second.objects(of: device.id))
            #expect(objects.walk(ObjectIdentifier([1, 3])) == again.walk(ObjectIdentifier([1, 3])), "\(device.id)")
        }
        let time = CityFixture.mondayMorning
        #expect(first.world.pool("pool-1", at: time) == second.world.pool("pool-1", at: time))
        #expect(first.world.pool("pool-1", at: time) != other.world.pool("pool-1", at: time))
    }

    @Test("every counter only grows, and values move between polls", arguments: [1.0, 60.0])
    func counters(speed: Double) throws {
        let clock = ManualClock(CityFixture.mondayMorning)
        let city = try CityFixture.quiet(clock: clock) { $0.speed = speed }
        var last: [String: [ObjectIdentifier: UInt64]] = [:]
        var moved: Set<String> = []
        for _ in 0..<8 {
            for device in CityFixture.inventory().devices {
                for binding in try #require(city.objects(of: device.id)).walk(ObjectIdentifier([1, 3])) {
                    guard case .counter64(let value) = binding.value else { continue }
                    if let before = last[device.id]?[binding.oid] {
                        #expect(value >= before, "\(device.id) \(binding.oid)")
                        if value > before { moved.insert(device.id) }
                    }
                    last[device.id, default: [:]][binding.oid] = value
                }
            }
            clock.advance(by: .seconds(37))
        }
        #expect(moved == Set(CityFixture.inventory().devices.map(\.id)))
    }

    @Test("a line never carries more than its speed, at any hour of the week", arguments: [1.0, 200.0])
    func capacity(speed: Double) throws {
        let city = try CityFixture.quiet { $0.speed = speed }
        let world = city.world
        for link in CityFixture.inventory().links {
            var before: LinkReading?
            for step in 0..<336 {
                let time = CityFixture.mondayMorning + .seconds(Double(step) * 1_800 / speed)
                let now = try #require(world.link(link.id, at: time))
                if let before {
                    let seconds = 1_800 / speed
                    for (new, old) in [
                        (now.a.receivedBytes, before.a.receivedBytes),
                        (now.a.transmittedBytes, before.a.transmittedBytes),
                    ] {
                        #expect(new > old, "\(link.id)")
                        #expect((new - old) * 8 / seconds <= link.bitsPerSecond * 1.001, "\(link.id) at step \(step)")
                    }
                }
                before = now
            }
        }
    }

    @Test("offices are busier in the morning than at night, and busier on Monday than on Sunday")
    func rhythm() throws {
        let world = try CityFixture.quiet().world
        func rate(_ hours: Double) throws -> Double {
            try #require(world.link("access-1", at: CityFixture.mondayMorning + .seconds(hours * 3_600)))
                .a.transmittedBytesPerSecond
        }
        #expect(try rate(0.5) > 3 * rate(-6))
        #expect(try rate(0.5) > 3 * rate(-23.5))
    }

    @Test("both ends of a line count the same bytes")
    func bothEnds() throws {
        let clock = ManualClock(CityFixture.mondayMorning)
        let city = try CityFixture.quiet(clock: clock)
        func read() throws -> (sent: UInt64, received: UInt64) {
            (
                try #require(city.objects(of: "core1")?.counter(OID.ifHCOutOctets, "Gi0/1")),
                try #require(city.objects(of: "agg1")?.counter(OID.ifHCInOctets, "Gi0/1"))
            )
        }
        let before = try read()
        clock.advance(by: .seconds(600))
        let after = try read()
        let sent = Double(after.sent - before.sent), received = Double(after.received - before.received)
        #expect(sent > 0)
        // Each end rounds its own counter down.
        #expect(abs(sent - received) <= 2)
    }

    @Test("the 32-bit counter is the 64-bit one modulo 2^32")
    func wrap() throws {
        let objects = try #require(try CityFixture.quiet().objects(of: "core1"))
        let index = try #require(objects.ifIndex(named: "Gi0/1"))
        let long = try #require(objects.counter(OID.ifHCInOctets, "Gi0/1"))
        #expect(long > UInt64(UInt32.max))
        #expect(objects.value(of: OID.ifInOctets.appending(index)) == .counter32(UInt32(truncatingIfNeeded: long)))
    }

    @Test("cutting one link of the ring moves its load to the rest of it")
    func ring() throws {
        let city = try CityFixture.quiet()
        let time = CityFixture.mondayMorning
        let before = try #require(city.world.link("ring-3", at: time))
        try city.apply(fault: "link-down:ring-1")
        let cut = try #require(city.world.link("ring-1", at: time))
        let after = try #require(city.world.link("ring-3", at: time))
        #expect(cut.isUp == false && cut.a.transmittedBytesPerSecond == 0)
        #expect(after.b.transmittedBytesPerSecond > 1.3 * before.b.transmittedBytesPerSecond)
        // The counter itself does not jump.
        #expect(abs(after.b.transmittedBytes - before.b.transmittedBytes) <= 1)
    }

    @Test("the past leads up to what the agents answer at the start")
    func history() throws {
        let city = try CityFixture.quiet()
        let world = city.world
        let start = CityFixture.mondayMorning
        let link = try #require(world.link("ring-1", at: start))
        let earlier = try #require(world.link("ring-1", at: start - .milliseconds(100)))
        #expect(
            Double(try #require(city.objects(of: "core1")?.counter(OID.ifHCInOctets, "Gi0/1"))) == link.a.receivedBytes)
        #expect(link.a.receivedBytes - earlier.a.receivedBytes <= 1e9 / 8 * 0.1 + 1)
        #expect(earlier.a.receivedBytes < link.a.receivedBytes)

        var last = -1.0
        for day in stride(from: -90, through: 0, by: 1) {
            let now = try #require(world.link("ring-1", at: start + .seconds(Double(day) * 86_400)))
            #expect(now.a.receivedBytes > last, "day \(day)")
            last = now.a.receivedBytes
            let pool = try #require(world.pool("pool-1", at: start + .seconds(Double(day) * 86_400)))
            #expect(pool.usedBytes > 0 && pool.usedBytes <= pool.sizeBytes)
            #expect(world.room("room-1", at: start + .seconds(Double(day) * 86_400)) != nil)
        }
        let then = try #require(world.pool("pool-1", at: start - .seconds(90 * 86_400)))
        let now = try #require(world.pool("pool-1", at: start))
        #expect(now.usedBytes > then.usedBytes)
        #expect(world.pool("nothing", at: start) == nil && world.link("nothing", at: start) == nil)
    }

    @Test("rooms are in calls during office hours only")
    func rooms() throws {
        let world = try CityFixture.quiet().world
        var day = 0, night = 0
        for step in 0..<(60 * 48) {
            let time = CityFixture.mondayMorning + .seconds(Double(step) * 1_800)
            let hour = (9 + Double(step) / 2).truncatingRemainder(dividingBy: 24)
            guard let room = world.room("room-1", at: time), room.isInCall else { continue }
            if (7..<20).contains(hour) { day += 1 } else { night += 1 }
        }
        #expect(day > 100 && night == 0)
    }

    @Test("a pool is the array's storage row of that name, and jumps when told")
    func pool() throws {
        let city = try CityFixture.quiet()
        func row() throws -> (units: Int32, size: Int32, used: Int32) {
            let objects = try #require(city.objects(of: "array"))
            let row = try #require(
                objects.walk(OID.hrStorageDescr).first { $0.value == .octetString(Array("/vol/main".utf8)) })
            let index = try #require(row.oid.components.last)
            func number(_ column: UInt32) -> Int32 {
                let oid = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 2, 3, 1, column, index])
                if case .integer(let value) = objects.value(of: oid) { return value }
                return -1
            }
            return (number(4), number(5), number(6))
        }
        let before = try row()
        let reading = try #require(city.world.pool("pool-1", at: CityFixture.mondayMorning))
        #expect(Double(before.size) * Double(before.units) == reading.sizeBytes)
        #expect(Double(before.used) * Double(before.units) == reading.usedBytes)
        try city.apply(fault: "storage-jump:pool-1:100000000000")
        let jumped = Double(try row().used - before.used) * Double(before.units)
        #expect(abs(jumped - 1e11) <= 2 * Double(before.units))
    }

    @Test("a pool beyond 140 TB is told in larger units, so that its size fits 31 bits")
    func largePool() throws {
        var inventory = CityFixture.inventory()
        inventory.pools[0].size = 500e12
        let city = try CityFixture.quiet(inventory: inventory)
        let objects = try #require(city.objects(of: "array"))
        let row = try #require(
            objects.walk(OID.hrStorageDescr).first { $0.value == .octetString(Array("/vol/main".utf8)) })
        let index = try #require(row.oid.components.last)
        let entry = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 2, 3, 1])
        guard case .integer(let unit) = objects.value(of: entry.appending(4, index)),
            case .integer(let size) = objects.value(of: entry.appending(5, index))
        else {
            Issue.record("expected a unit and a size")
            return
        }
        #expect(abs(Double(unit) * Double(size) - 500e12) <= Double(unit))
    }

    @Test("a UPS discharges on battery and charges again on mains")
    func ups() throws {
        let clock = ManualClock(CityFixture.mondayMorning)
        let city = try CityFixture.quiet(clock: clock)
        func charge() -> SNMPValue? { city.objects(of: "ups")?.value(of: OID.upsCharge) }
        #expect(charge() == .integer(100))
        try city.apply(fault: "ups-on-battery:ups")
        #expect(city.objects(of: "ups")?.value(of: OID.upsOutputSource) == .integer(5))
        clock.advance(by: .seconds(1_200))
        guard case .integer(let low) = charge() else {
            Issue.record("expected a charge")
            return
        }
        #expect((10..<90).contains(low))
        try city.apply(fault: "clear:ups")
        clock.advance(by: .seconds(5 * 3_600))
        #expect(charge() == .integer(100))
        #expect(city.objects(of: "ups")?.value(of: OID.upsOutputSource) == .integer(3))
    }

    @Test("a reboot begins uptime and counters again")
    func reboot() throws {
        let clock = ManualClock(CityFixture.mondayMorning)
        let city = try CityFixture.quiet(clock: clock)
        let before = try #require(city.objects(of: "core1")?.counter(OID.ifHCInOctets, "Gi0/1"))
        try city.apply(fault: "reboot:core1")
        #expect(city.objects(of: "core1")?.value(of: OID.sysUpTime) == .timeTicks(0))
        clock.advance(by: .seconds(10))
        #expect(city.objects(of: "core1")?.value(of: OID.sysUpTime) == .timeTicks(1_000))
        let after = try #require(city.objects(of: "core1")?.counter(OID.ifHCInOctets, "Gi0/1"))
        #expect(after > 0 && after < before)
    }

    @Test("renumbering gives the ports each other's ifIndex and leaves their counters")
    func renumber() throws {
        let city = try CityFixture.quiet()
        let before = try #require(city.objects(of: "core1"))
        let index = try #require(before.ifIndex(named: "Gi0/1"))
        try city.apply(fault: "ifindex-renumber:core1")
        let after = try #require(city.objects(of: "core1"))
        #expect(after.ifIndex(named: "Gi0/1") != index)
        #expect(after.counter(OID.ifHCInOctets, "Gi0/1") == before.counter(OID.ifHCInOctets, "Gi0/1"))
        #expect(
            Set(after.walk(OID.ifName).compactMap(\.oid.components.last))
                == Set(before.walk(OID.ifName).compactMap(\.oid.components.last)))
    }

    @Test("a cut line is down at both ends")
    func operStatus() throws {
        let city = try CityFixture.quiet()
        try city.apply(fault: "link-down:access-1")
        for (device, port) in [("agg1", "Serial0/1"), ("c1-router", "WAN")] {
            let objects = try #require(city.objects(of: device))
            let index = try #require(objects.ifIndex(named: port))
            #expect(objects.value(of: OID.ifOperStatus.appending(index)) == .integer(2))
        }
    }

    @Test("some ifAlias is Vietnamese, and some is not UTF-8 on purpose")
    func aliases() throws {
        let city = try CityFixture.quiet()
        let aliases = try #require(city.objects(of: "c1-switch")).walk(OID.ifAlias).compactMap { binding -> [UInt8]? in
            if case .octetString(let bytes) = binding.value { return bytes }
            return nil
        }
        #expect(aliases.contains { String(validating: $0, as: UTF8.self) == nil })
        #expect(aliases.contains { String(validating: $0, as: UTF8.self)?.contains("ò") == true })
    }

    @Test("sensors move within plausible bounds")
    func sensors() throws {
        let clock = ManualClock(CityFixture.mondayMorning)
        let city = try CityFixture.quiet(clock: clock)
        var seen: Set<Int32> = []
        for _ in 0..<24 {
            clock.advance(by: .seconds(3_600))
            let first = try #require(city.objects(of: "sensor")?.walk(OID.entPhySensorValue).first)
            guard case .integer(let tenths) = first.value else { continue }
            #expect((150...300).contains(tenths))
            seen.insert(tenths)
        }
        #expect(seen.count > 4)
    }
}

@Suite("Addresses")
struct AddressTests {
    static func inventory(_ addresses: [String]) -> CityInventory {
        var inventory = CityInventory(monitorSite: "centre")
        for (number, text) in addresses.enumerated() {
            guard let address = IPAddress(text) else { continue }
            inventory.devices.append(
                Device(
                    id: "d\(number)", name: LocalizedText("Máy"), kind: .server, site: "centre", address: address,
                    snmp: SNMPAccess(credential: "open"),
                    checks: [HTTPCheck(kind: .page, scheme: .https, port: 443, host: "h")]))
        }
        return inventory
    }

    @Test(
        "a device keeps the lower 24 bits of its address",
        arguments: [
            ("10.1.2.3", "127.1.2.3"), ("192.168.7.9", "127.168.7.9"), ("127.0.0.5", "127.0.0.5"), ("::1", "::1"),
        ])
    func mapping(_ real: String, _ simulated: String) throws {
        let city = try CityFixture.quiet(inventory: Self.inventory([real]))
        let device = try #require(city.simulatedInventory.devices.first)
        #expect(device.address.description == simulated)
        #expect(device.snmp?.port == 16261)
        #expect(device.checks.first?.scheme == .http && device.checks.first?.port == 16280)
        #expect(device.checks.first?.host == "h")
    }

    @Test(
        "an address without a place on loopback is refused, naming the devices",
        arguments: [
            (["2001:db8::1"], ["d0", "2001:db8::1"]), (["10.1.2.3", "172.1.2.3"], ["d0", "d1", "127.1.2.3"]),
            (["10.255.255.255"], ["d0"]),
        ])
    func refused(_ addresses: [String], _ parts: [String]) {
        let error = #expect(throws: SimulationError.self) {
            try CityFixture.quiet(inventory: Self.inventory(addresses))
        }
        for part in parts { #expect(error?.description.contains(part) == true) }
    }
}
