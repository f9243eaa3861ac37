/// The side of SNMPv3 that owns the clock: an agent answering requests (RFC 3414 section 3.2, RFC 3412 section 7.2).
///
/// A value without I/O. Localised keys are computed once per user.
package struct AuthoritativeEngine: Sendable {
    package enum Outcome: Sendable {
        /// An authentic request: answer it with `response(to:pdu:)`.
        case request(PDU, Request)
        /// Send these bytes back (discovery, wrong digest, not in time window, …).
        case report([UInt8])
        /// Not for us or not SNMPv3: say nothing.
        case drop
    }

    /// What a reply must repeat of its request.
    package struct Request: Sendable {
        var messageID: Int32
        var userName: [UInt8]
        var contextEngineID: [UInt8]
        var contextName: [UInt8]
        var isPrivate: Bool
        var isAuthenticated: Bool
    }

    package let engineID: [UInt8]
    private let boots: Int32
    private var keys: [[UInt8]: LocalizedKeys] = [:]
    /// Keys of users that only send traps.
    private var trapKeys: [USMUser: LocalizedKeys] = [:]
    /// Reports sent, by kind: the values of the usmStats counters.
    private var reports: [UInt32] = Array(repeating: 0, count: 7)
    private var salt = UInt64.random(in: .min ... .max)

    /// Seconds by which a message may be off (RFC 3414 section 2.2.3).
    static let timeWindow: Int64 = 150

    /// - Parameters:
    ///   - engineID: 5...32 bytes.
    ///   - boots: snmpEngineBoots, at least 1.
    ///   - users: each is asked for authentication; encryption is used when a request uses it.
    package init(engineID: [UInt8], boots: Int32, users: [USMUser]) throws(SNMPError) {
        guard (5...32).contains(engineID.count) else {
            throw SNMPError(.system, "expected an engine identifier of 5 to 32 bytes, found \(engineID.count)")
        }
        guard boots >= 1 else { throw SNMPError(.system, "expected snmpEngineBoots of at least 1, found \(boots)") }
        self.engineID = engineID
        self.boots = boots
        for user in users { keys[Array(user.name.utf8)] = try LocalizedKeys(user, engineID: engineID) }
    }

    /// - Parameter time: snmpEngineTime now, in seconds.
    package mutating func process(_ datagram: [UInt8], time: Int32) -> Outcome {
        guard let message = try? SecureMessage(decoding: datagram), message.isAuthenticated || !message.isEncrypted
        else { return .drop }
        guard message.engineID == engineID else { return report(.unknownEngineIDs, about: message, time: time) }
        guard let keys = keys[message.userName] else { return report(.unknownUserNames, about: message, time: time) }
        guard message.isAuthenticated else {
            return report(.unsupportedSecurityLevels, about: message, time: time)
        }
        guard message.isAuthentic(keys) else { return report(.wrongDigests, about: message, time: time) }
        guard message.boots == boots, boots != .max, abs(Int64(message.time) - Int64(time)) <= Self.timeWindow else {
            return report(.notInTimeWindows, about: message, time: time, keys: keys)
        }
        let scoped: ScopedPDU
        do {
            scoped = try message.opened(keys)
        } catch {
            return report(.decryptionErrors, about: message, time: time)
        }
        switch scoped.pdu.kind {
        case .get, .getNext, .getBulk, .set, .inform:
            // An inform is about objects of its sender, so its context is the sender's.
            guard
                scoped.pdu.kind == .inform || scoped.contextEngineID.isEmpty || scoped.contextEngineID == engineID
            else { return .drop }
            let request = Request(
                messageID: message.messageID, userName: message.userName, contextEngineID: scoped.contextEngineID,
                contextName: scoped.contextName, isPrivate: message.isEncrypted, isAuthenticated: true)
            return .request(scoped.pdu, request)
        case .response, .trap, .report:
            return .drop
        }
    }

    /// The reply's bytes, sealed as the request was; empty when its user is unknown here.
    package mutating func response(to request: Request, pdu: PDU, time: Int32) -> [UInt8] {
        guard let keys = keys[request.userName] else { return [] }
        var flags: UInt8 = 0
        if request.isAuthenticated { flags |= SecureMessage.Flag.authenticated }
        if request.isPrivate { flags |= SecureMessage.Flag.encrypted }
        let message = SecureMessage(
            messageID: request.messageID, flags: flags, engineID: engineID, boots: boots, time: time,
            userName: request.userName,
            payload: .plain(
                ScopedPDU(
                    contextEngineID: request.contextEngineID.isEmpty ? engineID : request.contextEngineID,
                    contextName: request.contextName, pdu: pdu)))
        return (try? message.encoded(keys: keys, salt: nextSalt())) ?? []
    }

    /// An SNMPv2-Trap this engine sends about itself, authenticated and encrypted as `user`; empty when no key can be made of
    /// the user's pass phrases.
    package mutating func trap(_ pdu: PDU, user: USMUser, messageID: Int32, time: Int32) -> [UInt8] {
        guard let keys = trapKeys[user] ?? (try? LocalizedKeys(user, engineID: engineID)) else { return [] }
        trapKeys[user] = keys
        let message = SecureMessage(
            messageID: messageID, flags: SecureMessage.Flag.authenticated | SecureMessage.Flag.encrypted,
            engineID: engineID, boots: boots, time: time, userName: Array(user.name.utf8),
            payload: .plain(ScopedPDU(contextEngineID: engineID, contextName: [], pdu: pdu)))
        return (try? message.encoded(keys: keys, salt: nextSalt())) ?? []
    }

    /// Only the report about time is authenticated, so that its time can be believed (RFC 3414 section 3.2 step 7a).
    private mutating func report(
        _ report: USMReport, about message: SecureMessage, time: Int32, keys: LocalizedKeys? = nil
    ) -> Outcome {
        reports[Int(report.rawValue)] &+= 1
        guard message.isReportable else { return .drop }
        var requestID: Int32 = 0
        if case .plain(let scoped) = message.payload { requestID = scoped.pdu.requestID }
        let counter = VarBind(report.oid, .counter32(reports[Int(report.rawValue)]))
        let reply = SecureMessage(
            messageID: message.messageID, flags: keys == nil ? 0 : SecureMessage.Flag.authenticated,
            engineID: engineID, boots: boots, time: time, userName: message.userName,
            payload: .plain(
                ScopedPDU(
                    contextEngineID: engineID, contextName: [],
                    pdu: PDU(.report, requestID: requestID, varBinds: [counter]))))
        guard let bytes = try? reply.encoded(keys: keys, salt: 0) else { return .drop }
        return .report(bytes)
    }

    private mutating func nextSalt() -> UInt64 {
        salt &+= 1
        return salt
    }
}
