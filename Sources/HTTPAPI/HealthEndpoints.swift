import Hummingbird

/// `/healthz` and `/readyz`: for supervisors and load balancers, open to all; they tell states, no names.
struct HealthEndpoints: Sendable {
    let view: any ServiceView

    func alive() -> Response { Reply.text("ok") }

    /// 200 when every check is ready, 503 otherwise; the body lists them.
    func ready() throws -> Response {
        let checks = view.readiness()
        return try Reply.json(
            ["checks": checks], status: checks.allSatisfy(\.isReady) ? .ok : .serviceUnavailable)
    }
}
