import CNetSNMP

extension USMUser.Authentication {
    var protocolNumber: cn_authentication {
        switch self {
        case .md5: CN_MD5
        case .sha: CN_SHA
        case .sha224: CN_SHA224
        case .sha256: CN_SHA256
        case .sha384: CN_SHA384
        case .sha512: CN_SHA512
        }
    }

    /// Bytes of msgAuthenticationParameters (RFC 3414 section 6.3.1, RFC 7860 section 4.2.1).
    var digestBytes: Int { cn_digest_bytes(protocolNumber) }
}

/// The key with which one user's messages to and from one engine are authenticated.
struct AuthenticationKey: Sendable {
    let algorithm: USMUser.Authentication
    let bytes: [UInt8]

    /// The digest of `message`, whose digest field is zero.
    func digest(of message: [UInt8]) throws(SNMPError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: CN_DIGEST_BYTES)
        let code = cn_digest(algorithm.protocolNumber, bytes, bytes.count, message, message.count, &digest)
        guard code == 0 else { throw SNMPError(.system, "libsnmp made no \(algorithm.rawValue) digest") }
        return Array(digest.prefix(algorithm.digestBytes))
    }
}
