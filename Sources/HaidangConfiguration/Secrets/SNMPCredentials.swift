package import Inventory
package import SNMP

/// The credential as the SNMP client uses it, with its secrets.
/// - Throws: `SecretError` when a secret is missing or too short, or what `secrets` throws.
package func snmpCredential(_ credential: Credential, secrets: any SecretSource) throws -> SNMPCredential {
    switch credential.scheme {
    case .v1(let community): return .v1(community: try secrets.secret(community))
    case .v2c(let community): return .v2c(community: try secrets.secret(community))
    case .v3(let user, .noAuthNoPriv):
        return .v3(USMUser(name: user, security: .noAuthNoPriv))
    case .v3(let user, .authNoPriv(let authentication)):
        let first = USMUser.Secret(authentication.algorithm.user, try passphrase(authentication.reference, secrets))
        return .v3(USMUser(name: user, security: .authNoPriv(first)))
    case .v3(let user, .authPriv(let authentication, let privacy)):
        let first = USMUser.Secret(authentication.algorithm.user, try passphrase(authentication.reference, secrets))
        let second = USMUser.Secret(privacy.algorithm.user, try passphrase(privacy.reference, secrets))
        return .v3(USMUser(name: user, security: .authPriv(first, second)))
    }
}

private func passphrase(_ reference: SecretReference, _ secrets: any SecretSource) throws -> String {
    let secret = try secrets.secret(reference)
    guard secret.count >= 8 else {
        throw SecretError(.tooShort, reference, "expected a pass phrase of at least 8 characters, found a shorter one")
    }
    return secret
}

extension Credential.Authentication {
    fileprivate var user: USMUser.Authentication {
        switch self {
        case .md5: .md5
        case .sha: .sha
        case .sha224: .sha224
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        }
    }
}

extension Credential.Privacy {
    fileprivate var user: USMUser.Privacy {
        switch self {
        case .des: .des
        case .aes: .aes
        case .aes192: .aes192
        case .aes256: .aes256
        case .aes192Cisco: .aes192Cisco
        case .aes256Cisco: .aes256Cisco
        }
    }
}
