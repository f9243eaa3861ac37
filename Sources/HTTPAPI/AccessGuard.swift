import Access
import HTTPTypes
import Hummingbird
import Inventory
import MonitoringModel

/// Leads every request past the check point.
package struct AccessGuard: Sendable {
    let checkPoint: CheckPoint
    let view: any ServiceView

    /// The reply to a request that the check point refused.
    struct Refused: Error {
        var response: Response
    }

    func admit(_ operation: Operation, request: Request, context: APIContext) throws -> Principal {
        if context.isControlSocket { return Principal(name: "control socket", role: .admin) }
        let decision = checkPoint.decide(
            operation, authorization: request.headers[.authorization], peer: context.peer,
            isLoopbackListener: view.facts.listensOnLoopback && Self.namesLoopback(request.head.authority))
        switch decision {
        case .allowed(let principal): return principal
        case .refused(let refusal): throw Refused(response: Reply.refusal(refusal))
        }
    }

    func scope(of principal: Principal) -> QueryScope {
        principal.scope(in: view.inventory)
    }

    /// Whether the Host a browser sent is a loopback name. A page elsewhere whose name was rebound to 127.0.0.1 sends its
    /// own name, and must not read as an anonymous viewer.
    package static func namesLoopback(_ authority: String?) -> Bool {
        guard let authority else { return false }
        var host = authority[...]
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            host = host[host.index(after: host.startIndex)..<end]
        } else if let colon = host.firstIndex(of: ":") {
            host = host[..<colon]
        }
        return host == "localhost" || IPAddress(String(host))?.isLoopback == true
    }
}
