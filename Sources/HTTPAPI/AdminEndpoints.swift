import Access
import Hummingbird
import Inventory
import MonitoringModel

/// Reload and tokens.
struct AdminEndpoints: Sendable {
    let view: any ServiceView
    let checkPoint: CheckPoint
    let tokens: any TokenStore
    let clock: any WallClock

    /// 200 when the new configuration is in force; 422 with every problem when the running one stays.
    func reload(by principal: Principal) async throws -> Response {
        do {
            try await view.reload(by: principal)
            return try Reply.success(["message": "configuration reloaded"])
        } catch {
            return Reply.failure(
                .unprocessableContent, "bad_configuration", "the running configuration stays in force:\n\(error)")
        }
    }

    func listTokens() async throws -> Response {
        let rows = try await tokens.tokens().map {
            TokenRow(name: $0.name, role: $0.role, area: $0.area, createdAt: $0.createdAt.rfc3339, token: nil)
        }
        return try Reply.success(rows)
    }

    /// Parameters `name`, `role`, optional `area`. The reply holds the token's text, for the only time.
    func createToken(_ request: Request, by principal: Principal) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let name = try parameters.required("name", expected: "a name for the token")
        let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
        guard let role = Role(rawValue: try parameters.required("role", expected: "one of \(roles)")) else {
            throw BadParameter("role", expected: "one of \(roles)", found: parameters["role"])
        }
        let area = parameters["area"].flatMap { $0.isEmpty ? nil : $0 }
        if let area, !view.inventory.areas.contains(where: { $0.id == area }) {
            throw BadParameter("area", expected: "the id of an area of the inventory", found: area)
        }
        let now = clock.now
        let token: Token
        do {
            token = try await checkPoint.createToken(name: name, role: role, area: area, by: principal, at: now)
        } catch {
            await view.audit("token.create", by: principal, subject: name, outcome: "refused")
            throw error
        }
        await view.audit("token.create", by: principal, subject: name, outcome: "done")
        return try Reply.success(
            TokenRow(name: name, role: role, area: area, createdAt: now.rfc3339, token: token.text))
    }

    func removeToken(_ request: Request, by principal: Principal) async throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let name = try parameters.required("name", expected: "the name of a token")
        guard try await checkPoint.removeToken(name: name) else {
            return Reply.failure(.notFound, "not_found", "there is no token named \"\(name)\"")
        }
        await view.audit("token.remove", by: principal, subject: name, outcome: "done")
        return try Reply.success(["message": "token removed"])
    }

    private struct TokenRow: Encodable {
        var name: String
        var role: Role
        var area: String?
        var createdAt: String
        var token: String?
    }
}
