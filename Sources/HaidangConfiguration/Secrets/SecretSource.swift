package import Inventory

/// Turns references to secrets into secrets.
package protocol SecretSource: Sendable {
    /// - Throws: naming the reference, never the secret.
    func secret(_ reference: SecretReference) throws -> String
}

/// Why a secret cannot be had or used. Names the reference, never the secret.
package struct SecretError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No such variable, file or systemd credential.
        case missing
        /// There, but it cannot be read.
        case unreadable
        /// Nothing in it.
        case empty
        /// Longer than any secret, or with characters no secret has.
        case malformed
        /// An SNMPv3 pass phrase below 8 characters (RFC 3414 section 11.2).
        case tooShort = "too_short"
    }

    package var code: Code
    package var reference: SecretReference
    /// What was expected and found.
    package var detail: String

    package init(_ code: Code, _ reference: SecretReference, _ detail: String) {
        self.code = code
        self.reference = reference
        self.detail = detail
    }

    package var description: String { "\(reference): \(detail)" }
}
