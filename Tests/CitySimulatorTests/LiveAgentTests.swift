import CitySimulator
import Foundation
import Inventory
import SNMP
import TestSupport
import Testing

@Suite("Live agents", .serialized)
struct LiveAgentTests {
    static func hasTools() -> Bool { programPath("snmpbulkwalk") != nil && programPath("snmpget") != nil }

    /// Standard output of a Net-SNMP program.
    static func run(_ name: String, _ arguments: [String]) async throws -> String {
        let directory = try TemporaryDirectory()
        let program = try RunningProgram(
            try #require(programPath(name)), arguments, log: directory.file("output"),
            environment: ["MIBS": "", "HOME": directory.path, "SNMP_PERSISTENT_DIR": directory.path])
        try await eventually("\(name) ends", within: .seconds(60)) { program.exitStatus != nil }
        return program.output()
    }

    static func access(_ device: Device) -> [String] {
        device.snmp?.credential == "secure"
            ? [
                "-v3", "-l", "authPriv", "-u", CityFixture.secureUser.name, "-a", "SHA", "-A",
                CityFixture.authenticationPassphrase, "-x", "AES", "-X",
                CityFixture.privacyPassphrase,
            ] : ["-v2c", "-c", "cong-khai"]
    }

    @Test(
        "snmpbulkwalk of Net-SNMP reads every object, v2c and v3",
        .enabled(if: hasTools(), "needs the Debian package snmp"),
        arguments: ["core1", "core2", "array", "ups", "agg2"])
    func bulkWalk(_ id: String) async throws {
        try await CityFixture.serving { city in
            let device = try #require(city.simulatedInventory.devices.first { $0.id == id })
            let output = try await Self.run(
                "snmpbulkwalk",
                Self.access(device) + [
                    "-On", "-Oq", "-Ox", "-t", "10", "-r", "3", "\(device.address):\(city.agentPort)", ".1",
                ])
            let objects = try #require(city.objects(of: id)).walk(ObjectIdentifier([1]))
            let oids = output.split(separator: "\n")
                .filter { $0.hasPrefix(".1.") && !$0.contains("No more variables") }
                .compactMap { $0.split(separator: " ").first.map { String($0.dropFirst()) } }
            #expect(oids == objects.map(\.oid.description), "\(output.suffix(300))")
        }
    }

    @Test(
        "snmpget of Net-SNMP reads constant values as they are, v2c and v3",
        .enabled(if: hasTools(), "needs the Debian package snmp"), arguments: ["core1", "c1-switch"])
    func get(_ id: String) async throws {
        try await CityFixture.serving { city in
            let device = try #require(city.simulatedInventory.devices.first { $0.id == id })
            let objects = try #require(city.objects(of: id))
            let names = objects.walk(OID.ifName)
            for chunk in stride(from: 0, to: names.count, by: 8) {
                let asked = names[chunk..<min(chunk + 8, names.count)]
                let output = try await Self.run(
                    "snmpget",
                    Self.access(device) + ["-On", "-Oq", "-t", "10", "\(device.address):\(city.agentPort)"]
                        + asked.map { ".\($0.oid)" })
                let expected = asked.map { binding -> String in
                    guard case .octetString(let bytes) = binding.value else { return "" }
                    return ".\(binding.oid) \"\(String(decoding: bytes, as: UTF8.self))\""
                }
                #expect(output.split(separator: "\n").filter { $0.hasPrefix(".1.") }.map { String($0) } == expected)
            }
        }
    }

    @Test(
        "SNMPv3 discovery is answered whatever the credential; a wrong community is met with silence",
        .enabled(if: hasTools(), "needs the Debian package snmp"))
    func discovery() async throws {
        try await CityFixture.serving { city in
            let target = "127.93.7.2:\(city.agentPort)"
            let unknown = try await Self.run(
                "snmpget", ["-v3", "-l", "noAuthNoPriv", "-u", "nobody", "-t", "5", target, ".1.3.6.1.2.1.1.5.0"])
            #expect(unknown.contains("Unknown user name") || unknown.contains("unknown user name"), "\(unknown)")
            let wrong = try await Self.run(
                "snmpget", ["-v2c", "-c", "wrong", "-t", "0.3", "-r", "0", target, ".1.3.6.1.2.1.1.5.0"])
            #expect(wrong.contains("Timeout"), "\(wrong)")
        }
    }

