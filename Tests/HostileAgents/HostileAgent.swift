import Foundation
import SNMP
import SNMPWitness
import Synchronization
import TestSupport

/// Answers each question with a burst of replies that are wrong in some way.
final class HostileAgent: Sendable {
    enum Hostility: Int, CaseIterable {
        // What answers no question; it carries the poison.
        case otherRequestID, otherCommunityOrUser, otherPort, unauthentic, late
        // What is to be survived, but may be taken where it happens to be sound.
        case cut, flipped, long, otherTypes, repeated, empty, nonsense, noise

        var isPoisoned: Bool { rawValue <= Hostility.late.rawValue }
    }

    static let poison: UInt64 = 0xDEAD_BEEF_DEAD_BEEF
    static let root = ObjectIdentifier([1, 3, 6, 1, 4, 1, 7])
    static let plan = ReadPlan(
        instances: [root.appending(9, 0)], columns: (1...3).map { root.appending(UInt32($0)) })
    static let engineID: [UInt8] = [0x80, 0, 0, 0, 5, 66]
    private static let patience = Duration.milliseconds(20)
    fileprivate static let longestCall = Duration.milliseconds(300)

    private let agent: ScriptedAgent
    private let peer: SNMPPeer

    /// What forges replies: an engine that believes another pass phrase.
    private struct State {
        var generator: SeededGenerator
        var engine: AuthoritativeEngine
        var forger: AuthoritativeEngine
        /// Sent when another question comes and every call that could wait for them is over.
        var late: [(bytes: [UInt8], since: ContinuousClock.Instant)] = []

        mutating func keep(_ bytes: [UInt8]) {
            if late.count < 1_000 { late.append((bytes, .now)) }
        }

        mutating func takeLate(_ tally: Tally) -> [[UInt8]] {
            let due = late.prefix { $0.since.advanced(by: HostileAgent.longestCall * 3) < .now }.map(\.bytes)
            late.removeFirst(due.count)
            for _ in due { tally.sent(.late) }
            return due
        }
    }

    init(isSecure: Bool, seed: UInt64, tally: Tally) throws {
        let user = Self.user("proved and right")
        let engineID = Self.engineID + [UInt8(seed & 0xFF)]
        let state = Mutex(
            State(
                generator: SeededGenerator(seed: seed),
                engine: try AuthoritativeEngine(engineID: engineID, boots: 1, users: [user]),
                forger: try AuthoritativeEngine(
                    engineID: engineID, boots: 1, users: [Self.user("proved and wrong")])))
        let stranger = try LoopbackSocket()
        agent = try ScriptedAgent { (bytes: [UInt8], sender: [UInt8]) in
            state.withLock { state in
                isSecure
                    ? Self.secureReplies(to: bytes, &state, stranger, sender, tally)
                    : Self.replies(to: bytes, &state, stranger, sender, tally)
            }
        }
        peer = SNMPPeer(
            endpoint: agent.endpoint, credential: isSecure ? .v3(user) : .v2c(community: "public"),
            timeout: Self.patience, retries: 0)
    }

    static func user(_ phrase: String) -> USMUser {
        USMUser(
            name: "reader", security: .authPriv(USMUser.Secret(.sha, phrase), USMUser.Secret(.aes, "hidden and right")))
    }

    // MARK: Asking it

    func beAsked(by client: SNMPClient, kind: Int, _ tally: Tally) async {
        var memory = ReadMemory(Self.plan)
        while !tally.isReached {
            var values: [SNMPValue] = []
            var limits = WalkLimits()
            limits.rows = 500
            let deadline = ContinuousClock.now + Self.longestCall
            switch kind {
            case 0:
                let reading = await client.read(
                    Self.plan, instances: [0], memory: memory, from: peer, limits: limits, deadline: deadline)
                memory = reading.memory
                values = reading.scalars.compactMap { $0 } + reading.columns.flatMap { $0?.values ?? [] }
            case 1:
                let found = try? await client.get(
                    [Self.root.appending(9, 0), Self.root.appending(9, 1)], from: peer, deadline: deadline)
                values = found?.map(\.value) ?? []
            default:
                let found = try? await client.walk(Self.root, from: peer, limits: limits, deadline: deadline)
                values = found?.map(\.value) ?? []
            }
            tally.hostileCall()
            if values.contains(.counter64(Self.poison)) {
                tally.complain("call \(kind) to \(peer) brought a value of a reply that answers no question")
            }
        }
    }

    // MARK: Its replies

    /// What a sound agent would say, with this value everywhere.
    private static func answer(to request: PDU, _ value: SNMPValue) -> PDU {
        var response = PDU(.response, requestID: request.requestID)
        let rows = request.kind == .getBulk ? max(1, min(request.errorIndex, 20)) : 1
        for row in 0..<UInt32(rows) {
            response.varBinds += request.varBinds.map {
                VarBind(request.kind == .get ? $0.oid : $0.oid.appending(row + 1), value)
            }
        }
        return response
    }

