package import Access
package import Hummingbird
package import Logging
package import MonitoringModel
package import RemoteStorage
package import WebUI

/// All endpoints of the service, each behind the one check point.
package struct APIServer: Sendable {
    private let view: any ServiceView
    private let evaluator: any QueryEvaluator
    private let ownEvaluator: any QueryEvaluator
    private let source: any SeriesSource
    private let checkPoint: CheckPoint
    private let tokens: any TokenStore
    private let care: any StoreCare
    private let capacity: any CapacityView
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
        view: any ServiceView, evaluator: any QueryEvaluator, ownEvaluator: any QueryEvaluator,
        source: any SeriesSource,
        checkPoint: CheckPoint,
        tokens: any TokenStore, care: any StoreCare, capacity: any CapacityView,
        pages: Pages, history: PoolHistory, receiver: RemoteWriteReceiver,
        desk: QueryDesk, clock: any WallClock, logger: Logger = Logger(label: "haidang.http")
    ) {
        self.view = view
        self.evaluator = evaluator
        self.ownEvaluator = ownEvaluator
        self.source = source
        self.checkPoint = checkPoint
        self.tokens = tokens
        self.care = care
        self.capacity = capacity
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
        let groups = groups()
        // Middleware applies to the routes that come after it.
        router.add(middleware: CompressedReplies())
        for endpoint in endpoints() {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                do {
                    let principal = try guarded.admit(endpoint.operation, request: request, context: context)
                    return try await ClientPresence.$current.withValue(context.presence) {
                        try await endpoint.handle(
                            groups, Asking(request: request, principal: principal, scope: guarded.scope(of: principal)))
                    }
                } catch let refusal as AccessGuard.Refused {
                    return refusal.response
                } catch {
                    return Reply.failure(error, at: endpoint.path, logger: logger)
                }
            }
        }
        router.add(middleware: UnknownPath(guarded: guarded, logger: logger))
        return router
    }

    /// The table, and the assets of the pages.
    private func endpoints() -> [Endpoint] {
        var endpoints = EndpointTable.endpoints
        for asset in pages.assets {
            endpoints.append(
                Endpoint(.get, asset.path, .readAssets) { _, _ in
                    var response = Reply.bytes(asset.body, contentType: asset.contentType)
                    // Short, since the name stays the same over an upgrade.
                    response.headers[.cacheControl] = "public, max-age=60"
                    return response
                })
        }
        return endpoints
    }

    private func groups() -> EndpointGroups {
        let selectors = SelectorReader(evaluator: evaluator)
        return EndpointGroups(
            health: HealthEndpoints(view: view),
            metrics: MetricsEndpoints(
                view: view, source: source, selectors: selectors, desk: desk, truncated: truncated, clock: clock),
            query: QueryEndpoints(evaluator: evaluator, desk: desk, view: view, clock: clock, logger: logger),
            series: SeriesEndpoints(source: source, desk: desk, selectors: selectors, view: view, clock: clock),
            status: StatusEndpoints(view: view, source: source, clock: clock),
            write: WriteEndpoint(receiver: receiver),
            state: StateEndpoints(view: view, clock: clock),
            admin: AdminEndpoints(view: view, checkPoint: checkPoint, tokens: tokens, clock: clock),
            database: DatabaseEndpoints(care: care, view: view, logger: logger),
            overview: OverviewEndpoint(
                assembler: OverviewAssembler(
                    view: view, evaluator: ownEvaluator, source: source, history: history,
                    capacity: capacity, clock: clock),
                pages: pages),
            explore: ExploreEndpoint(view: view, pages: pages, clock: clock),
            capacity: CapacityEndpoints(
                assembler: CapacityAssembler(view: view, capacity: capacity, source: source, clock: clock),
                pages: pages, logger: logger),
            load: LoadEndpoints(
                assembler: LoadAssembler(view: view, capacity: capacity, clock: clock), pages: pages))
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
                let methods = EndpointTable.methods(at: request.uri.path)
                // A pattern that holds nothing is no name of a label, whatever the method.
                guard methods.isEmpty || methods.contains(request.method.rawValue) else {
                    let methods = methods.joined(separator: ", ")
                    return Reply.failure(
                        .methodNotAllowed, "bad_data",
                        "expected \(methods) at \(request.uri.path), found \(request.method)",
                        headers: [.allow: methods])
                }
                return Reply.failure(
                    .notFound, "not_found", "nothing is served at \(request.method) \(request.uri.path)")
            }
            return Reply.failure(error, at: "", logger: logger)
        }
    }
}
