package import Access
import HTTPTypes
import Hummingbird
import MonitoringModel

/// Everything that is served but the assets of the pages. What is not here does not exist.
///
/// The table needs no running service, so that `openapi.json`, which describes it, can be compared with it.
package enum EndpointTable {
    /// What is served and to whom. Parameters of a path are spelled `{name}`.
    package static var routes: [(method: String, path: String, requirement: Requirement)] {
        endpoints.map { ($0.method.rawValue, $0.path, $0.operation.requirement) }
    }

    static let endpoints = single + twofold.flatMap { $0 }

    /// The methods that a path is served by; none when nothing is served there.
    static func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return endpoints.filter { endpoint in
            let pattern = endpoint.path.split(separator: "/", omittingEmptySubsequences: false)
            return pattern.count == parts.count && zip(pattern, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }.map(\.method.rawValue)
    }

    private static let single: [Endpoint] = [
        Endpoint(.get, "/healthz", .readHealth) { groups, _ in groups.health.alive() },
        Endpoint(.get, "/readyz", .readHealth) { groups, _ in try groups.health.ready() },
        Endpoint(.get, "/metrics", .readMetrics) { try await $0.metrics.metrics($1.request, scope: $1.scope) },
        Endpoint(.get, "/federate", .readMetrics) {
            try await $0.metrics.federate($1.request, asker: $1.principal.name, scope: $1.scope)
        },
        Endpoint(.get, "/-/healthy", .readHealth) { groups, _ in groups.status.healthy() },
        Endpoint(.get, "/-/ready", .readHealth) { groups, _ in groups.status.ready() },
        Endpoint(.head, "/-/healthy", .readHealth) { groups, _ in groups.status.healthy().withoutBody },
        Endpoint(.head, "/-/ready", .readHealth) { groups, _ in groups.status.ready().withoutBody },
        Endpoint(.get, "/api/v1/openapi.json", .query) { _, _ in
            Reply.bytes(APIDescription.json, contentType: "application/json")
        },
        Endpoint(.get, "/api/v1/status/buildinfo", .query) { groups, _ in try groups.status.buildInformation() },
        Endpoint(.get, "/api/v1/status/config", .readConfiguration) { groups, _ in
            try groups.status.configuration()
        },
        Endpoint(.get, "/api/v1/status/flags", .readConfiguration) { groups, _ in try groups.status.flags() },
        Endpoint(.get, "/api/v1/status/runtimeinfo", .query) { groups, _ in
            try groups.status.runtimeInformation()
        },
        Endpoint(.get, "/api/v1/status/tsdb", .readConfiguration) {
            try await $0.status.storeStatistics($1.request)
        },
        Endpoint(.get, "/api/v1/alertmanagers", .readAlerts) { groups, _ in try groups.status.alertmanagers() },
        Endpoint(.get, "/api/v1/metadata", .query) { try await $0.series.metadata($1.request) },
        Endpoint(.get, "/api/v1/targets/metadata", .query) {
            try await $0.series.targetMetadata($1.request, scope: $1.scope)
        },
        Endpoint(.get, "/api/v1/label/{name}/values", .query) {
            try await $0.series.values(
                of: $1.request.uri.path, $1.request, asker: $1.principal.name, scope: $1.scope)
        },
        Endpoint(.get, "/api/v1/rules", .readAlerts) { try await $0.state.rules($1.request, scope: $1.scope) },
        Endpoint(.post, "/api/v1/write", .writeSamples) { try await $0.write.write($1.request) },
        Endpoint(.get, "/api/v1/alerts", .readAlerts) { try $0.state.alerts(scope: $1.scope) },
        Endpoint(.get, "/api/v1/targets", .readTargets) { try $0.state.targets($1.request, scope: $1.scope) },
        Endpoint(.get, "/api/v1/sites", .readTargets) { try $0.state.sites(scope: $1.scope) },
        Endpoint(.post, "/-/reload", .reload) { try await $0.admin.reload(by: $1.principal) },
        Endpoint(.put, "/-/reload", .reload) { try await $0.admin.reload(by: $1.principal) },
        Endpoint(.get, "/api/v1/tokens", .readTokens) { groups, _ in try await groups.admin.listTokens() },
        Endpoint(.post, "/api/v1/tokens", .createToken) {
            try await $0.admin.createToken($1.request, by: $1.principal)
        },
        Endpoint(.delete, "/api/v1/tokens", .removeToken) {
            try await $0.admin.removeToken($1.request, by: $1.principal)
        },
        Endpoint(.get, "/api/v1/db/info", .readDatabase) { groups, _ in try await groups.database.info() },
        Endpoint(.post, "/api/v1/db/verify", .verifyDatabase) { $0.database.verify(by: $1.principal) },
        Endpoint(.post, "/api/v1/db/backup", .backUpDatabase) {
            try await $0.database.backUp($1.request, by: $1.principal)
        },
        Endpoint(.get, "/api/v1/db/export", .exportDatabase) {
            try $0.database.export($1.request, by: $1.principal)
        },
        Endpoint(.post, "/api/v1/db/import", .importDatabase) {
            try $0.database.load($1.request, by: $1.principal)
        },
        Endpoint(.post, "/api/v1/db/compact", .compactDatabase) { $0.database.compact(by: $1.principal) },
        Endpoint(.get, "/api/v1/capacity/forecasts", .readForecasts) {
            try $0.capacity.forecasts($1.request, scope: $1.scope)
        },
        Endpoint(.get, "/api/v1/capacity/forecasts.csv", .readForecasts) {
            try $0.capacity.table($1.request, scope: $1.scope)
        },
        Endpoint(.get, "/api/v1/load/forecasts", .readForecasts) {
            try $0.load.forecasts($1.request, scope: $1.scope)
        },
        Endpoint(.post, "/api/v1/capacity/run", .runForecasts) { $0.capacity.run(by: $1.principal) },
        Endpoint(.get, "/", .readPages) { try await $0.overview.page($1.request, scope: $1.scope) },
        Endpoint(.get, "/capacity", .readPages) { try await $0.capacity.page($1.request, scope: $1.scope) },
        Endpoint(.get, "/load", .readPages) { try $0.load.page($1.request, scope: $1.scope) },
        Endpoint(.get, "/explore", .readPages) { try $0.explore.page($1.request, scope: $1.scope) },
    ]

    private static let twofold: [[Endpoint]] = [
        byQueryAndForm("/api/v1/query") {
            try await $0.query.instant($1.request, asker: $1.principal.name, scope: $1.scope)
        },
        byQueryAndForm("/api/v1/query_range") {
            try await $0.query.range($1.request, asker: $1.principal.name, scope: $1.scope)
        },
        byQueryAndForm("/api/v1/query_exemplars") { try await $0.query.exemplars($1.request) },
        byQueryAndForm("/api/v1/format_query") { try await $0.query.format($1.request) },
        byQueryAndForm("/api/v1/parse_query") { try await $0.query.parse($1.request) },
        byQueryAndForm("/api/v1/series") {
            try await $0.series.series($1.request, asker: $1.principal.name, scope: $1.scope)
        },
        byQueryAndForm("/api/v1/labels") {
            try await $0.series.labels($1.request, asker: $1.principal.name, scope: $1.scope)
        },
    ]

    /// Parameters come in the query string, or in the form of a POST.
    private static func byQueryAndForm(_ path: String, handle: @escaping Endpoint.Handler) -> [Endpoint] {
        [Endpoint(.get, path, .query, handle: handle), Endpoint(.post, path, .query, handle: handle)]
    }
}

/// A line of the table.
struct Endpoint: Sendable {
    typealias Handler = @Sendable (EndpointGroups, Asking) async throws -> Response

    var method: HTTPRequest.Method
    var path: String
    var operation: Operation
    var handle: Handler

    init(_ method: HTTPRequest.Method, _ path: String, _ operation: Operation, handle: @escaping Handler) {
        self.method = method
        self.path = path
        self.operation = operation
        self.handle = handle
    }
}

/// A request that was admitted.
struct Asking: Sendable {
    var request: Request
    var principal: Principal
    /// What the principal may see.
    var scope: QueryScope
}

/// What the lines of the table call, by subject.
struct EndpointGroups: Sendable {
    var health: HealthEndpoints
    var metrics: MetricsEndpoints
    var query: QueryEndpoints
    var series: SeriesEndpoints
    var status: StatusEndpoints
    var write: WriteEndpoint
    var state: StateEndpoints
    var admin: AdminEndpoints
    var database: DatabaseEndpoints
    var overview: OverviewEndpoint
    var explore: ExploreEndpoint
    var capacity: CapacityEndpoints
    var load: LoadEndpoints
}
