/// Turns datagrams at the trap port into events and answers. A value without I/O.
package struct TrapDecoder {
    package enum Outcome {
        /// An authentic notification and, for an inform, its acknowledgement.
        case event(TrapEvent, reply: [UInt8]?)
        /// A step of SNMPv3 on the way to an inform.
        case reply([UInt8])
        /// Wrong community, unknown user, wrong digest or time; v3 says so to the sender.
        case unauthentic(reply: [UInt8]?)
        case malformed
    }

    /// What is known of a sender's clock (RFC 3414 section 2.3).
    private struct Clock {
        var boots: Int32
        var time: Int32
        var learnedAt: ContinuousClock.Instant
    }

    private var communities: Set<[UInt8]> = []
    /// By name: two groups of devices may have users of one name and different pass phrases.
    private var users: [[UInt8]: [USMUser]] = [:]
    private var ring = KeyRing()
    private var clocks: [[UInt8]: Clock] = [:]
    /// Whom informs are addressed to: of these the receiver owns the clock.
    private var engine: AuthoritativeEngine
    private let start: ContinuousClock.Instant

    /// Senders whose clock is remembered. Only authentic senders get here, so no stranger can fill it.
    private static let clockCapacity = 65_536

    /// - Parameter identity: who the receiver is to those who send informs.
    package init(
        credentials: [SNMPCredential], identity: EngineIdentity, start: ContinuousClock.Instant
    ) throws(SNMPError) {
        var all: [USMUser] = []
        for credential in credentials {
            switch credential {
            case .v1(let community), .v2c(let community): communities.insert(Array(community.utf8))
            case .v3(let user):
                users[Array(user.name.utf8), default: []].append(user)
                all.append(user)
            }
        }
        engine = try AuthoritativeEngine(engineID: identity.id, boots: identity.boots, users: all)
        self.start = start
    }

    package mutating func decode(_ bytes: [UInt8], from source: SNMPEndpoint, now: ContinuousClock.Instant) -> Outcome {
        do throws(SNMPError) {
            switch try SNMPVersion(of: bytes) {
            case .v1, .v2c: return try decodeCommunity(bytes, source)
            case .v3: return try decodeSecure(bytes, source, now)
            }
        } catch {
            return .malformed
        }
    }

    private func decodeCommunity(_ bytes: [UInt8], _ source: SNMPEndpoint) throws(SNMPError) -> Outcome {
        let message = try CommunityMessage(decoding: bytes)
        guard communities.contains(message.community) else { return .unauthentic(reply: nil) }
        switch message.content {
        case .trapV1(let trap):
            return .event(try TrapEvent(trap, from: source), reply: nil)
        case .pdu(let pdu):
            let event = try TrapEvent(pdu, from: source, version: Int(message.version.rawValue) + 1)
            guard pdu.kind == .inform else { return .event(event, reply: nil) }
            let reply = CommunityMessage(
                version: message.version, community: message.community, content: .pdu(Self.acknowledgement(of: pdu)))
            return .event(event, reply: reply.encoded())
        }
    }

    private static func acknowledgement(of inform: PDU) -> PDU {
        PDU(.response, requestID: inform.requestID, varBinds: inform.varBinds)
    }

    private mutating func decodeSecure(
        _ bytes: [UInt8], _ source: SNMPEndpoint, _ now: ContinuousClock.Instant
    ) throws(SNMPError) -> Outcome {
        let message = try SecureMessage(decoding: bytes)
        guard !message.engineID.isEmpty, message.engineID != engine.engineID else {
            return try decodeInform(bytes, source, isDiscovery: message.engineID.isEmpty, now)
        }
        for user in users[message.userName] ?? [] {
            let keys = try ring.keys(for: user, engineID: message.engineID)
            if keys.authentication == nil {
                guard !message.isAuthenticated, !message.isEncrypted else { continue }
            } else {
                guard message.isAuthentic(keys) else { continue }
                guard isTimely(message, now) else { return .unauthentic(reply: nil) }
            }
            let scoped = try message.scopedPDU(keys)
            guard scoped.pdu.kind == .trap else { return .malformed }
            return .event(try TrapEvent(scoped.pdu, from: source, version: 3), reply: nil)
        }
        // With the reportable flag it is an inform to the receiver that had this address before, and its sender must learn so.
        guard message.isReportable, case .report(let reply) = engine.process(bytes, time: engineTime(now)) else {
            return .unauthentic(reply: nil)
        }
        return .reply(reply)
    }

    private mutating func decodeInform(
        _ bytes: [UInt8], _ source: SNMPEndpoint, isDiscovery: Bool, _ now: ContinuousClock.Instant
    ) throws(SNMPError) -> Outcome {
        let time = engineTime(now)
        switch engine.process(bytes, time: time) {
        case .request(let pdu, let request):
            let event = try TrapEvent(pdu, from: source, version: 3)
            guard pdu.kind == .inform else { return .malformed }
            return .event(event, reply: engine.response(to: request, pdu: Self.acknowledgement(of: pdu), time: time))
        case .report(let reply): return isDiscovery ? .reply(reply) : .unauthentic(reply: reply)
        case .drop: return .malformed
        }
    }

    private func engineTime(_ now: ContinuousClock.Instant) -> Int32 {
        Int32(truncatingIfNeeded: min((now - start).components.seconds, Int64(Int32.max)))
    }

    /// Whether an authentic message is no old one sent again (RFC 3414 section 3.2 step 7b). Moves the sender's clock forward.
    private mutating func isTimely(_ message: SecureMessage, _ now: ContinuousClock.Instant) -> Bool {
        guard message.boots >= 0, message.time >= 0, message.boots < .max else { return false }
        if let clock = clocks[message.engineID] {
            let expected = Int64(clock.time) + (now - clock.learnedAt).components.seconds
            guard
                message.boots > clock.boots
                    || (message.boots == clock.boots
                        && Int64(message.time) >= expected - AuthoritativeEngine.timeWindow)
            else { return false }
            guard message.boots > clock.boots || message.time > clock.time else { return true }
        }
        if clocks.count >= Self.clockCapacity { clocks.removeAll() }
        clocks[message.engineID] = Clock(boots: message.boots, time: message.time, learnedAt: now)
        return true
    }
}
