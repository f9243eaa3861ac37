import Foundation
import Hummingbird
import MonitoringModel

/// `/api/v1/status/…` and what else tools ask a Prometheus about itself.
struct StatusEndpoints: Sendable {
    let view: any ServiceView
    let source: any SeriesSource
    let clock: any WallClock

    /// The version whose language and API these are. Tools decide by it what they may ask for; the program's own stands beside it.
    private static let languageVersion = "3.5.0"

    func healthy() -> Response { Reply.text("haidang is Healthy.") }

    func ready() -> Response {
        let isReady = view.readiness().allSatisfy(\.isReady)
        return Reply.text(
            isReady ? "haidang is Ready." : "Service Unavailable", status: isReady ? .ok : .serviceUnavailable)
    }

    func buildInformation() throws -> Response {
        try Reply.success([
            "version": Self.languageVersion, "revision": view.facts.version, "branch": "", "buildUser": "",
            "buildDate": "", "goVersion": "", "application": "haidang", "applicationVersion": view.facts.version,
        ])
    }

    func configuration() throws -> Response { try Reply.success(["yaml": view.settings().configuration]) }

    func flags() throws -> Response { try Reply.success(view.settings().flags) }

    func runtimeInformation() throws -> Response {
        let settings = view.settings()
        return try Reply.success(
            RuntimeRow(
                startTime: settings.startedAt.rfc3339, CWD: "", hostname: ProcessInfo.processInfo.hostName,
                serverTime: clock.now.rfc3339, reloadConfigSuccess: settings.isReloaded,
                lastConfigTime: settings.configuredAt.rfc3339, corruptionCount: settings.damagedRows,
                goroutineCount: 0, GOMAXPROCS: ProcessInfo.processInfo.activeProcessorCount, GOMEMLIMIT: 0,
                GOGC: "", GODEBUG: "", storageRetention: settings.retention))
    }

    private struct RuntimeRow: Encodable {
        var startTime: String
        var CWD: String
        var hostname: String
        var serverTime: String
        var reloadConfigSuccess: Bool
        var lastConfigTime: String
        var corruptionCount: Int
        var goroutineCount: Int
        var GOMAXPROCS: Int
        var GOMEMLIMIT: Int
        var GOGC: String
        var GODEBUG: String
        var storageRetention: String
    }

    /// Which metrics and labels have the most series.
    func storeStatistics(_ request: Request) async throws -> Response {
        let limit = try await RequestParameters(request).count("limit") ?? 10
        guard limit > 0 else { throw BadParameter("limit", expected: "a positive number", found: "0") }
        let now = clock.now
        var byMetric: [String: Int] = [:]
        var byPair: [String: Int] = [:]
        var values: [String: Set<String>] = [:]
        let series = try await source.series([], from: Timestamp(milliseconds: 0), through: now)
        for labels in series {
            byMetric[labels.metricName, default: 0] += 1
            for label in labels.labels {
                byPair["\(label.name)=\(label.value)", default: 0] += 1
                values[label.name, default: []].insert(label.value)
            }
        }
        func top(_ counts: [String: Int]) -> [CountRow] {
            counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(limit)
                .map { CountRow(name: $0.key, value: $0.value) }
        }
        let bytes = values.mapValues { $0.reduce(0) { $0 + $1.utf8.count } }
        return try Reply.success(
            StoreRow(
                headStats: HeadRow(
                    numSeries: series.count, numLabelPairs: byPair.count, chunkCount: 0, minTime: 0,
                    maxTime: view.figures().newestSample?.milliseconds ?? 0),
                seriesCountByMetricName: top(byMetric), labelValueCountByLabelName: top(values.mapValues(\.count)),
                memoryInBytesByLabelName: top(bytes), seriesCountByLabelValuePair: top(byPair)))
    }

    private struct StoreRow: Encodable {
        var headStats: HeadRow
        var seriesCountByMetricName: [CountRow]
        var labelValueCountByLabelName: [CountRow]
        var memoryInBytesByLabelName: [CountRow]
        var seriesCountByLabelValuePair: [CountRow]
    }

    private struct HeadRow: Encodable {
        var numSeries: Int
        var numLabelPairs: Int
        var chunkCount: Int
        var minTime: Int64
        var maxTime: Int64
    }

    private struct CountRow: Encodable {
        var name: String
        var value: Int
    }

    /// Alerts are handed to receivers, not to an Alertmanager.
    func alertmanagers() throws -> Response {
        try Reply.success(["activeAlertmanagers": [String](), "droppedAlertmanagers": []])
    }
}
