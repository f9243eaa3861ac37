package import Access
import HTTPTypes
package import Hummingbird
package import Logging
package import MonitoringModel
package import RemoteStorage
package import WebUI

/// All endpoints of the service, each behind the one check point.
package struct APIServer: Sendable {
    private let view: any ServiceView
    private let evaluator: any QueryEvaluator
    private let source: any SeriesSource
    private let checkPoint: CheckPoint
    private let tokens: any TokenStore
    private let care: any StoreCare
    private let pages: Pages
    private let clock: any WallClock
    private let history: PoolHistory
    private let receiver: RemoteWriteReceiver
    private let logger: Logger
    private let desk: QueryDesk
    /// Shared by all routers.
    private let truncated = TruncatedPages()

    /// - Parameter logger: gets what went wrong inside and is not for askers.
    package init(
        view: any ServiceView, evaluator: any QueryEvaluator, source: any SeriesSource, checkPoint: CheckPoint,
        tokens: any TokenStore, care: any StoreCare, pages: Pages, history: PoolHistory, receiver: RemoteWriteReceiver,
        desk: QueryDesk,
        clock: any WallClock,
        logger: Logger = Logger(label: "haidang.http")
    ) {
        self.view = view
        self.evaluator = evaluator
        self.source = source
        self.checkPoint = checkPoint
        self.tokens = tokens
        self.care = care
        self.pages = pages
        self.history = history
        self.receiver = receiver
        self.desk = desk
        self.clock = clock
        self.logger = logger
    }

    /// The router of the listener and of the control socket.
    package func router() -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        let guarded = AccessGuard(checkPoint: checkPoint, view: view)
        let logger = logger
        for endpoint in endpoints() {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                do {
                    let principal = try guarded.admit(endpoint.operation, request: request, context: context)
                    return try await ClientPresence.$current.withValue(context.presence) {
                        try await endpoint.handle(request, principal, guarded.scope(of: principal))
                    }
                } catch let refusal as AccessGuard.Refused {
                    return refusal.response
                } catch {
                    return Reply.failure(error, at: endpoint.path, logger: logger)
                }
            }
        }
        router.add(middleware: CompressedReplies())
        router.add(middleware: UnknownPath(guarded: guarded, logger: logger))
        return router
    }

    private struct Endpoint: Sendable {
        var method: HTTPRequest.Method
        var path: String
        var operation: Operation
        var handle: @Sendable (Request, Principal, QueryScope) async throws -> Response
    }

    /// The table of everything that is served. What is not here does not exist.
    private func endpoints() -> [Endpoint] {
        let query = QueryEndpoints(evaluator: evaluator, desk: desk, view: view, clock: clock, logger: logger)
        let selectors = SelectorReader(evaluator: evaluator)
        let series = SeriesEndpoints(source: source, selectors: selectors, view: view, clock: clock)
        let status = StatusEndpoints(view: view, source: source, clock: clock)
        let write = WriteEndpoint(receiver: receiver)
        let state = StateEndpoints(view: view, clock: clock)
        let metrics = MetricsEndpoints(
            view: view, source: source, selectors: selectors, truncated: truncated, clock: clock)
        let health = HealthEndpoints(view: view)
        let admin = AdminEndpoints(view: view, checkPoint: checkPoint, tokens: tokens, clock: clock)
        let database = DatabaseEndpoints(care: care, view: view, logger: logger)
        let overview = OverviewEndpoint(
            assembler: OverviewAssembler(
                view: view, evaluator: evaluator, source: source, history: history, clock: clock),
            pages: pages)
        let explore = ExploreEndpoint(view: view, pages: pages, clock: clock)
        var table: [Endpoint] = [
            Endpoint(method: .get, path: "/healthz", operation: .readHealth) { _, _, _ in health.alive() },
            Endpoint(method: .get, path: "/readyz", operation: .readHealth) { _, _, _ in try health.ready() },
            Endpoint(method: .get, path: "/metrics", operation: .readMetrics) {
                try await metrics.metrics($0, scope: $2)
            },
            Endpoint(method: .get, path: "/federate", operation: .readMetrics) {
                try await metrics.federate($0, scope: $2)
            },
            Endpoint(method: .get, path: "/-/healthy", operation: .readHealth) { _, _, _ in status.healthy() },
            Endpoint(method: .get, path: "/-/ready", operation: .readHealth) { _, _, _ in status.ready() },
            Endpoint(method: .get, path: "/api/v1/status/buildinfo", operation: .query) { _, _, _ in
                try status.buildInformation()
            },
            Endpoint(method: .get, path: "/api/v1/status/config", operation: .readConfiguration) { _, _, _ in
                try status.configuration()
            },
            Endpoint(method: .get, path: "/api/v1/status/flags", operation: .readConfiguration) { _, _, _ in
                try status.flags()
            },
            Endpoint(method: .get, path: "/api/v1/status/runtimeinfo", operation: .query) { _, _, _ in
                try status.runtimeInformation()
            },
            Endpoint(method: .get, path: "/api/v1/status/tsdb", operation: .readConfiguration) { request, _, _ in
                try await status.storeStatistics(request)
            },
            Endpoint(method: .get, path: "/api/v1/alertmanagers", operation: .readAlerts) { _, _, _ in
                try status.alertmanagers()
            },
            Endpoint(method: .get, path: "/api/v1/metadata", operation: .query) { request, _, _ in
                try await series.metadata(request)
            },
            Endpoint(method: .get, path: "/api/v1/targets/metadata", operation: .query) {
                try await series.targetMetadata($0, scope: $2)
            },
            Endpoint(method: .get, path: "/api/v1/label/{name}/values", operation: .query) {
                try await series.values(of: $0.uri.path, $0, scope: $2)
            },
            Endpoint(method: .get, path: "/api/v1/rules", operation: .readAlerts) {
                try await state.rules($0, scope: $2)
            },
            Endpoint(method: .post, path: "/api/v1/write", operation: .writeSamples) { request, _, _ in
                try await write.write(request)
            },
            Endpoint(method: .get, path: "/api/v1/alerts", operation: .readAlerts) { try state.alerts(scope: $2) },
            Endpoint(method: .get, path: "/api/v1/targets", operation: .readTargets) { try state.targets(scope: $2) },
            Endpoint(method: .get, path: "/api/v1/sites", operation: .readTargets) { try state.sites(scope: $2) },
            Endpoint(method: .post, path: "/-/reload", operation: .reload) { _, principal, _ in
                try await admin.reload(by: principal)
            },
            Endpoint(method: .get, path: "/api/v1/tokens", operation: .readTokens) { _, _, _ in
                try await admin.listTokens()
            },
            Endpoint(method: .post, path: "/api/v1/tokens", operation: .createToken) { request, principal, _ in
                try await admin.createToken(request, by: principal)
            },
            Endpoint(method: .delete, path: "/api/v1/tokens", operation: .removeToken) { request, principal, _ in
                try await admin.removeToken(request, by: principal)
            },
            Endpoint(method: .get, path: "/api/v1/db/info", operation: .readDatabase) { _, _, _ in
                try await database.info()
            },
            Endpoint(method: .post, path: "/api/v1/db/verify", operation: .verifyDatabase) { _, principal, _ in
                database.verify(by: principal)
            },
            Endpoint(method: .post, path: "/api/v1/db/backup", operation: .backUpDatabase) { request, principal, _ in
                try await database.backUp(request, by: principal)
            },
            Endpoint(method: .get, path: "/api/v1/db/export", operation: .exportDatabase) { request, principal, _ in
                try database.export(request, by: principal)
            },
            Endpoint(method: .post, path: "/api/v1/db/import", operation: .importDatabase) { request, principal, _ in
                try database.load(request, by: principal)
            },
            Endpoint(method: .post, path: "/api/v1/db/compact", operation: .compactDatabase) { _, principal, _ in
                database.compact(by: principal)
            },
            Endpoint(method: .get, path: "/", operation: .readPages) { try await overview.page($0, scope: $2) },
            Endpoint(method: .get, path: "/explore", operation: .readPages) { try explore.page($0, scope: $2) },
        ]
        let asked: [(String, @Sendable (Request, Principal, QueryScope) async throws -> Response)] = [
            ("query", { try await query.instant($0, asker: $1.name, scope: $2) }),
            ("query_range", { try await query.range($0, asker: $1.name, scope: $2) }),
            ("query_exemplars", { request, _, _ in try await query.exemplars(request) }),
            ("format_query", { request, _, _ in try await query.format(request) }),
            ("parse_query", { request, _, _ in try await query.parse(request) }),
            ("series", { try await series.series($0, scope: $2) }),
            ("labels", { try await series.labels($0, scope: $2) }),
        ]
        for (name, handle) in asked {
            for method in [HTTPRequest.Method.get, .post] {
                table.append(Endpoint(method: method, path: "/api/v1/\(name)", operation: .query, handle: handle))
            }
        }
        for asset in pages.assets {
            table.append(
                Endpoint(method: .get, path: asset.path, operation: .readAssets) { _, _, _ in
                    var response = Reply.bytes(asset.body, contentType: asset.contentType)
                    // Short, since the name stays the same over an upgrade.
                    response.headers[.cacheControl] = "public, max-age=60"
                    return response
                })
        }
        return table
    }
}

/// Answers for paths outside the table: refused without a principal, so that the table cannot be probed, else not found.
private struct UnknownPath: RouterMiddleware {
    let guarded: AccessGuard
    let logger: Logger

    func handle(
        _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            do {
                _ = try guarded.admit(.readPages, request: request, context: context)
            } catch let refusal as AccessGuard.Refused {
                return refusal.response
            }
            if let error = error as? any HTTPResponseError, error.status == .notFound {
                return Reply.failure(
                    .notFound, "not_found", "nothing is served at \(request.method) \(request.uri.path)")
            }
            return Reply.failure(error, at: "", logger: logger)
        }
    }
}
