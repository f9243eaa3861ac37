package import MonitoringModel

/// Making and taking away tokens. Each call leaves the store durable and the check point up to date.
extension CheckPoint {
    /// At the start: a fresh set-up token to print, or nil when tokens exist.
    ///
    /// A set-up token left unused by a former start is replaced, since its text is gone.
    package func makeSetUpToken(at now: Timestamp) async throws -> Token? {
        let records = try await tokenStore.tokens()
        guard records.allSatisfy(\.isOneTime) else {
            try await refresh()
            return nil
        }
        for record in records { _ = try await tokenStore.remove(name: record.name) }
        let token = Token.generate()
        try await tokenStore.add(
            TokenRecord(
                name: Self.setUpName, role: .admin, digest: token.digest, createdAt: now, isOneTime: true))
        try await refresh()
        return token
    }

    /// Makes a token on behalf of a principal that `decide` allowed `.createToken`, or of the command line.
    ///
    /// When the principal holds the set-up token, that token is used up first, so of two requests at once only one succeeds; a crash in between
    /// leaves no token at all, and the next start prints a new set-up token.
    ///
    /// - Throws: `Refusal`, or the store's error.
    package func createToken(
        name: String, role: Role, area: String? = nil, by principal: Principal, at now: Timestamp
    ) async throws -> Token {
        guard principal.role.permits(.createToken, confined: principal.area != nil) else {
            throw Refusal(.forbidden, "\(principal.name) may not create tokens")
        }
        try Self.checkName(name)
        let records = try await tokenStore.tokens()
        guard !records.contains(where: { $0.name == name }) else {
            throw Refusal(.nameTaken, "a token named \"\(name)\" exists")
        }
        let setUp = records.first { $0.isOneTime }
        if principal.name == Self.setUpName {
            guard role == .admin, area == nil else {
                throw Refusal(.forbidden, "the first token must be an administrator's for the whole city")
            }
            guard let setUp, try await tokenStore.remove(name: setUp.name) else {
                throw Refusal(.forbidden, "the set-up token has been used")
            }
        }
        let token = Token.generate()
        do {
            try await tokenStore.add(
                TokenRecord(name: name, role: role, area: area, digest: token.digest, createdAt: now))
        } catch {
            if principal.name == Self.setUpName, let setUp { try await tokenStore.add(setUp) }
            try await refresh()
            throw error
        }
        // The first token ends the set-up, whoever made it.
        if principal.name != Self.setUpName, let setUp { _ = try await tokenStore.remove(name: setUp.name) }
        try await refresh()
        return token
    }

    /// False when there is none of that name. In force for the next request.
    package func removeToken(name: String) async throws -> Bool {
        let existed = try await tokenStore.remove(name: name)
        try await refresh()
        return existed
    }

    /// Names go into logs, pages and audit rows, and "set-up" and "anonymous" would be mistaken for what they are not.
    private static func checkName(_ name: String) throws {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "@"):
                true
            default: false
            }
        }
        guard allowed, (1...64).contains(name.utf8.count), name != setUpName, name != Principal.nobody.name else {
            throw Refusal(.badName, "expected a name of 1 to 64 letters, digits or . _ - @, not a reserved one")
        }
    }
}