    @Test("a device that cannot be reached is silent, a slow one answers late, one on ::1 answers")
    func reception() async throws {
        var inventory = CityFixture.inventory()
        inventory.devices.append(
            Device(
                id: "six", name: LocalizedText("Sáu"), kind: .server, site: "centre",
                address: try #require(IPAddress("::1")),
                snmp: SNMPAccess(credential: "open")))
        try await CityFixture.serving(inventory: inventory) { city in
            try city.apply(fault: "link-down:access-1")
            let socket = try UDPProbe(ipv6: false)
            let request = UDPProbe.request
            socket.send(request, to: [127, 93, 7, 21], port: city.agentPort)
            socket.send(request, to: [127, 93, 7, 11], port: city.agentPort)
            // The reached one's answer comes; had the other answered, it would have come before.
            let answer = try #require(await socket.receive())
            #expect(answer.source == [127, 93, 7, 11])
            try city.apply(fault: "clear-all")
            try city.apply(fault: "slow:agg1:0.2")
            socket.send(request, to: [127, 93, 7, 11], port: city.agentPort)
            socket.send(request, to: [127, 93, 7, 21], port: city.agentPort)
            #expect(await socket.receive()?.source == [127, 93, 7, 21])
            #expect(await socket.receive()?.source == [127, 93, 7, 11])
            try city.apply(fault: "packet-loss:agg1:1")
            try city.apply(fault: "slow:agg1:0")
            socket.send(request, to: [127, 93, 7, 11], port: city.agentPort)
            socket.send(request, to: [127, 93, 7, 12], port: city.agentPort)
            socket.send(request, to: [127, 93, 7, 21], port: city.agentPort)
            #expect(await socket.receive()?.source == [127, 93, 7, 21])

            let six = try UDPProbe(ipv6: true)
            six.send(request, to: Array(repeating: 0, count: 15) + [1], port: city.agentPort)
            #expect(await six.receive()?.source.count == 16)
        }
    }

    @Test("a cut sends linkDown from the end that still has a path, and linkUp from both when mended")
    func traps() async throws {
        let socket = try UDPProbe(ipv6: false)
        let destination = SNMPEndpoint(address: [127, 0, 0, 1], port: socket.port)
        try await CityFixture.serving({ $0.trapDestination = destination }) { city in
            func next() async throws -> (source: [UInt8], trap: SNMPValue?, name: SNMPValue?) {
                let datagram = try #require(await socket.receive())
                guard case .pdu(let pdu) = try CommunityMessage(decoding: datagram.bytes).content else {
                    return (datagram.source, nil, nil)
                }
                #expect(pdu.kind == .trap && pdu.varBinds.first?.oid == OID.sysUpTime)
                return (
                    datagram.source, pdu.varBinds.dropFirst().first?.value,
                    pdu.varBinds.first { $0.oid.starts(with: OID.ifName) }?.value
                )
            }
            try city.apply(fault: "link-down:access-1")
            let down = try await next()
            #expect(down.source == [127, 93, 7, 11])
            #expect(down.trap == .objectIdentifier(TrapEvent.linkDown))
            #expect(down.name == .octetString(Array("Serial0/1".utf8)))
            try city.apply(fault: "link-up:access-1")
            let first = try await next(), second = try await next()
            #expect(Set([first.source, second.source]) == [[127, 93, 7, 11], [127, 93, 7, 21]])
            #expect(first.trap == .objectIdentifier(TrapEvent.linkUp))
            // Nothing comes while traps are off: the next to arrive is the reboot's.
            try city.apply(fault: "traps-off")
            try city.apply(fault: "link-down:access-1")
            try city.apply(fault: "clear-all")
            try city.apply(fault: "traps-on")
            try city.apply(fault: "reboot:agg1")
            #expect(try await next().trap == .objectIdentifier(ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 5, 1])))
            try city.apply(fault: "ups-on-battery:ups")
            #expect(try await next().trap == .objectIdentifier(ObjectIdentifier([1, 3, 6, 1, 2, 1, 33, 2, 1])))
        }
    }

