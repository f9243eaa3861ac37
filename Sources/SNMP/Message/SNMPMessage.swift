/// A message of SNMPv1 or v2c (RFC 1901): in clear, with a community.
package struct CommunityMessage: Hashable, Sendable {
    package enum Version: Int32, Sendable {
        case v1 = 0, v2c = 1
    }

    package enum Content: Hashable, Sendable {
        case pdu(PDU)
        case trapV1(TrapV1)
    }

    package var version: Version
    package var community: [UInt8]
    package var content: Content

    package init(version: Version, community: [UInt8], content: Content) {
        self.version = version
        self.community = community
        self.content = content
    }

    package func encoded() -> [UInt8] {
        var writer = BERWriter()
        switch content {
        case .pdu(let pdu): writer.write(pdu)
        case .trapV1(let trap): writer.write(trap)
        }
        writer.write(BERTag.octetString, bytes: community)
        writer.write(signed: version.rawValue)
        writer.wrap(BERTag.sequence, since: 0)
        return writer.bytes
    }

    /// Bytes behind the message are ignored.
    ///
    /// - Throws: `.malformedReply` with the offset and what was expected there. Never traps on any bytes.
    package init(decoding bytes: [UInt8]) throws(SNMPError) {
        self = try bytes.read { (reader) throws(SNMPError) in try CommunityMessage(&reader) }
    }

    private init(_ reader: inout BERReader) throws(SNMPError) {
        var message = try reader.nested(BERTag.sequence, "a message")
        let start = message.position
        guard let version = Version(rawValue: try message.integer("a version")) else {
            throw message.malformed("version 0 or 1", at: start)
        }
        self.version = version
        community = try message.octets("a community")
        if message.nextTag == BERTag.trapV1 {
            content = .trapV1(try message.trapV1())
        } else {
            content = .pdu(try message.pdu())
        }
        try message.finish("the message")
    }
}

/// The version an SNMP message says it has, before anything else of it is read.
package enum SNMPVersion: Int32, Sendable {
    case v1 = 0, v2c = 1, v3 = 3

    /// - Throws: `.malformedReply` where the bytes do not begin as an SNMP message does.
    package init(of bytes: [UInt8]) throws(SNMPError) {
        self = try bytes.read { (reader) throws(SNMPError) in try SNMPVersion(reader) }
    }

    init(_ start: BERReader) throws(SNMPError) {
        var reader = start
        var message = try reader.nested(BERTag.sequence, "a message")
        let start = message.position
        guard let version = SNMPVersion(rawValue: try message.integer("a version")) else {
            throw message.malformed("version 0, 1 or 3", at: start)
        }
        self = version
    }
}
