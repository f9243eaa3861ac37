/// A message of SNMPv3 under the User-based Security Model (RFC 3412 section 6, RFC 3414 section 2.4), still sealed.
package struct SecureMessage: Sendable {
    /// Bits of msgFlags.
    enum Flag {
        static let authenticated: UInt8 = 1
        static let encrypted: UInt8 = 2
        static let reportable: UInt8 = 4
    }

    /// USM's number among security models.
    static let securityModel: Int32 = 3

    /// What this side can receive: any UDP datagram.
    static let maxSize: Int32 = 65507

    package var messageID: Int32
    package var flags: UInt8
    package var engineID: [UInt8]
    package var boots: Int32
    package var time: Int32
    package var userName: [UInt8]
    var privacyParameters: [UInt8] = []
    /// The bytes of a scoped PDU, or what the cipher made of them.
    private(set) var content: [UInt8]

    /// Where the digest lies; empty when there is none.
    private(set) var digest: [UInt8] = []
    /// The whole message with the digest zeroed, for checking it. Empty in a message made here.
    private var digestInput: [UInt8] = []

    var isAuthenticated: Bool { flags & Flag.authenticated != 0 }
    package var isEncrypted: Bool { flags & Flag.encrypted != 0 }
    var isReportable: Bool { flags & Flag.reportable != 0 }

    package init(
        messageID: Int32, flags: UInt8, engineID: [UInt8], boots: Int32, time: Int32, userName: [UInt8],
        scoped: ScopedPDU
    ) {
        self.messageID = messageID
        self.flags = flags
        self.engineID = engineID
        self.boots = boots
        self.time = time
        self.userName = userName
        content = scoped.encoded()
    }

    // MARK: Encoding

    /// The bytes; with keys, sealed as the flags say.
    package func encoded(keys: LocalizedKeys?, salt: UInt64) throws(SNMPError) -> [UInt8] {
        var message = self
        if isEncrypted, let key = keys?.privacy {
            (message.content, message.privacyParameters) = try key.encrypted(
                content, boots: boots, time: time, salt: salt)
        }
        guard isAuthenticated, let key = keys?.authentication else { return message.encoded(digestBytes: 0).bytes }
        var (bytes, offset) = message.encoded(digestBytes: key.algorithm.digestBytes)
        let digest = try key.digest(of: bytes)
        bytes.replaceSubrange(offset..<(offset + digest.count), with: digest)
        return bytes
    }

    /// The message with a digest of zeros, and the digest's offset.
    private func encoded(digestBytes: Int) -> (bytes: [UInt8], digestOffset: Int) {
        var writer = BERWriter()
        if isEncrypted {
            writer.write(BERTag.octetString, bytes: content)
        } else {
            writer.write(encoded: content)
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
    package init(decoding bytes: [UInt8]) throws(SNMPError) {
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
            content = try message.octets("an encrypted PDU")
        } else {
            let start = message.position
            let end = try message.range(BERTag.sequence, "a scoped PDU").upperBound
            content = Array(reader.lent(start..<end))
        }
        try message.finish("the message")
        guard flags[0] & Flag.authenticated != 0 else { return }
        digest = Array(reader.lent(digestRange))
        digestInput = Array(reader.lent(0..<reader.position))
        for offset in digestRange { digestInput[offset] = 0 }
    }

    /// Whether the digest is the one these keys make; false of a message without.
    package func isAuthentic(_ keys: LocalizedKeys) -> Bool {
        guard isAuthenticated, let key = keys.authentication, digest.count == key.algorithm.digestBytes,
            let expected = try? key.digest(of: digestInput)
        else { return false }
        // Every byte is compared, so that the time taken tells nothing about where they differ.
        return zip(expected, digest).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The scoped PDU's bytes, decrypted where they are encrypted; with a wrong key, any bytes.
    ///
    /// - Parameter keys: nil for those in clear.
    /// - Throws: `.wrongPrivacy` where there is no key, or the lengths cannot be right.
    func opened(_ keys: LocalizedKeys?) throws(SNMPError) -> [UInt8] {
        guard isEncrypted else { return content }
        guard let key = keys?.privacy else { throw SNMPError(.wrongPrivacy, "no key for an encrypted message") }
        return try key.decrypted(content, parameters: privacyParameters, boots: boots, time: time)
    }

    /// What a message in clear is, without reading its bindings.
    var kind: PDU.Kind {
        get throws(SNMPError) {
            try content.read { (reader) throws(SNMPError) in try reader.scopedHead().head.kind }
        }
    }

    /// - Throws: `.wrongPrivacy` when what a cipher gives back is no scoped PDU, `.malformedReply` for one in clear that is none.
    package func scopedPDU(_ keys: LocalizedKeys?) throws(SNMPError) -> ScopedPDU {
        let bytes = try opened(keys)
        do {
            return try ScopedPDU(decoding: bytes)
        } catch {
            guard isEncrypted else { throw error }
            throw SNMPError(.wrongPrivacy, "expected a scoped PDU after decryption: \(error.detail)")
        }
    }
}

/// A PDU and the context it is about (RFC 3412 section 6.8).
package struct ScopedPDU: Hashable, Sendable {
    package var contextEngineID: [UInt8]
    package var contextName: [UInt8]
    package var pdu: PDU

    package init(contextEngineID: [UInt8], contextName: [UInt8], pdu: PDU) {
        self.contextEngineID = contextEngineID
        self.contextName = contextName
        self.pdu = pdu
    }

    /// Padding behind it is ignored.
    package init(decoding bytes: [UInt8]) throws(SNMPError) {
        self = try bytes.read { (reader) throws(SNMPError) in try reader.scopedPDU() }
    }

    package func encoded() -> [UInt8] {
        var writer = BERWriter()
        writer.write(self)
        return writer.bytes
    }
}

extension BERReader {
    /// A scoped PDU up to its variable bindings, its context's name, and a reader of the bindings. Padding behind it is ignored.
    mutating func scopedHead() throws(SNMPError) -> (context: [UInt8], head: PDUHead, varBinds: BERReader) {
        var contents = try nested(BERTag.sequence, "a scoped PDU")
        _ = try contents.range(BERTag.octetString, "a context engine identifier")
        let context = try contents.octets("a context name")
        let (head, varBinds) = try contents.pduHead()
        try contents.finish("a scoped PDU")
        return (context, head, varBinds)
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

/// The counters an engine reports when it cannot take a message (RFC 3414 section 5, usmStats; RFC 3413 section 4.1.2,
/// snmpUnknownContexts).
enum EngineReport: Int, CaseIterable, Sendable {
    case unsupportedSecurityLevels, notInTimeWindows, unknownUserNames, unknownEngineIDs, wrongDigests, decryptionErrors
    case unknownContexts

    /// The counter's instance.
    var oid: ObjectIdentifier { Self.objects[rawValue].appending(0) }

    private static let objects =
        (1...6).map { ObjectIdentifier([1, 3, 6, 1, 6, 3, 15, 1, 1, $0]) }
        + [ObjectIdentifier([1, 3, 6, 1, 6, 3, 12, 1, 5])]

    /// What a report PDU says; nil for a report of something else.
    init?(_ pdu: PDU) {
        guard pdu.kind == .report, let oid = pdu.varBinds.first?.oid,
            let position = Self.objects.firstIndex(where: { oid.starts(with: $0) })
        else { return nil }
        self.init(rawValue: position)
    }
}
