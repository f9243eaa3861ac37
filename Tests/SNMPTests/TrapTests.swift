import SNMP
import SNMPWitness
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct TrapTests {
    private static let loopback = SNMPEndpoint(address: [127, 0, 0, 1], port: 0)
    private static let hasTools = programPath("snmptrap") != nil && programPath("snmpinform") != nil
    private static let ifIndex7 = ObjectIdentifier([1, 3, 6, 1, 2, 1, 2, 2, 1, 1, 7])

    private func receiver(
        _ credentials: [SNMPCredential], isAllowed: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }
    ) throws -> TrapReceiver {
        try TrapReceiver(
            listeningOn: Self.loopback, credentials: credentials, identity: .random(), isAllowed: isAllowed)
    }

    struct Sender: CustomTestStringConvertible, Sendable {
        var tool: String
        var arguments: [String]
        var version: Int
        var testDescription: String { "\(tool) -v\(version)" }
    }

    /// One of each security level below encryption, and Cisco's keys.
    private static let trapUsers = SNMPDaemon.everyUser.filter {
        ["nobody-special", "SHA-256", "SHA-384+AES-256-C"].contains($0.name)
    }

    private static let senders: [Sender] =
        [
            Sender(tool: "snmptrap", arguments: ["-v1", "-c", "public"], version: 1),
            Sender(tool: "snmptrap", arguments: ["-v2c", "-c", "public"], version: 2),
            Sender(tool: "snmpinform", arguments: ["-v2c", "-c", "public"], version: 2),
        ]
        + (SNMPDaemon.users.prefix(3) + trapUsers).flatMap { user in
            [
                Sender(tool: "snmptrap", arguments: ["-v3", "-e", "0x800000000501020304"] + user.options, version: 3),
                Sender(tool: "snmpinform", arguments: ["-v3"] + user.options, version: 3),
            ]
        }

    @Test(
        "traps and informs of Net-SNMP arrive, and informs are acknowledged",
        .enabled(if: hasTools, "snmptrap or snmpinform is not installed"), arguments: senders)
    func netSNMP(_ sender: Sender) async throws {
        let receiver = try receiver([.v2c(community: "public")] + (SNMPDaemon.users + Self.trapUsers).map { .v3($0) })
        let target = "127.0.0.1:\(receiver.endpoint.port)"
        let what =
            sender.version == 1
            ? [".1.3.6.1.6.3.1.1.5", "10.0.0.9", "2", "0", "4242"] : ["4242", ".\(TrapEvent.linkDown)"]
        let (output, status) = try await runTool(
            sender.tool, sender.arguments + [target] + what + [".\(Self.ifIndex7)", "i", "7"])
        #expect(status == 0, "\(output)")
        var events = receiver.events.makeAsyncIterator()
        let event = try #require(await events.next())
        #expect(event.trapOID == TrapEvent.linkDown)
        #expect(event.uptime == 4242)
        #expect(event.varBinds.first == VarBind(Self.ifIndex7, .integer(7)))
        #expect(event.version == sender.version)
        #expect(event.isAuthentic)
        #expect(event.source.address == [127, 0, 0, 1])
    }

    @Test("a v1 trap is translated as RFC 3584 says, and tells the agent's address and enterprise")
    func translation() async throws {
        let receiver = try receiver([.v1(community: "c")])
        let enterprise = ObjectIdentifier([1, 3, 6, 1, 4, 1, 9, 9])
        let socket = try LoopbackSocket()
        for generic in Int32(0)...6 {
            let trap = TrapV1(
                enterprise: enterprise, agentAddress: [10, 0, 0, 9], genericTrap: generic, specificTrap: 17, uptime: 5,
                varBinds: [])
            let message = CommunityMessage(version: .v1, community: [0x63], content: .trapV1(trap))
            socket.send(message.encoded(), to: receiver.endpoint)
        }
        var events = receiver.events.makeAsyncIterator()
        for generic in UInt32(0)...6 {
            let event = try #require(await events.next())
            let expected =
                generic == 6
                ? ObjectIdentifier("1.3.6.1.4.1.9.9.0.17") : ObjectIdentifier("1.3.6.1.6.3.1.1.5.\(generic + 1)")
            #expect(event.trapOID == expected)
            #expect(event.varBinds.map(\.value) == [.ipAddress([10, 0, 0, 9]), .objectIdentifier(enterprise)])
        }
    }

    private func trap(_ community: String) -> [UInt8] {
        let snmpTrapOID = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0])
        let pdu = PDU(
            .trap, requestID: 1,
            varBinds: [VarBind(snmpTrapOID, .objectIdentifier(TrapEvent.linkUp)), VarBind(sysUpTime, .timeTicks(3))])
        return CommunityMessage(version: .v2c, community: Array(community.utf8), content: .pdu(pdu)).encoded()
    }

    @Test("strangers, wrong communities and rubbish are counted and otherwise ignored")
    func counting() async throws {
        let receiver = try receiver([.v2c(community: "public")])
        let stranger = try self.receiver([.v2c(community: "public")], isAllowed: { $0 != [127, 0, 0, 1] })
        let socket = try LoopbackSocket()
        for datagram in [[], [0x30], bytes("3003020101"), trap("private"), trap("public")] {
            socket.send(datagram, to: receiver.endpoint)
            socket.send(datagram, to: stranger.endpoint)
        }
        try await eventually("all are counted") {
            receiver.counters.received == 5 && stranger.counters.received == 5
        }
        #expect(receiver.counters.malformed == 3)
        #expect(receiver.counters.unauthentic == 1)
        #expect(stranger.counters.refused == 5)
        var events = receiver.events.makeAsyncIterator()
        #expect(await events.next()?.trapOID == TrapEvent.linkUp)
        receiver.close()
        receiver.close()
        #expect(await events.next() == nil)
    }

    @Test("a sealed trap sent again later, or by an engine whose boots went back, is not believed")
    func replay() async throws {
        let user = SNMPDaemon.users[0]
        let receiver = try receiver([.v3(user)])
        let socket = try LoopbackSocket()
        let snmpTrapOID = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0])
        let pdu = PDU(
            .trap, requestID: 1, varBinds: [VarBind(snmpTrapOID, .objectIdentifier(TrapEvent.linkUp))])
        let identity: [UInt8] = [0x80, 0, 0, 0, 5, 7]
        for (boots, time) in [(2, 1000), (2, 1100), (2, 900), (1, 5000), (3, 1)] as [(Int32, Int32)] {
            var engine = try AuthoritativeEngine(engineID: identity, boots: boots, users: [])
            socket.send(engine.trap(pdu, user: user, messageID: 1, time: time), to: receiver.endpoint)
        }
        try await eventually("all are counted") { receiver.counters.received == 5 }
        #expect(receiver.counters.unauthentic == 2)
        let wrong = user.with(authenticationPassphrase: "another phrase")
        var engine = try AuthoritativeEngine(engineID: identity, boots: 4, users: [])
        socket.send(engine.trap(pdu, user: wrong, messageID: 1, time: 1), to: receiver.endpoint)
        try await eventually("a wrong digest is counted") { receiver.counters.unauthentic == 3 }
    }

    @Test("arbitrary bytes do not stop the receiver")
    func noise() async throws {
        let receiver = try receiver([.v2c(community: "public"), .v3(SNMPDaemon.users[0])])
        let socket = try LoopbackSocket()
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for number in 1...500 {
            var datagram = generator.message().encoded()
            datagram[Int.random(in: datagram.indices, using: &generator)] = .random(
                in: .min ... .max, using: &generator)
            socket.send(datagram, to: receiver.endpoint)
            if number % 100 == 0 {
                try await eventually("all are counted, seed \(seed)") { receiver.counters.received == number }
            }
        }
        socket.send(trap("public"), to: receiver.endpoint)
        var events = receiver.events.makeAsyncIterator()
        #expect(await events.next() != nil)
    }

    @Test(
        "recorded traps of real devices are read as described",
        .enabled(if: SharedData.isPresent, "the recordings are not beside this checkout"))
    func recordings() async throws {
        let rows = try CSV(SharedData.directory.map { $0 + "/traps/traps.csv" } ?? "").rows
        let communities = Set(rows.compactMap { $0[4].split(separator: "'").dropFirst().first.map { String($0) } })
        let receiver = try receiver(communities.map { .v2c(community: $0) })
        let socket = try LoopbackSocket()
        var events = receiver.events.makeAsyncIterator()
        #expect(rows.count == 37)
        for (number, row) in rows.enumerated() {
            let before = receiver.counters
            socket.send(bytes(row[1]), to: receiver.endpoint)
            try await eventually("\(row[0]) is counted") { receiver.counters.received == number + 1 }
            let words = row[4].split(separator: " ").map { String($0) }
            switch words.first {
            case "v3":
                #expect(
                    receiver.counters.unauthentic + receiver.counters.malformed > before.unauthentic + before.malformed)
            case "v1" where words[2] == "0xbf":
                #expect(receiver.counters.malformed == before.malformed + 1, "\(row[0])")
            case "v1":
                let event = try #require(await events.next(), "\(row[0])")
                #expect(event.version == 1)
                guard let generic = UInt32(words.first { $0.hasPrefix("generic=") }?.dropFirst(8) ?? "") else {
                    continue
                }
                if generic < 6 { #expect(event.trapOID.components.last == generic + 1, "\(row[0])") }
            default:
                let event = try #require(await events.next(), "\(row[0])")
                let described = words.dropFirst(3).filter { $0.contains("=") }.map { $0.split(separator: "=") }
                let names = described.map { String($0[0]) }
                #expect(event.varBinds.map(\.oid.description) == Array(names.dropFirst(2)), "\(row[0])")
                #expect(described.dropFirst().first.map { String($0[1]) } == event.trapOID.description, "\(row[0])")
                for (varBind, field) in zip(event.varBinds, described.dropFirst(2)) where field[1].hasPrefix("04:") {
                    // The description shows at most the first 20 bytes.
                    let beginning = bytes(String(field[1].dropFirst(3)))
                    #expect(varBind.value.bytes?.starts(with: beginning) == true, "\(row[0])")
                }
            }
        }
    }
}
