import SNMP
import SNMPWitness
import Synchronization
import TestSupport
import Testing

@Suite struct ClientTests {
    private let client: SNMPClient

    init() throws {
        client = try SNMPClient()
    }

    private func peer(
        _ endpoint: SNMPEndpoint, _ credential: SNMPCredential = .v2c(community: "public"),
        timeout: Duration = .seconds(5), retries: Int = 1, maxRepetitions: Int = 24
    ) -> SNMPPeer {
        SNMPPeer(
            endpoint: endpoint, credential: credential, timeout: timeout, retries: retries,
            maxRepetitions: maxRepetitions)
    }

    private var soon: ContinuousClock.Instant { .now + .seconds(60) }

    private func failure(_ body: () async throws(SNMPError) -> [VarBind]) async -> SNMPError? {
        do throws(SNMPError) {
            _ = try await body()
            return nil
        } catch {
            return error
        }
    }

    // MARK: Against snmpd

    @Test(
        "a walk of a real agent equals snmpbulkwalk's, with v2c, v3 and over IPv6",
        .enabled(if: SNMPDaemon.isInstalled, "snmpd or snmpbulkwalk is not installed"))
    func walkOfDaemon() async throws {
        let daemon = try SNMPDaemon()
        try await daemon.isReady(client)
        let (output, status) = try await runTool(
            "snmpbulkwalk",
            ["-v2c", "-c", "public", "-On", "-Oe", "-Ot", "127.0.0.1:\(daemon.ipv4.port)", ".\(system)"])
        #expect(status == 0)
        let expected = output.split(separator: "\n").map { String($0) }.filter { !$0.hasPrefix(".\(sysUpTime) ") }
        #expect(expected.count > 10)
        var credentials: [SNMPCredential] = [.v2c(community: "public"), .v1(community: "public")]
        credentials += SNMPDaemon.users.map { .v3($0) }
        for credential in credentials {
            for endpoint in [daemon.ipv4, daemon.ipv6] {
                let rows = try await client.walk(
                    system, from: peer(endpoint, credential, maxRepetitions: 7), limits: WalkLimits(), deadline: soon)
                let printed = rows.filter { $0.oid != sysUpTime }.map(printedLikeNetSNMP)
                #expect(printed == expected, "\(credential) at \(endpoint)")
            }
        }
    }

    /// A row as `snmpbulkwalk -On -Oe -Ot` prints it.
    private func printedLikeNetSNMP(_ row: VarBind) -> String {
        let value =
            switch row.value {
            case .octetString(let bytes) where bytes.isEmpty: "\"\""
            case .octetString(let bytes): "STRING: \"\(String(decoding: bytes, as: UTF8.self))\""
            case .objectIdentifier(let oid): "OID: .\(oid)"
            case .timeTicks(let ticks): String(ticks)
            case .integer(let number): "INTEGER: \(number)"
            default: "\(row.value)"
            }
        return ".\(row.oid) = \(value)"
    }

    @Test(
        "each wrong credential has its own reason",
        .enabled(if: SNMPDaemon.isInstalled, "snmpd or snmpbulkwalk is not installed"))
    func wrongCredentials() async throws {
        let daemon = try SNMPDaemon()
        try await daemon.isReady(client)
        var unknown = SNMPDaemon.users[0]
        unknown.name = "nobody"
        let wrongDigest = SNMPDaemon.users[0].with(authenticationPassphrase: "another phrase")
        let wrongPrivacy = SNMPDaemon.users[0].with(privacyPassphrase: "another phrase")
        let cases: [(SNMPCredential, SNMPError.Code)] = [
            (.v2c(community: "private"), .wrongCommunity), (.v1(community: "private"), .wrongCommunity),
            (.v3(unknown), .unknownUser), (.v3(wrongDigest), .wrongAuthentication), (.v3(wrongPrivacy), .wrongPrivacy),
        ]
        for (credential, code) in cases {
            let asked = peer(daemon.ipv4, credential, timeout: .milliseconds(1500), retries: 0)
            let error = await failure { () throws(SNMPError) in
                try await client.get([sysUpTime], from: asked, deadline: soon)
            }
            #expect(error?.code == code, "\(credential): \(String(describing: error))")
            #expect(error?.description.contains("phrase") == false)
        }
    }

