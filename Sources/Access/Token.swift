import Crypto

/// A bearer token: 256 random bits behind a prefix that secret scanners can look for.
///
/// The text is shown once, to whom it is given; only its digest is stored.
package struct Token: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// `hd_` and 43 characters of base64url (RFC 4648 section 5, no padding).
    package let text: String

    package static let prefix = "hd_"

    /// Nil unless `text` has the form of a token.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), text.utf8.count == Self.prefix.utf8.count + 43,
            text.utf8.dropFirst(Self.prefix.utf8.count).allSatisfy({ Self.alphabet.contains($0) })
        else { return nil }
        self.text = text
    }

    private init(bytes: [UInt8]) {
        text = Self.prefix + Self.base64URL(bytes)
    }

    /// A new token from the system's cryptographic random numbers.
    package static func generate() -> Token {
        var generator = SystemRandomNumberGenerator()
        return Token(bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// Lower-case hexadecimal SHA-256 of the text, as `TokenRecord` keeps it.
    package var digest: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: Self.digestBytes(text).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Never the token itself.
    package var description: String { "\(Self.prefix)…" }
    package var debugDescription: String { description }

    /// The 32 bytes of SHA-256 over any text.
    static func digestBytes(_ text: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(text.utf8)))
    }

    /// The bytes of a stored digest; nil when it is not 64 hexadecimal digits, so that such a record matches nothing.
    static func parseDigest(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16),
                digits[index] != UInt8(ascii: "+")
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func base64URL(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0...group.count { text.append(alphabet[bits >> (18 - 6 * index) & 63]) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
