/// What is known of the SNMPv3 engines of agents: identity, clock and keys (RFC 3414 section 2.3).
///
/// Each address has a clock of its own, so that agents which share an identifier, as copies of one virtual machine do, keep
/// answering.
struct EngineDirectory {
    /// What a request is sealed with, beside the engine.
    struct Sealing {
        var user: USMUser
        var context: String
        /// False for a question that shows only whether the agent knows the user.
        var isPrivate = true
    }

    /// How a message's time stands to an engine's clock.
    enum Timeliness {
        case timely
        /// By so many seconds, or of an earlier boot.
        case late(String)
    }

    private struct Engine {
        var id: [UInt8]
        var boots: Int32
        /// snmpEngineTime when `learnedAt` was now.
        var time: Int32
        var learnedAt: ContinuousClock.Instant
        /// The identifier that was known before, until an authentic message proves the present one.
        var replaced: [UInt8]?

        func time(_ now: ContinuousClock.Instant) -> Int64 {
            min(Int64(time) + max(0, (now - learnedAt).components.seconds), Int64(Int32.max))
        }
    }

    private var engines: [SNMPEndpoint: Engine] = [:]
    /// Where each identifier was seen.
    private var places: [[UInt8]: [SNMPEndpoint]] = [:]
    private var ring = KeyRing()
    private var salt = UInt64.random(in: .min ... .max)

    /// More engines than this are forgotten and discovered anew.
    private static let capacity = 65_536
    /// Clocks of one engine seen through two addresses differ by less, in seconds.
    private static let clockTolerance: Int64 = 10

    func isKnown(_ endpoint: SNMPEndpoint) -> Bool {
        engines[endpoint] != nil
    }

    func engineID(of endpoint: SNMPEndpoint) -> [UInt8]? {
        engines[endpoint]?.id
    }

    /// Takes identity and clock from a message; the caller decides whether it can be believed.
    ///
    /// - Returns: false when the identity has no permitted length (RFC 3411 section 5, SnmpEngineID).
    mutating func learn(
        from message: SecureMessage, at endpoint: SNMPEndpoint, now: ContinuousClock.Instant
    ) -> Bool {
        guard (5...32).contains(message.engineID.count) else { return false }
        if engines.count >= Self.capacity {
            engines.removeAll()
            places.removeAll()
        }
        var engine = Engine(id: message.engineID, boots: message.boots, time: message.time, learnedAt: now)
        if let known = engines[endpoint] {
            let before = known.replaced ?? known.id
            engine.replaced = before == engine.id ? nil : before
            if known.id != engine.id { places[known.id]?.removeAll { $0 == endpoint } }
        }
        if engines[endpoint]?.id != engine.id { places[engine.id, default: []].append(endpoint) }
        engines[endpoint] = engine
        return true
    }

    /// Moves the clock of a known engine forward to that of an authentic message (RFC 3414 section 3.2 step 7b).
    ///
    /// - Returns: how the message stands to the clock; the clock is not moved by a late one.
    mutating func advance(
        to message: SecureMessage, at endpoint: SNMPEndpoint, now: ContinuousClock.Instant
    ) -> Timeliness {
        guard let engine = engines[endpoint] else { return .timely }
        guard message.boots >= engine.boots else { return .late("boots \(message.boots) after \(engine.boots)") }
        guard message.boots == engine.boots else {
            engines[endpoint]?.boots = message.boots
            engines[endpoint]?.time = message.time
            engines[endpoint]?.learnedAt = now
            return .timely
        }
        let behind = engine.time(now) - Int64(message.time)
        guard behind <= AuthoritativeEngine.timeWindow else { return .late("\(behind) seconds old") }
        if message.time > engine.time {
            engines[endpoint]?.time = message.time
            engines[endpoint]?.learnedAt = now
        }
        return .timely
    }

    /// What an operator should know of an engine that answers: to be called after a believable answer. A change of identifier
    /// is told once, a twin as long as there is one.
    mutating func peculiarity(of endpoint: SNMPEndpoint, now: ContinuousClock.Instant) -> SNMPError? {
        guard let engine = engines[endpoint] else { return nil }
        if let before = engine.replaced {
            engines[endpoint]?.replaced = nil
            return SNMPError(
                .engineIDChanged, "expected engine identifier \(Self.text(before)), found \(Self.text(engine.id))")
        }
        guard let places = places[engine.id], places.count > 1 else { return nil }
        for place in places.suffix(Self.twinsCompared) where place != endpoint {
            guard let other = engines[place] else { continue }
            guard other.boots != engine.boots || abs(other.time(now) - engine.time(now)) > Self.clockTolerance
            else { continue }
            return SNMPError(
                .duplicateEngineID,
                "engine identifier \(Self.text(engine.id)) is also that of \(place), which has another clock")
        }
        return nil
    }

    /// One is enough to tell.
    private static let twinsCompared = 8

    private static func text(_ engineID: [UInt8]) -> String {
        engineID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    mutating func keys(for user: USMUser, engineID: [UInt8]) throws(SNMPError) -> LocalizedKeys {
        try ring.keys(for: user, engineID: engineID)
    }

    /// The bytes of a request at the user's security level; nil while the engine is unknown.
    mutating func sealed(
        _ pdu: PDU, messageID: Int32, to endpoint: SNMPEndpoint, _ sealing: Sealing, now: ContinuousClock.Instant
    ) throws(SNMPError) -> [UInt8]? {
        guard let engine = engines[endpoint] else { return nil }
        let keys = try keys(for: sealing.user, engineID: engine.id)
        salt &+= 1
        let message = SecureMessage(
            messageID: messageID,
            flags: SecureMessage.Flag.reportable
                | (sealing.isPrivate ? keys.flags : keys.flags & ~SecureMessage.Flag.encrypted),
            engineID: engine.id, boots: engine.boots, time: Int32(engine.time(now)),
            userName: Array(sealing.user.name.utf8),
            scoped: ScopedPDU(
                contextEngineID: engine.id, contextName: Array(sealing.context.utf8), pdu: pdu))
        return try message.encoded(keys: keys, salt: salt)
    }

    /// A question without user or engine, which any SNMPv3 agent answers with a report that names its engine
    /// (RFC 3414 section 4).
    static func discovery(messageID: Int32) -> [UInt8] {
        let message = SecureMessage(
            messageID: messageID, flags: SecureMessage.Flag.reportable, engineID: [], boots: 0, time: 0, userName: [],
            scoped: ScopedPDU(contextEngineID: [], contextName: [], pdu: PDU(.get, requestID: messageID)))
        return (try? message.encoded(keys: nil, salt: 0)) ?? []
    }
}
