/// What is known of the SNMPv3 engines of agents: identity, clock and keys (RFC 3414 section 2.3).
struct EngineDirectory {
    private struct Engine {
        var id: [UInt8]
        var boots: Int32
        /// snmpEngineTime when `learnedAt` was now.
        var time: Int32
        var learnedAt: ContinuousClock.Instant
    }

    private var engines: [SNMPEndpoint: Engine] = [:]
    private var ring = KeyRing()
    private var salt = UInt64.random(in: .min ... .max)

    /// More engines than this are forgotten and discovered anew.
    private static let capacity = 65_536

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
        if engines.count >= Self.capacity { engines.removeAll() }
        engines[endpoint] = Engine(
            id: message.engineID, boots: message.boots, time: message.time, learnedAt: now)
        return true
    }

    /// Moves the clock of a known engine forward to that of an authentic message (RFC 3414 section 3.2 step 7b).
    mutating func advance(to message: SecureMessage, at endpoint: SNMPEndpoint, now: ContinuousClock.Instant) {
        guard let engine = engines[endpoint],
            message.boots > engine.boots || (message.boots == engine.boots && message.time > engine.time)
        else { return }
        engines[endpoint]?.boots = message.boots
        engines[endpoint]?.time = message.time
        engines[endpoint]?.learnedAt = now
    }

    mutating func keys(for user: USMUser, engineID: [UInt8]) throws(SNMPError) -> LocalizedKeys {
        try ring.keys(for: user, engineID: engineID)
    }

    /// The bytes of an authenticated and, if `isPrivate`, encrypted request; nil while the engine is unknown.
    mutating func sealed(
        _ pdu: PDU, messageID: Int32, to endpoint: SNMPEndpoint, as user: USMUser, isPrivate: Bool = true,
        now: ContinuousClock.Instant
    ) throws(SNMPError) -> [UInt8]? {
        guard let engine = engines[endpoint] else { return nil }
        let keys = try keys(for: user, engineID: engine.id)
        let elapsed = max(0, (now - engine.learnedAt).components.seconds)
        let time = Int32(min(Int64(engine.time) + elapsed, Int64(Int32.max)))
        salt &+= 1
        let message = SecureMessage(
            messageID: messageID,
            flags: SecureMessage.Flag.authenticated | SecureMessage.Flag.reportable
                | (isPrivate ? SecureMessage.Flag.encrypted : 0),
            engineID: engine.id, boots: engine.boots, time: time, userName: Array(user.name.utf8),
            payload: .plain(ScopedPDU(contextEngineID: engine.id, contextName: [], pdu: pdu)))
        return try message.encoded(keys: keys, salt: salt)
    }

    /// A question without user or engine, which any SNMPv3 agent answers with a report that names its engine
    /// (RFC 3414 section 4).
    static func discovery(messageID: Int32) -> [UInt8] {
        let message = SecureMessage(
            messageID: messageID, flags: SecureMessage.Flag.reportable, engineID: [], boots: 0, time: 0, userName: [],
            payload: .plain(
                ScopedPDU(contextEngineID: [], contextName: [], pdu: PDU(.get, requestID: messageID))))
        return (try? message.encoded(keys: nil, salt: 0)) ?? []
    }
}