    @Test("a flapping port sends one trap after the other")
    func flapping() async throws {
        let socket = try UDPProbe(ipv6: false)
        let destination = SNMPEndpoint(address: [127, 0, 0, 1], port: socket.port)
        try await CityFixture.serving({ $0.trapDestination = destination }) { city in
            try city.apply(fault: "flapping:c1-switch:Gi1/0/3(0.1)")
            var traps: [SNMPValue] = []
            for _ in 0..<4 {
                let datagram = try #require(await socket.receive())
                guard case .pdu(let pdu) = try CommunityMessage(decoding: datagram.bytes).content else { continue }
                traps.append(pdu.varBinds[1].value)
            }
            #expect(
                traps
                    == [TrapEvent.linkDown, TrapEvent.linkUp, TrapEvent.linkDown, TrapEvent.linkUp]
                    .map { .objectIdentifier($0) })
        }
    }

    @Test("an SNMPv3 device seals its traps as its user")
    func secureTrap() async throws {
        let receiver = try TrapReceiver(
            listeningOn: SNMPEndpoint(address: [127, 0, 0, 1], port: 0), credentials: [.v3(CityFixture.secureUser)],
            identity: .random(),
            isAllowed: { $0 == [127, 93, 7, 12] })
        defer { receiver.close() }
        let destination = receiver.endpoint
        try await CityFixture.serving({ $0.trapDestination = destination }) { city in
            try city.apply(fault: "link-down:ring-2")
            let trap = try #require(await receiver.events.first { _ in true })
            #expect(trap.version == 3 && trap.isAuthentic && trap.trapOID == TrapEvent.linkDown)
            #expect(trap.source.address == [127, 93, 7, 12])
            #expect(trap.varBinds.contains { $0.value == .octetString(Array("Gi0/2".utf8)) })
        }
    }

    @Test("datagrams from beyond loopback are dropped and counted")
    func outside() async throws {
        guard let own = PagesTests.outsideAddress() else { return }
        try await CityFixture.serving { city in
            let socket = try UDPProbe(ipv6: false, address: own)
            socket.send(UDPProbe.request, to: own, port: city.agentPort)
            try await eventually("the datagram is refused") { city.refusedDatagrams == 1 }
        }
    }

    @Test("a port that is taken is a clear error")
    func portTaken() async throws {
        try await CityFixture.serving { city in
            for taken in [city.agentPort, city.httpPort, city.controlEndpoint.port] {
                var options = CitySimulation.Options()
                options.agentPort = taken == city.agentPort ? taken : 0
                options.httpPort = taken == city.httpPort ? taken : 0
                options.controlPort = taken == city.controlEndpoint.port ? taken : 0
                let second = try CitySimulation(
                    inventory: CityFixture.inventory(), credentials: CityFixture.credentials, options: options)
                let error = await #expect(throws: SimulationError.self) { try await second.start() }
                #expect(error?.code == .system && error?.description.contains("\(taken)") == true)
            }
        }
    }

    @Test("everything ends cleanly when cancelled, and its ports are free again")
    func ending() async throws {
        let ports = try (freePort(.udp), freePort(.tcp), freePort(.tcp))
        for _ in 0..<2 {
            try await CityFixture.serving({
                $0.agentPort = ports.0
                $0.httpPort = ports.1
                $0.controlPort = ports.2
            }) { city in
                #expect((city.agentPort, city.httpPort, city.controlEndpoint.port) == ports)
            }
        }
    }
}
