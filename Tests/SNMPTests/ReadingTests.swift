import SNMP
import SNMPWitness
import Synchronization
import TestSupport
import Testing

@Suite("Reading of columns") struct ReadingTests {
    private let client: SNMPClient

    init() throws {
        client = try SNMPClient()
    }

    private static let root = ObjectIdentifier([1, 3, 6, 1, 4, 1, 7])

    /// The objects of an agent and its weaknesses.
    private struct Agent {
        /// Of the table's columns 1… the cells by index.
        var columns: [[[UInt32]: SNMPValue]] = []
        /// Variable bindings in one answer at most; the answer is cut.
        var cut = Int.max
        /// Above this many it answers tooBig.
        var tooBig = Int.max
        var requests = 0

        /// Everything, in the order of names; what lies behind the table as well.
        var objects: [VarBind] {
            var objects = columns.enumerated().flatMap { number, cells in
                cells.map {
                    VarBind(ReadingTests.root.appending(UInt32(number + 1)).appending($0.key), $0.value)
                }
            }
            objects.append(VarBind(ReadingTests.root.appending(99, 1), .integer(0)))
            return objects.sorted { $0.oid < $1.oid }
        }

        mutating func answer(_ request: PDU) -> PDU {
            requests += 1
            let objects = objects
            var response = PDU(.response, requestID: request.requestID)
            func next(_ oid: ObjectIdentifier) -> VarBind? { objects.first { oid < $0.oid } }
            switch request.kind {
            case .getNext:
                for (place, asked) in request.varBinds.enumerated() {
                    guard let found = next(asked.oid) else {
                        return PDU(
                            .response, requestID: request.requestID, errorStatus: 2, errorIndex: Int32(place + 1),
                            varBinds: request.varBinds)
                    }
                    response.varBinds.append(found)
                }
            case .getBulk:
                var names = request.varBinds.map(\.oid)
                if names.count * Int(request.errorIndex) > tooBig {
                    response.errorStatus = 1
                    return response
                }
                for _ in 0..<request.errorIndex {
                    for place in names.indices where response.varBinds.count < cut {
                        let found = next(names[place]) ?? VarBind(names[place], .endOfMibView)
                        response.varBinds.append(found)
                        names[place] = found.oid
                    }
                }
            default:
                response.varBinds = request.varBinds.map { asked in
                    objects.first { $0.oid == asked.oid } ?? VarBind(asked.oid, .noSuchInstance)
                }
            }
            return response
        }
    }

    private static func randomCells(_ generator: inout SeededGenerator) -> [[UInt32]: SNMPValue] {
        var cells: [[UInt32]: SNMPValue] = [:]
        for _ in 0..<Int.random(in: 0...60, using: &generator) {
            let length = Int.random(in: 1...2, using: &generator)
            let index = (0..<length).map { _ in
                [UInt32.random(in: 0...60, using: &generator), .random(in: 0...UInt32.max, using: &generator)]
                    .randomElement(using: &generator) ?? 0
            }
            cells[index] = randomValue(&generator)
        }
        return cells
    }

    private static func randomValue(_ generator: inout SeededGenerator) -> SNMPValue {
        switch Int.random(in: 0...3, using: &generator) {
        case 0: .octetString((0..<Int.random(in: 0...9, using: &generator)).map { UInt8($0) })
        case 1: .counter64(.random(in: 0 ... .max, using: &generator))
        case 2: .integer(.random(in: .min ... .max, using: &generator))
        default: .gauge32(.random(in: 0 ... .max, using: &generator))
        }
    }

