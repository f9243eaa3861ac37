import CNetSNMP
import Synchronization

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

extension USMUser.Privacy {
    var protocolNumber: cn_privacy {
        switch self {
        case .des: CN_DES
        case .aes: CN_AES
        case .aes256: CN_AES256
        }
    }
}

/// The keys one user has at one engine (RFC 3414 section 2.6).
struct LocalizedKeys: Sendable {
    let authentication: USMUser.Authentication
    let privacy: USMUser.Privacy
    let authenticationKey: [UInt8]
    let privacyKey: [UInt8]

    /// - Throws: `.system` for a pass phrase of fewer than 8 bytes (RFC 3414 section 11.2), or when the library refuses.
    init(_ user: USMUser, engineID: [UInt8]) throws(SNMPError) {
        authentication = user.authentication
        privacy = user.privacy
        let first = try PassPhraseKeys.key(user.authentication, user.authenticationPassphrase)
        authenticationKey = try Self.localized(first, user.authentication, engineID)
        let second = try PassPhraseKeys.key(user.authentication, user.privacyPassphrase)
        var key = try Self.localized(second, user.authentication, engineID)
        var length = key.count
        key += Array(repeating: 0, count: CN_KEY_BYTES - length)
        let code = cn_extend_key(
            user.authentication.protocolNumber, user.privacy.protocolNumber, engineID, engineID.count, &key, &length)
        guard code == 0 else {
            throw SNMPError(.system, "libsnmp made no \(user.privacy.rawValue) key for user \(user.name)")
        }
        privacyKey = Array(key.prefix(length))
    }

    private static func localized(
        _ key: [UInt8], _ authentication: USMUser.Authentication, _ engineID: [UInt8]
    ) throws(SNMPError) -> [UInt8] {
        var localized = [UInt8](repeating: 0, count: CN_KEY_BYTES)
        var length = 0
        let code = cn_localise_key(
            authentication.protocolNumber, key, key.count, engineID, engineID.count, &localized, &length)
        guard code == 0 else {
            throw SNMPError(.system, "libsnmp made no \(authentication.rawValue) key for an engine")
        }
        return Array(localized.prefix(length))
    }

    /// The digest of `message`, whose digest field is zero.
    func digest(of message: [UInt8]) throws(SNMPError) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: CN_DIGEST_BYTES)
        let code = cn_digest(
            authentication.protocolNumber, authenticationKey, authenticationKey.count, message, message.count, &digest)
        guard code == 0 else { throw SNMPError(.system, "libsnmp made no \(authentication.rawValue) digest") }
        return Array(digest.prefix(authentication.digestBytes))
    }

    /// - Parameter salt: never the same twice under one key.
    /// - Returns: the encrypted bytes and what msgPrivacyParameters must carry.
    func encrypted(
        _ plain: [UInt8], boots: Int32, time: Int32, salt: UInt64
    ) throws(SNMPError) -> (bytes: [UInt8], parameters: [UInt8]) {
        var input = plain
        let parameters: [UInt8]
        switch privacy {
        case .des:
            // RFC 3414 section 8.1.1: the salt is the boots and a counter; what is behind the PDU is padding.
            parameters = Self.bigEndian(UInt32(bitPattern: boots)) + Self.bigEndian(UInt32(truncatingIfNeeded: salt))
            while input.count % 8 != 0 { input.append(0) }
        case .aes, .aes256:
            parameters = Self.bigEndian(salt)
        }
        var output = [UInt8](repeating: 0, count: input.count)
        let vector = initializationVector(parameters, boots: boots, time: time)
        let code = cn_encrypt(
            privacy.protocolNumber, privacyKey, privacyKey.count, vector, vector.count, input, input.count, &output)
        guard code == 0 else { throw SNMPError(.system, "libsnmp did not encrypt with \(privacy.rawValue)") }
        return (output, parameters)
    }

    /// - Throws: `.wrongPrivacy` when the lengths cannot be right. A wrong key shows only in what comes out.
    func decrypted(
        _ bytes: [UInt8], parameters: [UInt8], boots: Int32, time: Int32
    ) throws(SNMPError) -> [UInt8] {
        guard parameters.count == 8 else {
            throw SNMPError(
                .wrongPrivacy, "expected 8 bytes of msgPrivacyParameters, found \(parameters.count)")
        }
        var output = [UInt8](repeating: 0, count: bytes.count)
        let vector = initializationVector(parameters, boots: boots, time: time)
        let code = cn_decrypt(
            privacy.protocolNumber, privacyKey, privacyKey.count, vector, vector.count, bytes, bytes.count, &output)
        guard code == 0 else {
            throw SNMPError(.wrongPrivacy, "\(bytes.count) bytes do not decrypt with \(privacy.rawValue)")
        }
        return output
    }

    private func initializationVector(_ parameters: [UInt8], boots: Int32, time: Int32) -> [UInt8] {
        switch privacy {
        case .des:
            // RFC 3414 section 8.1.1.1: the second half of the key, which the cipher does not use.
            zip(privacyKey.dropFirst(8).prefix(8), parameters).map { $0 ^ $1 }
        case .aes, .aes256:
            // RFC 3826 section 3.1.2.1.
            Self.bigEndian(UInt32(bitPattern: boots)) + Self.bigEndian(UInt32(bitPattern: time)) + parameters
        }
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}

/// Localised keys already made.
struct KeyRing: Sendable {
    private struct Name: Hashable {
        var engineID: [UInt8]
        var user: USMUser
    }

    private var known: [Name: LocalizedKeys] = [:]

    /// Beyond this many all are made anew, which costs some 10 us each.
    private static let capacity = 65_536

    mutating func keys(for user: USMUser, engineID: [UInt8]) throws(SNMPError) -> LocalizedKeys {
        let name = Name(engineID: engineID, user: user)
        if let keys = known[name] { return keys }
        let made = try LocalizedKeys(user, engineID: engineID)
        if known.count >= Self.capacity { known.removeAll() }
        known[name] = made
        return made
    }
}

/// Keys of pass phrases, kept because each costs 2 to 3 ms (a megabyte is hashed).
///
/// One table for the process: the same few pass phrases serve poller, trap receiver and every simulated agent.
private enum PassPhraseKeys {
    private struct Name: Hashable {
        var authentication: USMUser.Authentication
        var phrase: String
    }

    private static let known = Mutex<[Name: [UInt8]]>([:])

    /// More pass phrases than this are not kept.
    private static let capacity = 4096

    static func key(_ authentication: USMUser.Authentication, _ phrase: String) throws(SNMPError) -> [UInt8] {
        let name = Name(authentication: authentication, phrase: phrase)
        if let key = known.withLock({ $0[name] }) { return key }
        let bytes = Array(phrase.utf8)
        guard bytes.count >= 8 else {
            throw SNMPError(.system, "expected a pass phrase of at least 8 bytes, found \(bytes.count)")
        }
        var key = [UInt8](repeating: 0, count: CN_KEY_BYTES)
        var length = 0
        guard cn_pass_phrase_key(authentication.protocolNumber, bytes, bytes.count, &key, &length) == 0 else {
            throw SNMPError(.system, "libsnmp made no \(authentication.rawValue) key of a pass phrase")
        }
        key = Array(key.prefix(length))
        known.withLock { known in
            if known.count < capacity { known[name] = key }
        }
        return key
    }
}
