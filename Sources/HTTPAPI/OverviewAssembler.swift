import AlertDispatch
import CapacityPlanning
import Incidents
import Inventory
import MonitoringModel
import Polling
import WebUI

/// Fills the overview's view model from the sources that the JSON API answers from, so that the page and the API agree.
struct OverviewAssembler: Sendable {
    let view: any ServiceView
    let evaluator: any QueryEvaluator
    let source: any SeriesSource
    let history: PoolHistory
    let capacity: any CapacityView
    let clock: any WallClock

    /// How far back a pool's newest sample may be and still be shown, with its age.
    private static let lookback = Duration.seconds(300)

    func model(language: String, scope: QueryScope) async throws -> OverviewModel {
        let now = clock.now
        let inventory = view.inventory
        let standings = view.standings()
        let narrowing = ScopeNarrowing(scope, inventory: inventory)
        let alerts = narrowing.narrowed(view.alerts())
        let targets = view.targets().filter { scope.includes(site: $0.target.site) }
        let sites = inventory.sites.filter { scope.includes(site: $0.id) }
        let figures = view.figures().narrowed(to: scope)
        let facts = view.facts
        let names = EntityNames(inventory: inventory, language: language)
        let polls = targets.reduce(into: (all: 0, good: 0)) { counts, target in
            counts.all += target.pollCount
            counts.good += min(target.successCount, target.onTimeCount)
        }
        let rooms = try await vector("room_ready", at: now, scope: scope)
        return OverviewModel(
            cityName: facts.cityName.text(language), now: now, timeZone: facts.timeZone,
            dataAge: figures.newestSample.map { max(0, (now - $0).inSeconds) },
            groups: groups(
                sites, standings: standings, inventory: inventory, alerts: alerts, names: names, narrowing: narrowing),
            trunks: try await trunks(inventory, standings: standings, at: now, scope: scope, names: names),
            incidents: alerts.map { incident($0, language: language) },
            pools: try await pools(inventory, at: now, scope: scope, language: language),
            failedTargets: targets.compactMap { failedTarget($0, at: now, names: names) },
            targetCount: targets.count, targetsUp: targets.count { $0.last?.isUp == true },
            pollQuality: polls.all == 0 ? nil : Double(polls.good) / Double(polls.all),
            pollInterval: facts.pollInterval.inSeconds, seriesCount: figures.seriesCount,
            samplesPerSecond: figures.samplesPerSecond, notificationsPending: figures.dispatch.pending,
            notificationsDelivered: figures.dispatch.delivered, notificationError: figures.dispatch.lastError,
            roomCount: inventory.rooms.count { scope.includes(site: $0.site) },
            roomsReady: rooms.count { $0.sample.value == 1 }, databaseBytes: figures.databaseBytes,
            trapCount: figures.trapCount, version: facts.version, isDemo: facts.isDemo)
    }

    private func vector(
        _ expression: String, at time: Timestamp, scope: QueryScope
    ) async throws -> [(labels: LabelSet, sample: Sample)] {
        guard case .vector(let elements) = try await evaluator.instant(expression, at: time, scope: scope).value else {
            return []
        }
        return elements
    }

    // MARK: Places

    /// The id of the group a site is drawn in: the area below the root, or the root for what hangs on it directly.
    private static func groupID(_ site: Site, inventory: CityInventory) -> String {
        let path = inventory.areaPath(site.area)
        return path.count > 1 ? path[1] : path.first ?? ""
    }