    private static func burst(_ generator: inout SeededGenerator) -> [Hostility] {
        (0..<12).compactMap { _ in Hostility.allCases.randomElement(using: &generator) }
            // Long ones are few, so that they do not fill the socket's buffer.
            .filter { $0 != .long || Int.random(in: 0..<8, using: &generator) == 0 }
    }

    /// A reply that may be taken, or something like one.
    private static func damaged(
        _ hostility: Hostility, _ request: PDU, _ generator: inout SeededGenerator, seal: (PDU) -> [UInt8]
    ) -> [[UInt8]] {
        var pdu = answer(to: request, .gauge32(7))
        var bytes: [UInt8]
        switch hostility {
        case .long:
            let text = SNMPValue.octetString(Array(repeating: 0x41, count: 60_000))
            pdu.varBinds = pdu.varBinds.prefix(1).map { VarBind($0.oid, text) }
            return [seal(pdu)]
        case .otherTypes:
            for place in pdu.varBinds.indices { pdu.varBinds[place].value = generator.value() }
            return [seal(pdu)]
        case .repeated:
            bytes = seal(pdu)
            return [bytes, bytes]
        case .empty:
            pdu.varBinds = []
            return Bool.random(using: &generator) ? [seal(pdu)] : [[]]
        case .nonsense:
            pdu = generator.pdu([.report, .response, .trap, .getBulk])
            pdu.requestID = request.requestID
            return [seal(pdu)]
        case .noise: return [[0x30] + generator.bytes(upTo: 100)]
        case .cut:
            bytes = seal(pdu)
            return [Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))]
        default:
            bytes = seal(pdu)
            guard !bytes.isEmpty else { return [] }
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: bytes.indices, using: &generator)
                bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            }
            return [bytes]
        }
    }

    private static func replies(
        to bytes: [UInt8], _ state: inout State, _ stranger: LoopbackSocket, _ sender: [UInt8], _ tally: Tally
    ) -> [[UInt8]] {
        guard let message = try? CommunityMessage(decoding: bytes), case .pdu(let request) = message.content
        else { return [] }
        var replies = state.takeLate(tally)
        for hostility in burst(&state.generator) {
            var reply = message
            var poisoned = answer(to: request, .counter64(poison))
            switch hostility {
            case .otherRequestID: poisoned.requestID = Int32(truncatingIfNeeded: state.generator.next())
            case .otherCommunityOrUser, .unauthentic:
                reply.community = state.generator.bytes(upTo: 8) + [0]
                if Bool.random(using: &state.generator) {
                    reply.community = message.community
                    reply.version = .v1
                }
            default: break
            }
            reply.content = .pdu(poisoned)
            if hostility != .late { tally.sent(hostility) }
            switch hostility {
            case .otherPort: stranger.send(reply.encoded(), to: sender)
            case .late: state.keep(reply.encoded())
            case _ where hostility.isPoisoned: replies.append(reply.encoded())
            default:
                replies += damaged(hostility, request, &state.generator) { pdu in
                    CommunityMessage(
                        version: message.version, community: message.community, content: .pdu(pdu)
                    ).encoded()
                }
            }
        }
        return replies
    }

    private static func secureReplies(
        to bytes: [UInt8], _ state: inout State, _ stranger: LoopbackSocket, _ sender: [UInt8], _ tally: Tally
    ) -> [[UInt8]] {
        let pdu: PDU
        let request: AuthoritativeEngine.Request
        switch state.engine.process(bytes, time: 10) {
        case .request(let found, let about): (pdu, request) = (found, about)
        case .report(let reply): return [reply]
        case .drop: return []
        }
        var replies = state.takeLate(tally)
        for hostility in burst(&state.generator) {
            if hostility != .late { tally.sent(hostility) }
            var poisoned = answer(to: pdu, .counter64(poison))
            switch hostility {
            case .otherRequestID:
                poisoned.requestID = pdu.requestID &+ 1
                var other = request
                if Bool.random(using: &state.generator) { other.messageID = request.messageID &+ 1 }
                replies.append(state.engine.response(to: other, pdu: poisoned, time: 10))
            case .otherCommunityOrUser, .unauthentic:
                // Sealed with another key, or in clear under the same or another name.
                if Bool.random(using: &state.generator) {
                    replies.append(state.forger.response(to: request, pdu: poisoned, time: 10))
                } else {
                    let name = hostility == .unauthentic ? request.userName : state.generator.bytes(upTo: 8)
                    let message = SecureMessage(
                        messageID: request.messageID, flags: 0, engineID: state.engine.engineID, boots: 1, time: 10,
                        userName: name,
                        scoped: ScopedPDU(contextEngineID: state.engine.engineID, contextName: [], pdu: poisoned))
                    replies.append((try? message.encoded(keys: nil, salt: 0)) ?? [])
                }
            case .otherPort:
                stranger.send(state.engine.response(to: request, pdu: poisoned, time: 10), to: sender)
            case .late: state.keep(state.engine.response(to: request, pdu: poisoned, time: 10))
            default:
                var engine = state.engine
                replies += damaged(hostility, pdu, &state.generator) { engine.response(to: request, pdu: $0, time: 10) }
                state.engine = engine
            }
        }
        return replies
    }
}
