import Inventory

extension MappingSchema {
    static let credential = MappingSchema(
        "a credential", required: ["id", "version"],
        optional: ["community", "user", "level", "authentication", "privacy"])
    static let protocolAndSecret = MappingSchema("a protocol with its secret", required: ["protocol", "secret"])
    static let secret = MappingSchema("a reference to a secret", optional: ["environment", "file", "systemd"])
}

extension InventoryDraft {
    private enum Version: String, CaseIterable {
        case v1, v2c, v3
    }

    private enum Level: String, CaseIterable {
        case noAuthNoPriv, authNoPriv, authPriv
    }

    private static let userKeys = ["user", "level", "authentication", "privacy"]

    mutating func readCredential(_ value: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(value, .credential, problems) else { return }
        let id = credentials.declare(reader)
        guard let version = reader.scalar("version", .oneOf(Version.self)) else { return }
        let scheme: Credential.Scheme?
        switch version {
        case .v1:
            scheme = Self.community(reader).map { .v1(community: $0) }
            Self.refuse(Self.userKeys, of: "version \(version)", reader)
        case .v2c:
            scheme = Self.community(reader).map { .v2c(community: $0) }
            Self.refuse(Self.userKeys, of: "version \(version)", reader)
        case .v3:
            scheme = Self.user(reader)
            Self.refuse(["community"], of: "version v3", reader)
        }
        guard let id, let scheme else { return }
        credentials.append(Credential(id: id, scheme: scheme), value)
    }

    private static func refuse(_ keys: [String], of sort: String, _ reader: MappingReader) {
        for key in keys where reader.value[key] != nil {
            reader.problems.report(
                reader.place(key), "expected no \(quoted(key)) in a credential of \(sort), found one")
        }
    }

    private static func community(_ reader: MappingReader) -> SecretReference? {
        secret("community", reader)
    }

    private static func user(_ reader: MappingReader) -> Credential.Scheme? {
        let user = reader.scalar("user", .text)
        if reader.node("user") == nil { reader.reportMissing("user") }
        guard let security = security(reader), let user else { return nil }
        guard user.utf8.count <= 32 else {
            reader.problems.report(
                reader.place("user"), "expected a user name of at most 32 bytes (RFC 3414), found \(user.utf8.count)")
            return nil
        }
        return .v3(user: user, security: security)
    }

    /// What the level asks for must be there: a forgotten line must not make a credential less secure.
    private static func security(_ reader: MappingReader) -> Credential.Security? {
        let level = reader.node("level") == nil ? Level.authPriv : reader.scalar("level", .oneOf(Level.self))
        guard let level else { return nil }
        switch level {
        case .noAuthNoPriv:
            refuse(["authentication", "privacy"], of: "level noAuthNoPriv", reader)
            return .noAuthNoPriv
        case .authNoPriv:
            refuse(["privacy"], of: "level authNoPriv", reader)
            return part("authentication", Credential.Authentication.self, reader).map { .authNoPriv($0) }
        case .authPriv:
            let authentication = part("authentication", Credential.Authentication.self, reader)
            let privacy = part("privacy", Credential.Privacy.self, reader)
            guard let authentication, let privacy else { return nil }
            return .authPriv(authentication, privacy)
        }
    }

    private static func part<Protocol: RawRepresentable<String> & CaseIterable & Hashable & Sendable>(
        _ key: String, _: Protocol.Type, _ reader: MappingReader
    ) -> Credential.Secret<Protocol>? {
        guard reader.node(key) != nil else {
            reader.reportMissing(key)
            return nil
        }
        guard let part = reader.mapping(key, .protocolAndSecret) else { return nil }
        let name = part.scalar("protocol", .oneOf(Protocol.self))
        let secret = secret("secret", part)
        guard let name, let secret else { return nil }
        return Credential.Secret(name, secret)
    }

    /// A reference to a secret. A text here is most likely the secret itself, so no message shows it.
    private static func secret(_ key: String, _ reader: MappingReader) -> SecretReference? {
        guard let node = reader.node(key) else {
            if !reader.schema.required.contains(key) { reader.reportMissing(key) }
            return nil
        }
        guard case .mapping(let pairs) = node.content else {
            reader.problems.report(
                node.place,
                "expected {environment: NAME}, {file: PATH} or {systemd: NAME} in \(quoted(key)), found a value: a secret "
                    + "written here could be read by everyone who reads the configuration")
            return nil
        }
        guard let reference = MappingReader(node, .secret, reader.problems) else { return nil }
        guard pairs.count == 1 else {
            reader.problems.report(
                node.place, "expected one of environment, file and systemd in \(quoted(key)), found \(pairs.count) keys"
            )
            return nil
        }
        // Whoever writes the secret itself after one of these keys does not want to see it in a log either.
        let variable = ScalarForm.symbol("the name of an environment variable", isHidden: true)
        var credentialName = ScalarForm.identifier
        credentialName.isHidden = true
        if let name = reference.scalar("environment", variable) { return .environment(name) }
        if let path = reference.scalar("file", .text) { return .file(path) }
        if let name = reference.scalar("systemd", credentialName) { return .systemd(name) }
        return nil
    }
}
