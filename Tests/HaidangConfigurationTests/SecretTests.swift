import Foundation
import HaidangConfiguration
import Inventory
import SNMP
import Synchronization
import TestSupport
import Testing

@Suite("Secrets")
struct SecretTests {
    @Test("an environment variable, a file and a systemd credential are read, without a final newline")
    func sources() throws {
        let directory = try TemporaryDirectory()
        try Data("from file\n".utf8).write(to: URL(fileURLWithPath: directory.file("secret")))
        chmod(directory.file("secret"), 0o600)
        let secrets = EnvironmentSecrets(
            environment: ["NAME": "from variable", "CREDENTIALS_DIRECTORY": directory.path],
            warn: { Issue.record("unexpected warning: \($0)") })
        #expect(try secrets.secret(.environment("NAME")) == "from variable")
        #expect(try secrets.secret(.file(directory.file("secret"))) == "from file")
        #expect(try secrets.secret(.systemd("secret")) == "from file")
    }

    @Test("a file that others can read is used with a warning that does not show the secret")
    func permissions() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("secret")
        try Data("hidden-words".utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0o644)
        let warnings = Mutex<[String]>([])
        let secrets = EnvironmentSecrets(environment: [:]) { warning in warnings.withLock { $0.append(warning) } }
        #expect(try secrets.secret(.file(path)) == "hidden-words")
        #expect(
            warnings.withLock { $0 }
                == ["file \(path): expected a file that only its owner can read (mode 0600), found mode 0644"])
    }

    @Test(
        "what cannot be used is an error that names the reference",
        arguments: [
            (SecretReference.environment("ABSENT"), SecretError.Code.missing),
            (.environment("EMPTY"), .empty), (.environment("LINES"), .malformed),
            (.file("/nonexistent/secret"), .missing), (.file("/"), .malformed), (.systemd("name"), .missing),
        ])
    func failures(reference: SecretReference, code: SecretError.Code) throws {
        let secrets = EnvironmentSecrets(environment: ["EMPTY": "", "LINES": "a\nb"])
        let error = try #require(throws: SecretError.self) { _ = try secrets.secret(reference) }
        #expect(error.code == code)
        #expect(error.description.hasPrefix("\(reference): expected "))
    }

    @Test("simulated secrets can be guessed and are long enough for SNMPv3")
    func simulated() {
        let secrets = SimulatedSecrets()
        #expect(secrets.secret(.environment("CITY_V3")) == "sim-city_v3")
        #expect(secrets.secret(.file("/etc/haidang/Key")) == "sim-key0")
        #expect(secrets.secret(.systemd("a")) == "sim-a000")
    }

    private static let user = Credential(
        id: "v3",
        scheme: .v3(
            user: "haidang",
            security: .authPriv(
                Credential.Secret(.sha256, .environment("A")), Credential.Secret(.aes256, .environment("P")))))

    @Test("a credential becomes what the SNMP client uses")
    func credentials() throws {
        let secrets = EnvironmentSecrets(environment: ["A": "12345678", "P": "abcdefgh", "C": "public"])
        #expect(
            try snmpCredential(Self.user, secrets: secrets)
                == .v3(
                    USMUser(
                        name: "haidang",
                        security: .authPriv(
                            USMUser.Secret(.sha256, "12345678"), USMUser.Secret(.aes256, "abcdefgh")))))
        let community = Credential(id: "c", scheme: .v2c(community: .environment("C")))
        #expect(try snmpCredential(community, secrets: secrets) == .v2c(community: "public"))
    }

    @Test("a pass phrase below eight characters is refused without showing it")
    func shortPassphrase() throws {
        let secrets = EnvironmentSecrets(environment: ["A": "12345678", "P": "s3cret"])
        let error = try #require(throws: SecretError.self) { _ = try snmpCredential(Self.user, secrets: secrets) }
        #expect(error.code == .tooShort && error.reference == .environment("P"))
        #expect(!error.description.contains("s3cret"))
    }
}
