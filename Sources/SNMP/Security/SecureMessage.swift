/// A message of SNMPv3 under the User-based Security Model (RFC 3412 section 6, RFC 3414 section 2.4), still sealed.
struct SecureMessage: Sendable {
    /// Bits of msgFlags.
    enum Flag {
        static let authenticated: UInt8 = 1
        static let encrypted: UInt8 = 2
        static let reportable: UInt8 = 4
    }

    enum Payload: Sendable {
        case plain(ScopedPDU)
        case encrypted([UInt8])
    }

    /// USM's number among security models.
    static let securityModel: Int32 = 3

    /// What this side can receive: any UDP datagram.
    static let maxSize: Int32 = 65507

    var messageID: Int32
    var flags: UInt8
    var engineID: [UInt8]
    var boots: Int32
    var time: Int32
    var userName: [UInt8]
    var privacyParameters: [UInt8] = []
    var payload: Payload

    /// Where the digest lies; empty when there is none.
    private(set) var digest: [UInt8] = []
    /// The whole message with the digest zeroed, for checking it. Empty in a message made here.
    private var digestInput: [UInt8] = []

    var isAuthenticated: Bool { flags & Flag.authenticated != 0 }
    var isEncrypted: Bool { flags & Flag.encrypted != 0 }
    var isReportable: Bool { flags & Flag.reportable != 0 }

    init(
        messageID: Int32, flags: UInt8, engineID: [UInt8], boots: Int32, time: Int32, userName: [UInt8],
        payload: Payload
    ) {
        self.messageID = messageID
        self.flags = flags
        self.engineID = engineID
        self.boots = boots
        self.time = time
        self.userName = userName
        self.payload = payload
    }

    // MARK: Encoding

    /// The bytes; with keys, sealed as the flags say.
    func encoded(keys: LocalizedKeys?, salt: UInt64) throws(SNMPError) -> [UInt8] {
        var message = self
        if isEncrypted, let keys, case .plain(let scoped) = payload {
            let (bytes, parameters) = try keys.encrypted(scoped.encoded(), boots: boots, time: time, salt: salt)
            message.payload = .encrypted(bytes)
            message.privacyParameters = parameters
        }
        guard isAuthenticated, let keys else { return message.encoded(digestBytes: 0).bytes }
        var (bytes, offset) = message.encoded(digestBytes: keys.authentication.digestBytes)
        let digest = try keys.digest(of: bytes)
        bytes.replaceSubrange(offset..<(offset + digest.count), with: digest)
        return bytes
    }

    /// The message with a digest of zeros, and the digest's offset.
    private func encoded(digestBytes: Int) -> (bytes: [UInt8], digestOffset: Int) {
        var writer = BERWriter()
        switch payload {
        case .plain(let scoped): writer.write(scoped)
        case .encrypted(let bytes): writer.write(BERTag.octetString, bytes: bytes)
        }
        let parameters = writer.count
        writer.write(BERTag.octetString, bytes: privacyParameters)
        let behindDigest = writer.count
        writer.write(BERTag.octetString, bytes: Array(repeating: 0, count: digestBytes))
        writer.write(BERTag.octetString, bytes: userName)
        writer.write(signed: time)
        writer.write(signed: boots)
        writer.write(BERTag.octetString, bytes: engineID)
        writer.wrap(BERTag.sequence, since: parameters)
        writer.wrap(BERTag.octetString, since: parameters)
        let header = writer.count
        writer.write(signed: Self.securityModel)
        writer.write(BERTag.octetString, bytes: [flags])
        writer.write(signed: Self.maxSize)
        writer.write(signed: messageID)
        writer.wrap(BERTag.sequence, since: header)
        writer.write(signed: SNMPVersion.v3.rawValue)
        writer.wrap(BERTag.sequence, since: 0)
        return (writer.bytes, writer.count - behindDigest - digestBytes)
    }

    // MARK: Decoding

    /// Bytes behind the message are ignored.
    ///
    /// - Throws: `.malformedReply`; never traps on any bytes.
    init(decoding bytes: [UInt8]) throws(SNMPError) {
        self = try bytes.read { (reader) throws(SNMPError) in try SecureMessage(&reader) }
    }

    /// - Parameter reader: of the whole datagram.
    init(_ reader: inout BERReader) throws(SNMPError) {
        var message = try reader.nested(BERTag.sequence, "a message")
        var start = message.position
        guard try message.integer("a version") == SNMPVersion.v3.rawValue else {
            throw message.malformed("version 3", at: start)
        }
        var header = try message.nested(BERTag.sequence, "a header")
        messageID = try header.integer("a message identifier")
        _ = try header.integer("a maximum size")
        start = header.position
        let flags = try header.octets("message flags")
        guard flags.count == 1 else { throw header.malformed("one byte of message flags", at: start) }
        self.flags = flags[0]
        start = header.position
        guard try header.integer("a security model") == Self.securityModel else {
            throw header.malformed("security model 3", at: start)
        }
        try header.finish("the header")
        var wrapped = try message.nested(BERTag.octetString, "security parameters")
        var parameters = try wrapped.nested(BERTag.sequence, "security parameters")
        engineID = try parameters.octets("an engine identifier")
        boots = try parameters.integer("engine boots")
        time = try parameters.integer("an engine time")
        userName = try parameters.octets("a user name")
        let digestRange = try parameters.range(BERTag.octetString, "authentication parameters")
        privacyParameters = try parameters.octets("privacy parameters")
        try parameters.finish("the security parameters")
        try wrapped.finish("the security parameters")
        if flags[0] & Flag.encrypted != 0 {
            payload = .encrypted(try message.octets("an encrypted PDU"))
        } else {
            payload = .plain(try message.scopedPDU())
        }
        try message.finish("the message")
        guard flags[0] & Flag.authenticated != 0 else { return }
        digest = Array(reader.lent(digestRange))
        digestInput = Array(reader.lent(0..<reader.position))
        for offset in digestRange { digestInput[offset] = 0 }
    }