    @Test(
        "every pair of protocols and every security level of Debian's snmpd",
        .enabled(if: SNMPDaemon.isInstalled, "snmpd or snmpbulkwalk is not installed"))
    func everyPair() async throws {
        let daemon = try SNMPDaemon()
        try await daemon.isReady(client)
        #expect(SNMPDaemon.everyUser.count == 6 * 7 + 1)
        for user in SNMPDaemon.everyUser {
            let rows = try await client.get(
                [sysUpTime], from: peer(daemon.ipv4, .v3(user)), deadline: soon)
            guard case .timeTicks? = rows.first?.value else {
                Issue.record("\(user): \(rows)")
                continue
            }
        }
        let elsewhere = SNMPPeer(
            endpoint: daemon.ipv4, credential: .v3(SNMPDaemon.users[0]), context: "elsewhere",
            timeout: .milliseconds(500), retries: 0)
        let error = await failure { () throws(SNMPError) in
            try await client.get([sysUpTime], from: elsewhere, deadline: soon)
        }
        #expect(error?.code == .unknownContext)
    }

    @Test(
        "instances that are missing are exception values, with v1 too",
        .enabled(if: SNMPDaemon.isInstalled, "snmpd or snmpbulkwalk is not installed"))
    func missingInstances() async throws {
        let daemon = try SNMPDaemon()
        try await daemon.isReady(client)
        let sysName = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 5, 0])
        let missing = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 99, 0])
        let asked = [missing, sysName, missing] + Array(repeating: sysName, count: 150)
        for credential in [SNMPCredential.v2c(community: "public"), .v1(community: "public")] {
            let rows = try await client.get(asked, from: peer(daemon.ipv4, credential), deadline: soon)
            #expect(rows.map(\.oid) == asked)
            #expect(rows.map(\.value.isException) == asked.map { $0 == missing })
        }
    }

    // MARK: Against scripted agents

    /// Answers GETBULK over the instances `root.1 ... root.count`, with integers.
    private static func table(_ root: ObjectIdentifier, count: UInt32, _ request: PDU) -> PDU {
        let start = request.varBinds.first?.oid ?? root
        let index = start.components.count > root.components.count ? start.components[root.components.count] : 0
        let wanted = request.kind == .getBulk ? UInt32(max(request.errorIndex, 1)) : 1
        var rows: [VarBind] = []
        for row in (index + 1)..<(index + 1 + wanted) {
            guard row <= count else {
                rows.append(VarBind(ObjectIdentifier([1, 3, 7]), .integer(0)))
                break
            }
            rows.append(VarBind(root.appending(row), .integer(Int32(row))))
        }
        return PDU(.response, requestID: request.requestID, varBinds: rows)
    }

    private static let root = ObjectIdentifier([1, 3, 6, 1, 4, 1, 1])

    @Test("a walk halves its repetitions until the agent can answer, and gets every row")
    func tooBig() async throws {
        let largest = Mutex<Int32>(0)
        let agent = try ScriptedAgent { (request: PDU) in
            guard request.errorIndex <= 5 else {
                return PDU(.response, requestID: request.requestID, errorStatus: 1)
            }
            largest.withLock { $0 = max($0, request.errorIndex) }
            return Self.table(Self.root, count: 100, request)
        }
        let rows = try await client.walk(
            Self.root, from: peer(agent.endpoint), limits: WalkLimits(), deadline: soon)
        #expect(rows.map(\.value) == (1...100).map { SNMPValue.integer($0) })
        #expect(largest.withLock { $0 } == 3)
    }

    @Test("an agent that cuts long answers is asked for shorter ones")
    func cutAnswers() async throws {
        let agent = try ScriptedAgent { (bytes: [UInt8]) in
            guard var message = try? CommunityMessage(decoding: bytes), case .pdu(let request) = message.content else {
                return []
            }
            message.content = .pdu(Self.table(Self.root, count: 50, request))
            return [Array(message.encoded().prefix(200))]
        }
        let rows = try await client.walk(
            Self.root, from: peer(agent.endpoint), limits: WalkLimits(), deadline: soon)
        #expect(rows.count == 50)
    }

    @Test("an agent that loops is caught")
    func looping() async throws {
        let agent = try ScriptedAgent { (request: PDU) in
            PDU(
                .response, requestID: request.requestID,
                varBinds: [
                    VarBind(Self.root.appending(2), .integer(2)), VarBind(Self.root.appending(1), .integer(1)),
                ])
        }
        let error = await failure { () throws(SNMPError) in
            try await client.walk(Self.root, from: peer(agent.endpoint), limits: WalkLimits(), deadline: soon)
        }
        #expect(error?.code == .oidNotIncreasing)
        #expect(error?.detail.contains("1.3.6.1.4.1.1.1") == true)
    }

    @Test("an endless table ends at the limits of rows, bytes and time", arguments: ["rows", "bytes", "time"])
    func limits(_ which: String) async throws {
        let agent = try ScriptedAgent { (request: PDU) in Self.table(Self.root, count: .max - 1, request) }
        var limits = WalkLimits()
        switch which {
        case "rows": limits.rows = 100
        case "bytes": limits.bytes = 10_000
        default:
            limits.rows = .max
            limits.bytes = .max
            limits.time = .milliseconds(100)
        }
        let error = await failure { () throws(SNMPError) in
            try await client.walk(Self.root, from: peer(agent.endpoint), limits: limits, deadline: soon)
        }
        #expect(error?.code == .walkLimit)
    }

    @Test("a v1 walk asks row by row")
    func v1Walk() async throws {
        let agent = try ScriptedAgent { (request: PDU) in
            request.kind == .getNext ? Self.table(Self.root, count: 5, request) : nil
        }
        let rows = try await client.walk(
            Self.root, from: peer(agent.endpoint, .v1(community: "x")), limits: WalkLimits(), deadline: soon)
        #expect(rows.count == 5)
    }

    @Test("a closed port is known at once, after one more try")
    func closedPort() async throws {
        let endpoint = SNMPEndpoint(address: [127, 0, 0, 1], port: try freePort(.udp))
        let patient = peer(endpoint, timeout: .seconds(50), retries: 3)
        let error = await failure { () throws(SNMPError) in
            try await client.get([sysUpTime], from: patient, deadline: soon)
        }
        #expect(error?.code == .portClosed)
        try await eventually("one retry is counted") { client.counters.retries == 1 }
    }

    @Test("a silent address is a timeout, for a community as for a user")
    func silence() async throws {
        let socket = try LoopbackSocket()
        for credential in [SNMPCredential.v2c(community: "x"), .v3(SNMPDaemon.users[0])] {
            let asked = peer(socket.endpoint, credential, timeout: .milliseconds(20), retries: 2)
            let error = await failure { () throws(SNMPError) in
                try await client.get([sysUpTime], from: asked, deadline: soon)
            }
            #expect(error?.code == .timeout)
        }
        try await eventually("both are counted, and nothing waits") {
            client.counters.timeouts == 2 && client.counters.inFlight == 0
        }
    }

    @Test("a poll that must end sooner than its attempts ends at its deadline")
    func deadline() async throws {
        let socket = try LoopbackSocket()
        let error = await failure { () throws(SNMPError) in
            try await client.get(
                [sysUpTime], from: peer(socket.endpoint, timeout: .seconds(50)), deadline: .now + .milliseconds(50))
        }
        #expect(error?.code == .deadline)
    }

    @Test("rubbish is a malformed reply, not silence", arguments: ["", "00", "3003020101", "ffffffffffffffff"])
    func rubbish(_ hex: String) async throws {
        let agent = try ScriptedAgent { (_: [UInt8]) in [bytes(hex)] }
        let asked = peer(agent.endpoint, timeout: .milliseconds(50), retries: 1)
        let error = await failure { () throws(SNMPError) in
            try await client.get([sysUpTime], from: asked, deadline: soon)
        }
        #expect(error?.code == .malformedReply)
    }

    @Test("answers to what was not asked are not taken")
    func foreignAnswers() async throws {
        let agent = try ScriptedAgent { (request: PDU) in
            PDU(.response, requestID: request.requestID &+ 1000, varBinds: [VarBind(sysUpTime, .timeTicks(1))])
        }
        let other = try ScriptedAgent { (request: PDU) in
            PDU(.response, requestID: request.requestID, varBinds: [VarBind(Self.root, .timeTicks(1))])
        }
        for endpoint in [agent.endpoint, other.endpoint] {
            let asked = peer(endpoint, timeout: .milliseconds(50), retries: 0)
            let error = await failure { () throws(SNMPError) in
                try await client.get([sysUpTime], from: asked, deadline: soon)
            }
            #expect(error?.code == .malformedReply)
        }
    }

    @Test("a late reply to the first attempt counts, and the second is ignored")
    func lateReply() async throws {
        let held = Mutex<[[UInt8]]>([])
        let agent = try ScriptedAgent { (bytes: [UInt8]) in
            guard var message = try? CommunityMessage(decoding: bytes), case .pdu(let request) = message.content else {
                return []
            }
            message.content = .pdu(
                PDU(.response, requestID: request.requestID, varBinds: [VarBind(sysUpTime, .timeTicks(7))]))
            let reply = message.encoded()
            // The answers to both attempts leave together, at the second.
            return held.withLock { held in
                held.append(reply)
                return held.count == 2 ? held : []
            }
        }
        let asked = peer(agent.endpoint, timeout: .milliseconds(100), retries: 5)
        let rows = try await client.get([sysUpTime], from: asked, deadline: soon)
        #expect(rows == [VarBind(sysUpTime, .timeTicks(7))])
        try await eventually("the duplicate is counted") { client.counters.unmatched == 1 }
    }

    @Test("a lost answer is asked for again")
    func lostAnswer() async throws {
        let count = Mutex(0)
        let agent = try ScriptedAgent { (request: PDU) in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number % 2 == 1 ? nil : Self.table(Self.root, count: 20, request)
        }
        let asked = peer(agent.endpoint, timeout: .milliseconds(40), retries: 3)
        let rows = try await client.walk(Self.root, from: asked, limits: WalkLimits(), deadline: soon)
        #expect(rows.count == 20)
    }

    @Test("cancellation and closing end calls in flight")
    func cancellation() async throws {
        let socket = try LoopbackSocket()
        let asked = peer(socket.endpoint, timeout: .seconds(50))
        let client = client
        let cancelled = await withTaskGroup(of: SNMPError.Code?.self) { group in
            group.addTask {
                do throws(SNMPError) {
                    _ = try await client.get([sysUpTime], from: asked, deadline: .now + .seconds(60))
                    return nil
                } catch {
                    return error.code
                }
            }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(cancelled == .cancelled)
        async let inFlight = failure { () throws(SNMPError) in
            try await client.get([sysUpTime], from: asked, deadline: soon)
        }
        try await eventually("the request is out") { client.counters.inFlight == 1 }
        client.close()
        client.close()
        #expect(await inFlight?.code == .cancelled)
        let afterwards = await failure { () throws(SNMPError) in
            try await client.get([sysUpTime], from: asked, deadline: soon)
        }
        #expect(afterwards?.code == .cancelled)
    }

    @Test("many agents are asked at once, and a silent one delays nobody")
    func manyAgents() async throws {
        let silent = try LoopbackSocket()
        let agents = try (0..<4).map { _ in
            try ScriptedAgent { (request: PDU) in Self.table(Self.root, count: 200, request) }
        }
        let client = client
        async let nothing = failure { () throws(SNMPError) in
            try await client.get(
                [sysUpTime], from: peer(silent.endpoint, timeout: .seconds(50)), deadline: .now + .seconds(50))
        }
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<40 {
                let asked = peer(agents[number % agents.count].endpoint, timeout: .seconds(5), retries: 3)
                group.addTask {
                    try await client.walk(
                        Self.root, from: asked, limits: WalkLimits(), deadline: .now + .seconds(60)
                    ).count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: 200, count: 40))
        try await eventually("only the silent agent is waited for") { client.counters.inFlight == 1 }
        client.close()
        #expect(await nothing?.code == .cancelled)
    }

    @Test("walks over ::1")
    func ipv6() async throws {
        let agent = try ScriptedAgent(ipv6: true) { (request: PDU) in Self.table(Self.root, count: 30, request) }
        let rows = try await client.walk(
            Self.root, from: peer(agent.endpoint), limits: WalkLimits(), deadline: soon)
        #expect(rows.count == 30)
    }
}
