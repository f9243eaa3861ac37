import Foundation
import Glibc
package import Inventory

/// Secrets of a service: environment variables, files and systemd credentials.
package struct EnvironmentSecrets: SecretSource {
    /// No pass phrase is longer; a file above it is the wrong one.
    private static let maximumSize = 4096

    private let environment: [String: String]
    private let warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - environment: of this process unless a test says otherwise; `CREDENTIALS_DIRECTORY` in it is where systemd put
    ///     the credentials.
    ///   - warn: told of a secret that others could read, in a sentence without the secret.
    package init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.environment = environment
        self.warn = warn
    }

    /// Reads one secret; blocks on files.
    package func secret(_ reference: SecretReference) throws -> String {
        switch reference {
        case .environment(let name):
            guard let value = environment[name] else {
                throw SecretError(.missing, reference, "expected it to be set, found nothing")
            }
            return try checked(value, reference)
        case .file(let path):
            return try checked(content(of: path, reference, checksPermissions: true), reference)
        case .systemd(let name):
            guard let directory = environment["CREDENTIALS_DIRECTORY"] else {
                throw SecretError(
                    .missing, reference, "expected $CREDENTIALS_DIRECTORY to be set by systemd, found nothing")
            }
            return try checked(content(of: "\(directory)/\(name)", reference, checksPermissions: false), reference)
        }
    }

    private func content(of path: String, _ reference: SecretReference, checksPermissions: Bool) throws -> String {
        var info = stat()
        guard stat(path, &info) == 0 else {
            let reason = errno
            throw SecretError(
                reason == ENOENT ? .missing : .unreadable, reference,
                "expected a file, found: \(String(cString: strerror(reason)))")
        }
        guard info.st_mode & S_IFMT == S_IFREG, info.st_size <= Self.maximumSize else {
            throw SecretError(
                .malformed, reference, "expected a file of at most \(Self.maximumSize) bytes, found another")
        }
        if checksPermissions, info.st_mode & 0o077 != 0 {
            warn(
                "\(reference): expected a file that only its owner can read (mode 0600), found mode 0"
                    + String(info.st_mode & 0o777, radix: 8))
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SecretError(.unreadable, reference, "expected a file that can be read, found one that cannot")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SecretError(.malformed, reference, "expected UTF-8 text, found other bytes")
        }
        return text.hasSuffix("\r\n") || text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private func checked(_ secret: String, _ reference: SecretReference) throws -> String {
        guard !secret.isEmpty else { throw SecretError(.empty, reference, "expected a secret, found nothing in it") }
        guard !secret.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw SecretError(.malformed, reference, "expected one line of text, found control characters")
        }
        return secret
    }
}
