/// The side of SNMPv3 that owns the clock: an agent answering requests (RFC 3414 section 3.2, RFC 3412 section 7.2).
///
/// A value without I/O. Localised keys are computed once per user.
package struct AuthoritativeEngine: Sendable {
    package enum Outcome: Sendable {
        /// A request of a known user, authentic where the user has a key: answer it with `response(to:pdu:time:)`.
        case request(PDU, Request)
        /// Send these bytes back (discovery, wrong digest, not in time window, …).
        case report([UInt8])
        /// Not for us or not SNMPv3: say nothing.
        case drop
    }

    /// What a reply must repeat of its request.
    package struct Request: Sendable {
        package var messageID: Int32
        package var userName: [UInt8]
        package var contextEngineID: [UInt8]
        package var contextName: [UInt8]
        /// Of msgFlags those about security: 1 authenticated, 2 encrypted.
        package var flags: UInt8
    }

    package let engineID: [UInt8]
    private let boots: Int32
    private var keys: [[UInt8]: LocalizedKeys] = [:]
    /// Keys of users that only send traps.
    private var trapKeys: [USMUser: LocalizedKeys] = [:]
    /// Reports sent, by kind: the values of the usmStats counters.
    private var reports: [UInt32] = Array(repeating: 0, count: EngineReport.allCases.count)
    private var salt = UInt64.random(in: .min ... .max)

    /// Seconds by which a message may be off (RFC 3414 section 2.2.3).
    static let timeWindow: Int64 = 150

    /// - Parameters:
    ///   - engineID: 5...32 bytes.
    ///   - boots: snmpEngineBoots, at least 1.
    ///   - users: who has an authentication key must use it; encryption is used when a request uses it.
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
        let isKeyed = (authentication: keys.authentication != nil, privacy: keys.privacy != nil)
        guard message.isAuthenticated == isKeyed.authentication, isKeyed.privacy || !message.isEncrypted else {
            return report(.unsupportedSecurityLevels, about: message, time: time)
        }
        if message.isAuthenticated {
            guard message.isAuthentic(keys) else { return report(.wrongDigests, about: message, time: time) }
            guard message.boots == boots, boots != .max, abs(Int64(message.time) - Int64(time)) <= Self.timeWindow
            else { return report(.notInTimeWindows, about: message, time: time, keys: keys) }
        }
        let scoped: ScopedPDU
        do {
            scoped = try message.scopedPDU(keys)
        } catch {
            return message.isEncrypted ? report(.decryptionErrors, about: message, time: time) : .drop
        }
        switch scoped.pdu.kind {
        case .get, .getNext, .getBulk, .set, .inform:
            // An inform is about objects of its sender, so its context is the sender's.
            guard
                scoped.pdu.kind == .inform || scoped.contextEngineID.isEmpty || scoped.contextEngineID == engineID
            else { return .drop }
            let request = Request(
                messageID: message.messageID, userName: message.userName, contextEngineID: scoped.contextEngineID,
                contextName: scoped.contextName, flags: message.flags & ~SecureMessage.Flag.reportable)
            return .request(scoped.pdu, request)
        case .response, .trap, .report:
            return .drop
        }
    }

    /// The reply's bytes, sealed as the request was; empty when its user is unknown here.
    package mutating func response(to request: Request, pdu: PDU, time: Int32) -> [UInt8] {
        guard let keys = keys[request.userName] else { return [] }
        let message = SecureMessage(
            messageID: request.messageID, flags: request.flags, engineID: engineID, boots: boots, time: time,
            userName: request.userName,
            scoped: ScopedPDU(
                contextEngineID: request.contextEngineID.isEmpty ? engineID : request.contextEngineID,
                contextName: request.contextName, pdu: pdu))
        return (try? message.encoded(keys: keys, salt: nextSalt())) ?? []
    }

    /// The report that the context of a request is not known here, sealed as the request was.
    mutating func unknownContext(in request: Request, requestID: Int32, time: Int32) -> [UInt8] {
        let counter = count(.unknownContexts)
        return response(to: request, pdu: PDU(.report, requestID: requestID, varBinds: [counter]), time: time)
    }

    /// An SNMPv2-Trap this engine sends about itself, at the security level of `user`; empty when no key can be made of
    /// the user's pass phrases.
    package mutating func trap(_ pdu: PDU, user: USMUser, messageID: Int32, time: Int32) -> [UInt8] {
        guard let keys = trapKeys[user] ?? (try? LocalizedKeys(user, engineID: engineID)) else { return [] }
        trapKeys[user] = keys
        let message = SecureMessage(
            messageID: messageID, flags: keys.flags, engineID: engineID, boots: boots, time: time,
            userName: Array(user.name.utf8),
            scoped: ScopedPDU(contextEngineID: engineID, contextName: [], pdu: pdu))
        return (try? message.encoded(keys: keys, salt: nextSalt())) ?? []
    }

    /// Only the report about time is authenticated, so that its time can be believed (RFC 3414 section 3.2 step 7a).
    private mutating func report(
        _ report: EngineReport, about message: SecureMessage, time: Int32, keys: LocalizedKeys? = nil
    ) -> Outcome {
        let counter = count(report)
        guard message.isReportable else { return .drop }
        let requestID = (try? message.scopedPDU(nil).pdu.requestID) ?? 0
        let reply = SecureMessage(
            messageID: message.messageID, flags: keys == nil ? 0 : SecureMessage.Flag.authenticated,
            engineID: engineID, boots: boots, time: time, userName: message.userName,
            scoped: ScopedPDU(
                contextEngineID: engineID, contextName: [],
                pdu: PDU(.report, requestID: requestID, varBinds: [counter])))
        guard let bytes = try? reply.encoded(keys: keys, salt: 0) else { return .drop }
        return .report(bytes)
    }

    private mutating func count(_ report: EngineReport) -> VarBind {
        reports[report.rawValue] &+= 1
        return VarBind(report.oid, .counter32(reports[report.rawValue]))
    }

    private mutating func nextSalt() -> UInt64 {
        salt &+= 1
        return salt
    }
}