    private func groups(
        _ sites: [Site], standings: Standings, inventory: CityInventory, alerts: [Alert], names: EntityNames,
        narrowing: ScopeNarrowing
    ) -> [OverviewModel.AreaGroup] {
        let troubled = Set(alerts.compactMap { $0.labels["site"] })
        let monitorGroup = inventory.sites.first { $0.id == inventory.monitorSite }
            .map { Self.groupID($0, inventory: inventory) }
        let areas = Dictionary(inventory.areas.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return Dictionary(grouping: sites) { Self.groupID($0, inventory: inventory) }.map { id, members in
            let placed = members.compactMap(\.position)
            let isCentre = id == monitorGroup
            let position =
                isCentre ? inventory.sites.first { $0.id == inventory.monitorSite }?.position : Self.middle(placed)
            return OverviewModel.AreaGroup(
                id: id, name: areas[id]?.name.text(names.language) ?? id, isCentre: isCentre,
                latitude: position?.latitude, longitude: position?.longitude,
                tiles: members.sorted { $0.id < $1.id }.map { site in
                    tile(
                        site, standing: standings.sites[site.id] ?? .unknown, isTroubled: troubled.contains(site.id),
                        names: names, narrowing: narrowing)
                })
        }.sorted { $0.id < $1.id }
    }

    private static func middle(_ positions: [Site.Position]) -> Site.Position? {
        guard !positions.isEmpty else { return nil }
        return Site.Position(
            latitude: positions.map(\.latitude).reduce(0, +) / Double(positions.count),
            longitude: positions.map(\.longitude).reduce(0, +) / Double(positions.count))
    }

    private func tile(
        _ site: Site, standing: Standing, isTroubled: Bool, names: EntityNames, narrowing: ScopeNarrowing
    ) -> OverviewModel.Tile {
        let shown: OverviewModel.Standing
        var because = ""
        switch standing {
        case .unknown: shown = .unknown
        case .up: shown = isTroubled ? .warning : .up
        case .down: shown = .down
        case .unreachable(let cause, _):
            shown = .unreachable
            because = names.name(of: narrowing.cause(cause))
        }
        return OverviewModel.Tile(
            id: site.id, name: site.name.text(names.language), standing: shown, because: because,
            latitude: site.position?.latitude, longitude: site.position?.longitude)
    }

    // MARK: Lines

    /// Links between groups with the load of the busier direction over the last minutes.
    private func trunks(
        _ inventory: CityInventory, standings: Standings, at now: Timestamp, scope: QueryScope, names: EntityNames
    ) async throws -> [OverviewModel.Trunk] {
        let siteOfDevice = Dictionary(
            inventory.devices.map { ($0.id, $0.site) }, uniquingKeysWith: { first, _ in first })
        let groupOfSite = Dictionary(
            inventory.sites.filter { scope.includes(site: $0.id) }.map {
                ($0.id, Self.groupID($0, inventory: inventory))
            }, uniquingKeysWith: { first, _ in first })
        let receive = try await rates("link_receive_bytes_total", at: now, scope: scope)
        let transmit = try await rates("link_transmit_bytes_total", at: now, scope: scope)
        return inventory.links.compactMap { link in
            guard let from = siteOfDevice[link.a.device].flatMap({ groupOfSite[$0] }),
                let to = siteOfDevice[link.b.device].flatMap({ groupOfSite[$0] }), from != to
            else { return nil }
            let busiest = [receive[link.id], transmit[link.id]].compactMap { $0 }.max()
            return OverviewModel.Trunk(
                id: link.id, name: link.name.text(names.language), from: from, to: to,
                standing: Self.shown(standings.links[link.id] ?? .unknown),
                load: busiest.map { min(1, $0 * 8 / link.bitsPerSecond) })
        }
    }

    private static func shown(_ standing: Standing) -> OverviewModel.Standing {
        switch standing {
        case .unknown: .unknown
        case .up: .up
        case .down: .down
        case .unreachable: .unreachable
        }
    }

    /// Bytes a second by link over the last five minutes, of the end that counted more. Leaves out what was reset.
    private func rates(_ metric: String, at now: Timestamp, scope: QueryScope) async throws -> [String: Double] {
        guard case .matrix(let series) = try await evaluator.instant("\(metric)[5m]", at: now, scope: scope).value
        else { return [:] }
        var rates: [String: Double] = [:]
        for one in series {
            guard let link = one.labels["link"], let first = one.samples.first, let last = one.samples.last,
                last.timestamp > first.timestamp, last.value >= first.value
            else { continue }
            let rate = (last.value - first.value) / (last.timestamp - first.timestamp).inSeconds
            rates[link] = max(rate, rates[link] ?? 0)
        }
        return rates
    }

    // MARK: Rows

    private func incident(_ alert: Alert, language: String) -> OverviewModel.Incident {
        let summary = language == "en" ? alert.annotations["summary"] : alert.annotations["summary_vi"]
        let list = { (name: String) in
            (alert.annotations[name] ?? "").split(separator: ", ").map(String.init)
        }
        let evidence =
            (language == "en" ? alert.annotations["evidence"] : alert.annotations["evidence_vi"])
            ?? alert.annotations["evidence"]
        return OverviewModel.Incident(
            id: Self.incidentID(alert),
            title: summary ?? alert.annotations["summary"] ?? alert.labels["alertname"] ?? "",
            severity: alert.labels["severity"] ?? "warning", since: alert.activeAt,
            evidence: [evidence, alert.annotations["carrier"]].compactMap { $0 }.filter { !$0.isEmpty },
            unreachable: list("unreachable"))
    }

    /// What names an alert on the page: its name and its subject.
    static func incidentID(_ alert: Alert) -> String {
        let subject = alert.labels["link"] ?? alert.labels["device"] ?? alert.labels["instance"] ?? ""
        return "\(alert.labels["alertname"] ?? "")/\(subject)"
    }

    private func pools(
        _ inventory: CityInventory, at now: Timestamp, scope: QueryScope, language: String
    ) async throws -> [OverviewModel.Pool] {
        let byResource = { (elements: [(labels: LabelSet, sample: Sample)]) in
            Dictionary(
                elements.map { ($0.labels["resource"] ?? "", $0.sample) }, uniquingKeysWith: { first, _ in first })
        }
        // Not a query: its results carry the time of the question, and the page shows how old the sample is.
        let used = byResource(
            try await source.latest(
                [LabelMatcher(Label.metricName, .equal, "capacity_used_bytes")], at: now, lookback: Self.lookback))
        let size = byResource(try await vector("capacity_size_bytes", at: now, scope: scope))
        let siteOfDevice = Dictionary(
            inventory.devices.map { ($0.id, $0.site) }, uniquingKeysWith: { first, _ in first })
        let forecasts = forecasts(of: inventory)
        // The page's part is about storage.
        return inventory.pools.filter { $0.unit == .bytes && scope.includes(site: siteOfDevice[$0.device]) }.map {
            pool in
            let past = history.used(pool.id)
            return OverviewModel.Pool(
                id: pool.id, name: pool.name.text(language), used: used[pool.id]?.value, size: size[pool.id]?.value,
                fullAt: pool.fullAt, growthPerDay: PoolHistory.growthPerDay(past), history: past,
                age: used[pool.id].map { max(0, (now - $0.timestamp).inSeconds) }, forecast: forecasts[pool.id])
        }.sorted { Self.fullness($0) > Self.fullness($1) }
    }

    /// By the id of the pool.
    private func forecasts(of inventory: CityInventory) -> [String: OverviewModel.Forecast] {
        guard let outlook = capacity.outlook else { return [:] }
        let byKey = Dictionary(outlook.resources.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        return ResourceKey.ofPools(in: inventory).compactMapValues { key in
            byKey[key].map { OverviewModel.Forecast($0, madeAt: outlook.madeAt) }
        }
    }

    private static func fullness(_ pool: OverviewModel.Pool) -> Double {
        guard let used = pool.used, let size = pool.size, size > 0 else { return 2 }
        return used / size
    }

    private func failedTarget(
        _ status: TargetStatus, at now: Timestamp, names: EntityNames
    ) -> OverviewModel.FailedTarget? {
        guard let last = status.last, !last.isUp else { return nil }
        return OverviewModel.FailedTarget(
            job: status.target.id.job, instance: status.target.id.instance,
            siteName: names.name(of: status.target.site), reasonCode: last.reason?.code ?? "",
            reasonDetail: last.reason?.detail ?? "",
            age: status.lastSuccess.map { max(0, (now - $0).inSeconds) })
    }
}

/// Names of sites, devices and links by id, for people.
struct EntityNames: Sendable {
    let language: String
    private var links: [String: String] = [:]
    private var devices: [String: String] = [:]
    private var names: [String: String] = [:]

    init(inventory: CityInventory, language: String) {
        self.language = language
        for link in inventory.links { links[link.id] = link.name.text(language) }
        for device in inventory.devices { devices[device.id] = device.name.text(language) }
        names = links.merging(devices) { $1 }
        for site in inventory.sites { names[site.id] = site.name.text(language) }
    }

    /// The name of a device alone, or the id itself when it is unknown.
    func device(_ id: String) -> String { devices[id] ?? id }

    /// The name of a link alone, or the id itself when it is unknown.
    func link(_ id: String) -> String { links[id] ?? id }

    /// The name, or the id itself when it is unknown; "" of "".
    func name(of id: String) -> String { names[id] ?? id }
}