    /// Whether the digest is the one these keys make.
    func isAuthentic(_ keys: LocalizedKeys) -> Bool {
        guard isAuthenticated, digest.count == keys.authentication.digestBytes,
            let expected = try? keys.digest(of: digestInput)
        else { return false }
        // Every byte is compared, so that the time taken tells nothing about where they differ.
        return zip(expected, digest).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The content, decrypted where it is encrypted.
    ///
    /// - Throws: `.wrongPrivacy` when what comes out is no scoped PDU.
    func opened(_ keys: LocalizedKeys?) throws(SNMPError) -> ScopedPDU {
        switch payload {
        case .plain(let scoped): return scoped
        case .encrypted:
            guard let keys else { throw SNMPError(.wrongPrivacy, "no key for an encrypted message") }
            let plain = try decrypted(keys)
            do {
                return try ScopedPDU(decoding: plain)
            } catch {
                throw SNMPError(.wrongPrivacy, "expected a scoped PDU after decryption: \(error.detail)")
            }
        }
    }

    /// The bytes of an encrypted content, whatever they are; none when it is in clear.
    func decrypted(_ keys: LocalizedKeys) throws(SNMPError) -> [UInt8] {
        guard case .encrypted(let bytes) = payload else { return [] }
        return try keys.decrypted(bytes, parameters: privacyParameters, boots: boots, time: time)
    }
}

/// A PDU and the context it is about (RFC 3412 section 6.8).
struct ScopedPDU: Sendable {
    var contextEngineID: [UInt8]
    var contextName: [UInt8]
    var pdu: PDU

    init(contextEngineID: [UInt8], contextName: [UInt8], pdu: PDU) {
        self.contextEngineID = contextEngineID
        self.contextName = contextName
        self.pdu = pdu
    }

    /// Padding behind it is ignored.
    init(decoding bytes: [UInt8]) throws(SNMPError) {
        self = try bytes.read { (reader) throws(SNMPError) in try reader.scopedPDU() }
    }

    func encoded() -> [UInt8] {
        var writer = BERWriter()
        writer.write(self)
        return writer.bytes
    }
}

extension BERReader {
    /// A scoped PDU up to its variable bindings, and a reader of those. Padding behind it is ignored.
    mutating func scopedHead() throws(SNMPError) -> (head: PDUHead, varBinds: BERReader) {
        var contents = try nested(BERTag.sequence, "a scoped PDU")
        _ = try contents.range(BERTag.octetString, "a context engine identifier")
        _ = try contents.range(BERTag.octetString, "a context name")
        let pdu = try contents.pduHead()
        try contents.finish("a scoped PDU")
        return pdu
    }

    mutating func scopedPDU() throws(SNMPError) -> ScopedPDU {
        var contents = try nested(BERTag.sequence, "a scoped PDU")
        let engineID = try contents.octets("a context engine identifier")
        let name = try contents.octets("a context name")
        let pdu = try contents.pdu()
        try contents.finish("a scoped PDU")
        return ScopedPDU(contextEngineID: engineID, contextName: name, pdu: pdu)
    }
}

extension BERWriter {
    mutating func write(_ scoped: ScopedPDU) {
        let mark = count
        write(scoped.pdu)
        write(BERTag.octetString, bytes: scoped.contextName)
        write(BERTag.octetString, bytes: scoped.contextEngineID)
        wrap(BERTag.sequence, since: mark)
    }
}

/// The counters an engine reports when it cannot take a message (RFC 3414 section 5, usmStats).
enum USMReport: UInt32, Sendable {
    case unsupportedSecurityLevels = 1
    case notInTimeWindows = 2
    case unknownUserNames = 3
    case unknownEngineIDs = 4
    case wrongDigests = 5
    case decryptionErrors = 6

    private static let usmStats = ObjectIdentifier([1, 3, 6, 1, 6, 3, 15, 1, 1])

    var oid: ObjectIdentifier { Self.usmStats.appending(rawValue, 0) }

    /// What a report PDU says; nil for a report of something else.
    init?(_ pdu: PDU) {
        guard pdu.kind == .report, let oid = pdu.varBinds.first?.oid, oid.starts(with: Self.usmStats),
            oid.components.count > Self.usmStats.components.count
        else { return nil }
        self.init(rawValue: oid.components[Self.usmStats.components.count])
    }
}
