package import MonitoringModel

/// What a principal may do; each role may do all that the ones before it may.
package enum Role: String, CaseIterable, Comparable, Sendable, Codable {
    case viewer, planner, `operator`, admin

    package static func < (lhs: Role, rhs: Role) -> Bool {
        let order = Role.allCases
        return order.firstIndex(of: lhs)! < order.firstIndex(of: rhs)!
    }
}

/// Who makes a request: the only product of the check point.
package struct Principal: Hashable, Sendable {
    package var name: String
    package var role: Role
    /// Id of the area the principal is confined to; nil: everywhere.
    package var area: String?

    package init(name: String, role: Role, area: String? = nil) {
        self.name = name
        self.role = role
        self.area = area
    }
}

/// A token as stored: the secret is gone, only its SHA-256 is kept.
package struct TokenRecord: Hashable, Sendable, Codable {
    /// Unique.
    package var name: String
    package var role: Role
    package var area: String?
    /// Lower-case hexadecimal SHA-256 of the token's text.
    package var digest: String
    package var createdAt: Timestamp
    /// May be used once only, as the set-up token.
    package var isOneTime: Bool

    package init(
        name: String, role: Role, area: String? = nil, digest: String, createdAt: Timestamp, isOneTime: Bool = false
    ) {
        self.name = name
        self.role = role
        self.area = area
        self.digest = digest
        self.createdAt = createdAt
        self.isOneTime = isOneTime
    }
}

/// Keeps tokens. Implemented by StateDatabase; changes are durable when a call returns.
package protocol TokenStore: Sendable {
    func tokens() async throws -> [TokenRecord]
    /// - Throws: when the name is taken.
    func add(_ token: TokenRecord) async throws
    /// False when there was none of that name.
    func remove(name: String) async throws -> Bool
}
