import Foundation
import Hummingbird
import Incidents
import Inventory
import MonitoringModel
import Polling

/// `/api/v1/alerts`, `/api/v1/targets` and `/api/v1/sites`: the state of things now, narrowed to what the asker may see.
struct StateEndpoints: Sendable {
    let view: any ServiceView
    let clock: any WallClock

    /// Alerts that fire, in the shape of the Prometheus HTTP API.
    func alerts(scope: QueryScope) throws -> Response {
        let alerts = ScopeNarrowing(scope, inventory: view.inventory).narrowed(view.alerts())
        return try Reply.success(
            AlertList(
                alerts: alerts.map(AlertRow.init)))
    }

    /// Every target with its health and, when something is missing, the reason; field names follow Prometheus.
    ///
    /// Parameters: `state`, `active`, `dropped` or `any`, and `scrapePool`, the job. None is ever dropped.
    func targets(_ request: Request, scope: QueryScope) throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let (state, job) = (parameters["state"]?.lowercased() ?? "", parameters["scrapePool"] ?? "")
        let shown = view.targets().filter {
            ["", "any", "active"].contains(state) && (job.isEmpty || job == $0.target.id.job)
                && scope.includes(site: $0.target.site)
        }
        let rows = shown.map { status in
            let last = status.last
            let labels = [
                "job": status.target.id.job, "instance": status.target.id.instance, "site": status.target.site,
            ]
            return TargetRow(
                discoveredLabels: labels, labels: labels,
                scrapePool: status.target.id.job, scrapeUrl: status.target.url, globalUrl: status.target.url,
                health: last.map { $0.isUp ? "up" : "down" } ?? "unknown",
                lastError: last?.reason.map { "\($0.code): \($0.detail)" } ?? "",
                reason: last?.reason.map { ReasonRow(code: $0.code, detail: $0.detail) },
                lastScrape: last?.time.rfc3339 ?? Self.never, lastSuccess: status.lastSuccess?.rfc3339,
                lastScrapeDuration: last?.duration.inSeconds ?? 0, samples: last?.sampleCount ?? 0,
                scrapeInterval: "\(status.target.interval.wholeMilliseconds / 1000)s", polls: status.pollCount,
                succeeded: status.successCount, onTime: status.onTimeCount,
                device: status.identity.map {
                    DeviceRow(
                        vendor: $0.vendor, kind: $0.kind?.rawValue, model: $0.model, software: $0.software,
                        serial: $0.serial)
                },
                modules: status.matches.map { ModuleRow(name: $0.module, reason: $0.reason) },
                changes: status.changes.map {
                    ChangeRow(
                        time: $0.time.rfc3339, code: $0.change.code.rawValue, interface: $0.change.interface,
                        detail: $0.change.detail)
                })
        }
        return try Reply.success(TargetList(activeTargets: rows, droppedTargets: []))
    }

    /// How Prometheus writes the time of what has not happened.
    private static let never = "0001-01-01T00:00:00Z"

    /// The standing of every site, of every declared link with both ends in scope, and why.
    func sites(scope: QueryScope) throws -> Response {
        let standings = view.standings()
        let inventory = view.inventory
        let narrowing = ScopeNarrowing(scope, inventory: inventory)
        let sites = inventory.sites.filter { scope.includes(site: $0.id) }.map { site in
            StandingRow(
                id: site.id, name: site.name.vietnamese, nameEnglish: site.name.text("en"),
                standing: StandingText(standings.sites[site.id] ?? .unknown, narrowing: narrowing))
        }
        let links = inventory.links.filter { narrowing.includes(link: $0.id) }.map { link in
            StandingRow(
                id: link.id, name: link.name.vietnamese, nameEnglish: link.name.text("en"),
                standing: StandingText(standings.links[link.id] ?? .unknown, narrowing: narrowing))
        }
        return try Reply.success(SiteList(sites: sites, links: links))
    }

    /// The built-in states as one group of alerting rules, with what fires of each.
    func rules(_ request: Request, scope: QueryScope) async throws -> Response {
        let parameters = try await RequestParameters(request)
        let type = parameters["type"] ?? ""
        guard ["", "alert", "record"].contains(type) else {
            throw BadParameter("type", expected: "alert or record", found: type)
        }
        let names = parameters.all("rule_name[]")
        let groups = parameters.all("rule_group[]")
        let files = parameters.all("file[]")
        let hidesAlerts = ["1", "t", "T", "true", "TRUE", "True"].contains(parameters["exclude_alerts"] ?? "")
        let alerts = ScopeNarrowing(scope, inventory: view.inventory).narrowed(view.alerts())
        let rules = BuiltInRule.all.filter { names.isEmpty || names.contains($0.name) }.map { rule in
            let own = alerts.filter { $0.labels["alertname"] == rule.name }
            return RuleRow(
                type: "alerting", name: rule.name, query: rule.query, duration: 0, keepFiringFor: 0,
                labels: ["severity": rule.severity], annotations: ["summary": rule.summary],
                alerts: hidesAlerts ? nil : own.map(AlertRow.init), health: "ok",
                state: own.isEmpty ? "inactive" : "firing",
                lastEvaluation: clock.now.rfc3339, evaluationTime: 0)
        }
        let group = RuleGroupRow(
            name: "built-in", file: "", rules: rules, interval: view.facts.pollInterval.inSeconds, limit: 0,
            lastEvaluation: clock.now.rfc3339, evaluationTime: 0)
        let isAskedFor =
            type != "record" && (groups.isEmpty || groups.contains(group.name))
            && (files.isEmpty || files.contains(group.file))
        return try Reply.success(["groups": isAskedFor && !rules.isEmpty ? [group] : []])
    }

    private struct RuleGroupRow: Encodable {
        var name: String
        var file: String
        var rules: [RuleRow]
        var interval: Double
        var limit: Int
        var lastEvaluation: String
        var evaluationTime: Double
    }

    private struct RuleRow: Encodable {
        var type: String
        var name: String
        var query: String
        var duration: Double
        var keepFiringFor: Double
        var labels: [String: String]
        var annotations: [String: String]
        var alerts: [AlertRow]?
        var health: String
        var state: String
        var lastEvaluation: String
        var evaluationTime: Double
    }

    private struct AlertList: Encodable {
        var alerts: [AlertRow]
    }

    private struct AlertRow: Encodable {
        var labels: [String: String]
        var annotations: [String: String]
        var state: String
        var activeAt: String
        var value: String

        init(_ alert: Alert) {
            labels = alert.labels.dictionary
            annotations = alert.annotations
            state = alert.state.rawValue
            activeAt = alert.activeAt.rfc3339
            value = DecimalText.text(of: alert.value)
        }
    }

    private struct TargetList: Encodable {
        var activeTargets: [TargetRow]
        var droppedTargets: [TargetRow]
    }

    private struct TargetRow: Encodable {
        var discoveredLabels: [String: String]
        var labels: [String: String]
        var scrapePool: String
        var scrapeUrl: String
        var globalUrl: String
        var health: String
        var lastError: String
        var reason: ReasonRow?
        var lastScrape: String
        var lastSuccess: String?
        var lastScrapeDuration: Double
        var samples: Int
        var scrapeInterval: String
        var polls: Int
        var succeeded: Int
        var onTime: Int
        /// What the agent says of its device; nil for other targets and before the first poll.
        var device: DeviceRow?
        var modules: [ModuleRow]
        var changes: [ChangeRow]
    }

    private struct DeviceRow: Encodable {
        var vendor: String?
        var kind: String?
        var model: String?
        var software: String?
        var serial: String?
    }

    private struct ModuleRow: Encodable {
        var name: String
        var reason: String
    }

    private struct ChangeRow: Encodable {
        var time: String
        var code: String
        var interface: String
        var detail: String
    }

    private struct ReasonRow: Encodable {
        var code: String
        var detail: String
    }

    private struct SiteList: Encodable {
        var sites: [StandingRow]
        var links: [StandingRow]
    }

    private struct StandingRow: Encodable {
        var id: String
        var name: String
        var nameEnglish: String
        var standing: StandingText
    }
}

/// A standing in words.
struct StandingText: Encodable {
    var state: String
    var since: String?
    /// The id of the cause; "" where the asker may not know of it, nil where there is none.
    var because: String?

    init(_ standing: Standing, narrowing: ScopeNarrowing) {
        switch standing {
        case .unknown:
            state = "unknown"
        case .up:
            state = "up"
        case .down(let time):
            state = "down"
            since = time.rfc3339
        case .unreachable(let cause, let time):
            state = "unreachable"
            since = time.rfc3339
            because = narrowing.cause(cause)
        }
    }
}

extension QueryScope {
    /// Whether something at this site may be shown; things without a site only where everything may.
    func includes(site: String?) -> Bool {
        switch self {
        case .everything: true
        case .sites(let sites): site.map(sites.contains) ?? false
        }
    }
}

extension Timestamp {
    /// RFC 3339 in UTC with milliseconds.
    var rfc3339: String {
        Date(timeIntervalSince1970: seconds).formatted(
            .iso8601.year().month().day().timeZone(separator: .omitted)
                .time(includingFractionalSeconds: true))
    }
}
