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
        []
    }

    /// - Throws: `.malformedReply` with the offset and what was expected there. Never traps on any bytes.
    package init(decoding bytes: [UInt8]) throws(SNMPError) {
        throw SNMPError(.malformedReply, "unfinished")
    }
}
