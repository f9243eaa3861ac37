import CNetSNMP
import Synchronization

/// The keys one user has at one engine (RFC 3414 section 2.6): none, one or both, as the user's security level asks.
package final class LocalizedKeys: Sendable {
    let authentication: AuthenticationKey?
    /// Nil whenever `authentication` is.
    let privacy: PrivacyKey?

    /// - Throws: `.system` for a pass phrase of fewer than 8 bytes (RFC 3414 section 11.2), or when the library refuses.
    package init(_ user: USMUser, engineID: [UInt8]) throws(SNMPError) {
        switch user.security {
        case .noAuthNoPriv:
            authentication = nil
            privacy = nil
        case .authNoPriv(let secret):
            authentication = try Self.authentication(secret, engineID)
            privacy = nil
        case .authPriv(let first, let second):
            authentication = try Self.authentication(first, engineID)
            privacy = try Self.privacy(second, hashedBy: first.algorithm, engineID, of: user)
        }
    }

    /// The least that a message for the user must carry: bits of msgFlags.
    var flags: UInt8 {
        (authentication == nil ? 0 : SecureMessage.Flag.authenticated)
            | (privacy == nil ? 0 : SecureMessage.Flag.encrypted)
    }

    private static func authentication(
        _ secret: USMUser.Secret<USMUser.Authentication>, _ engineID: [UInt8]
    ) throws(SNMPError) -> AuthenticationKey {
        let key = try localized(secret.passphrase, secret.algorithm, engineID)
        return AuthenticationKey(algorithm: secret.algorithm, bytes: key)
    }

    private static func privacy(
        _ secret: USMUser.Secret<USMUser.Privacy>, hashedBy authentication: USMUser.Authentication,
        _ engineID: [UInt8], of user: USMUser
    ) throws(SNMPError) -> PrivacyKey {
        var key = try localized(secret.passphrase, authentication, engineID)
        var length = key.count
        key += Array(repeating: 0, count: CN_KEY_BYTES - length)
        let code = cn_extend_key(
            authentication.protocolNumber, secret.algorithm.protocolNumber, engineID, engineID.count, &key, &length)
        guard code == 0 else {
            throw SNMPError(.system, "libsnmp made no \(secret.algorithm.rawValue) key for user \(user.name)")
        }
        return PrivacyKey(algorithm: secret.algorithm, bytes: Array(key.prefix(length)))
    }

    private static func localized(
        _ phrase: String, _ authentication: USMUser.Authentication, _ engineID: [UInt8]
    ) throws(SNMPError) -> [UInt8] {
        let key = try PassPhraseKeys.key(authentication, phrase)
        var localized = [UInt8](repeating: 0, count: CN_KEY_BYTES)
        var length = 0
        let code = cn_localise_key(
            authentication.protocolNumber, key, key.count, engineID, engineID.count, &localized, &length)
        guard code == 0 else {
            throw SNMPError(.system, "libsnmp made no \(authentication.rawValue) key for an engine")
        }
        return Array(localized.prefix(length))
    }
}

/// Localised keys already made, by engine: few users ask one engine.
struct KeyRing: Sendable {
    private var known: [[UInt8]: [(user: USMUser, keys: LocalizedKeys)]] = [:]
    private var count = 0

    /// Beyond this many all are made anew, which costs some 10 us each.
    private static let capacity = 65_536

    mutating func keys(for user: USMUser, engineID: [UInt8]) throws(SNMPError) -> LocalizedKeys {
        if let keys = known[engineID]?.first(where: { $0.user == user })?.keys { return keys }
        let made = try LocalizedKeys(user, engineID: engineID)
        if count >= Self.capacity {
            known.removeAll()
            count = 0
        }
        known[engineID, default: []].append((user, made))
        count += 1
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