    @Test(
        "whatever the agent's rows and however they change, each reading is what the agent has", arguments: 1...16)
    func equalsTheAgent(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var first = Agent()
        let common = Self.randomCells(&generator)
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            first.columns.append(Bool.random(using: &generator) ? common : Self.randomCells(&generator))
        }
        if seed % 3 == 0 { first.cut = Int.random(in: 1...20, using: &generator) }
        if seed % 4 == 0 { first.tooBig = Int.random(in: 1...20, using: &generator) }
        let state = Mutex(first)
        let agent = try ScriptedAgent { (request: PDU) in state.withLock { $0.answer(request) } }
        let credential: SNMPCredential =
            seed % 5 == 0 ? .v1(community: "public") : .v2c(community: "public")
        let peer = SNMPPeer(endpoint: agent.endpoint, credential: credential, timeout: .seconds(20))
        let plan = ReadPlan(
            instances: [], columns: (1...7).map { Self.root.appending(UInt32($0)) })
        var memory = ReadMemory(plan)
        for round in 0..<6 {
            let reading = await client.read(
                plan, instances: [], memory: memory, from: peer, deadline: .now + .seconds(120))
            #expect(reading.failure == nil)
            memory = reading.memory
            let columns = state.withLock { $0.columns }
            for (number, found) in reading.columns.enumerated() {
                let expected = (columns.indices.contains(number) ? columns[number] : [:])
                    .sorted { $0.key.lexicographicallyPrecedes($1.key) }
                let indexes = (0..<(found?.rows.count ?? 0)).map { found?.rows.index($0) ?? [] }
                #expect(indexes == expected.map(\.key), "round \(round), column \(number)")
                #expect(found?.values == expected.map(\.value), "round \(round), column \(number)")
            }
            state.withLock { agent in
                let column = Int.random(in: 0..<agent.columns.count, using: &generator)
                for key in agent.columns[column].keys { agent.columns[column][key] = Self.randomValue(&generator) }
                if round % 2 == 1 {
                    let index = [UInt32.random(in: 0...60, using: &generator)]
                    agent.columns[column][index] =
                        agent.columns[column][index] == nil ? Self.randomValue(&generator) : nil
                }
            }
        }
    }

    @Test("rows that stay are one object, shared by columns and readings, and cost a packet for each full answer")
    func steadyTable() async throws {
        var first = Agent()
        for _ in 0..<20 {
            first.columns.append(
                Dictionary(uniqueKeysWithValues: (1...48).map { ([UInt32($0)], SNMPValue.counter64(.max)) }))
        }
        let state = Mutex(first)
        let agent = try ScriptedAgent { (request: PDU) in state.withLock { $0.answer(request) } }
        let peer = SNMPPeer(endpoint: agent.endpoint, credential: .v2c(community: "public"))
        let plan = ReadPlan(instances: [], columns: (1...20).map { Self.root.appending(UInt32($0)) })
        var memory = ReadMemory(plan)
        var rows: [ColumnRows] = []
        for round in 0..<3 {
            state.withLock { $0.requests = 0 }
            let reading = await client.read(
                plan, instances: [], memory: memory, from: peer, deadline: .now + .seconds(60))
            memory = reading.memory
            let found = reading.columns.compactMap { $0?.rows }
            #expect(found.count == 20 && found.allSatisfy { $0 === found[0] })
            rows.append(found[0])
            // 20 columns of 49 bindings of 23 bytes each: 17.3 answers of 1,300 bytes.
            if round > 0 { #expect(state.withLock { $0.requests } <= 20) }
        }
        #expect(rows.allSatisfy { $0 === rows[0] })
    }

    @Test("columns that the agent lacks cost one packet together, and are seen when they come")
    func absentColumns() async throws {
        let state = Mutex(Agent())
        let agent = try ScriptedAgent { (request: PDU) in state.withLock { $0.answer(request) } }
        let peer = SNMPPeer(endpoint: agent.endpoint, credential: .v2c(community: "public"))
        let plan = ReadPlan(instances: [], columns: (1...20).map { Self.root.appending(UInt32($0)) })
        var memory = ReadMemory(plan)
        for round in 0..<3 {
            state.withLock { agent in
                agent.requests = 0
                if round == 2 { agent.columns = [[:], [[4]: .integer(1), [9]: .integer(2)]] }
            }
            let reading = await client.read(
                plan, instances: [], memory: memory, from: peer, deadline: .now + .seconds(60))
            memory = reading.memory
            #expect(reading.failure == nil)
            if round == 1 { #expect(state.withLock { $0.requests } == 1) }
            #expect(reading.columns[1]?.values == (round < 2 ? [] : [.integer(1), .integer(2)]))
            #expect(reading.columns[19]?.values == [])
        }
    }

    @Test("a way that carries no long answers costs time-outs in three readings, then none")
    func shortWay() async throws {
        var first = Agent()
        first.columns = [Dictionary(uniqueKeysWithValues: (1...200).map { ([UInt32($0)], SNMPValue.counter64(.max)) })]
        let state = Mutex(first)
        let agent = try ScriptedAgent { (request: PDU) in
            let answer = state.withLock { $0.answer(request) }
            return answer.varBinds.count > 20 ? nil : answer
        }
        let peer = SNMPPeer(
            endpoint: agent.endpoint, credential: .v2c(community: "public"), timeout: .milliseconds(100), retries: 4)
        let plan = ReadPlan(instances: [], columns: [Self.root.appending(1)])
        var memory = ReadMemory(plan)
        var retries: [Int] = []
        for _ in 0..<6 {
            let before = client.counters.retries
            let reading = await client.read(
                plan, instances: [], memory: memory, from: peer, deadline: .now + .seconds(60))
            memory = reading.memory
            #expect(reading.failure == nil)
            #expect(reading.columns[0]?.values.count == 200)
            retries.append(client.counters.retries - before)
        }
        // The first reading knows no rows and asks for 16 at a time.
        #expect(retries[0] == 0)
        #expect(retries[1] > 0 && retries[2] > 0 && retries[3] > 0)
        #expect(retries[4...].allSatisfy { $0 == 0 })
    }

    @Test("a column that loops or breaks the agent costs that column, not the others")
    func brokenColumn() async throws {
        let agent = try ScriptedAgent { (request: PDU) in
            let varBinds = request.varBinds.map { asked in
                asked.oid.starts(with: Self.root.appending(2))
                    ? VarBind(Self.root.appending(2, 5), .integer(1))
                    : asked.oid.components.last == 9
                        ? VarBind(ObjectIdentifier([2, 5]), .endOfMibView)
                        : VarBind(asked.oid.appending(9), .integer(7))
            }
            return PDU(.response, requestID: request.requestID, varBinds: varBinds)
        }
        let peer = SNMPPeer(endpoint: agent.endpoint, credential: .v2c(community: "public"))
        let plan = ReadPlan(instances: [], columns: (1...3).map { Self.root.appending(UInt32($0)) })
        let reading = await client.read(
            plan, instances: [], memory: ReadMemory(plan), from: peer, deadline: .now + .seconds(60))
        #expect(reading.failure?.code == .oidNotIncreasing)
        #expect(reading.columns.map { $0?.values } == [[.integer(7)], nil, [.integer(7)]])
    }

    @Test("a reply of another community, version or port is not taken")
    func foreignReplies() async throws {
        let plan = ReadPlan(instances: [sysUpTime], columns: [])
        for change in ["community", "version", "port"] {
            let sender = try LoopbackSocket()
            let agent = try ScriptedAgent { (bytes: [UInt8]) in
                guard var message = try? CommunityMessage(decoding: bytes), case .pdu(let request) = message.content
                else { return [] }
                message.content = .pdu(
                    PDU(.response, requestID: request.requestID, varBinds: [VarBind(sysUpTime, .timeTicks(7))]))
                if change == "community" { message.community = Array("other".utf8) }
                if change == "version" { message.version = .v1 }
                guard change == "port" else { return [message.encoded()] }
                sender.send(message.encoded(), to: sender.endpoint)
                return []
            }
            let peer = SNMPPeer(
                endpoint: agent.endpoint, credential: .v2c(community: "public"), timeout: .milliseconds(50), retries: 0)
            let reading = await client.read(
                plan, instances: [0], memory: ReadMemory(plan), from: peer, deadline: .now + .seconds(5))
            #expect(reading.scalars == [nil], "\(change)")
            #expect(!reading.isAnswered, "\(change)")
            #expect(reading.failure != nil, "\(change)")
        }
    }
}

@Suite("Timer wheel") struct TimerWheelTests {
    @Test("items come when they are due, neither early nor more than a tick late, over many turns of the wheel")
    func due() {
        var generator = SeededGenerator(seed: 4)
        let origin = ContinuousClock.now
        var wheel = TimerWheel<Duration>(startingAt: origin)
        var now = Duration.zero
        var waiting: Set<Duration> = []
        for _ in 0..<3_000 {
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                let longest = [1_000, 20_000_000, 60_000_000].randomElement(using: &generator) ?? 0
                let time = now + .microseconds(Int.random(in: 0...longest, using: &generator))
                if waiting.insert(time).inserted { wheel.insert(time, at: origin + time) }
            }
            now += .microseconds(
                Int.random(in: 0...40_000_000, using: &generator) / (Bool.random(using: &generator) ? 1 : 1_000))
            let due = wheel.take(dueAt: origin + now)
            #expect(due.allSatisfy { $0 <= now && waiting.contains($0) })
            waiting.subtract(due)
            #expect(waiting.allSatisfy { $0 > now - TimerWheel<Duration>.tickLength })
            #expect(wheel.count == waiting.count)
            if let next = wheel.next, let first = waiting.min() {
                #expect(next <= origin + max(first, now) + TimerWheel<Duration>.tickLength)
            } else {
                #expect(waiting.isEmpty)
            }
        }
    }
}
