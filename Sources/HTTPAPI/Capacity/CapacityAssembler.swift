import CapacityPlanning
import Forecasting
import Inventory
import MonitoringModel
import WebUI

/// Fills the capacity page's view model from the outlook that the JSON API answers from.
struct CapacityAssembler: Sendable {
    let view: any ServiceView
    let capacity: any CapacityView
    let source: any SeriesSource
    let clock: any WallClock

    /// How far back a resource's newest sample may be and still be shown with its age.
    private static let lookback = Duration.seconds(3_600)

    /// The resources of the outlook that a scope holds, in order, with their names in a language.
    func resources(
        of outlook: CapacityOutlook, scope: QueryScope, language: String
    ) -> [(ResourceOutlook, name: String)] {
        let inventory = view.inventory
        let keys = ResourceKey.ofPools(in: inventory)
        let names = Dictionary(
            inventory.pools.compactMap { pool in keys[pool.id].map { ($0, pool.name.text(language)) } },
            uniquingKeysWith: { first, _ in first })
        return outlook.resources.compactMap { resource in
            let site = resource.key.site
            guard scope.includes(site: site.isEmpty ? nil : site) else { return nil }
            return (resource, names[resource.key] ?? resource.key.resource)
        }
    }

    /// - Parameter asked: which resource is in the chart; the first that is so, or the first of all.
    func model(language: String, scope: QueryScope, asked: ResourceChoice) async throws -> CapacityModel {
        let now = clock.now
        let facts = view.facts
        let figures = view.figures().narrowed(to: scope)
        let outlook = capacity.outlook
        let found = outlook.map { resources(of: $0, scope: scope, language: language) } ?? []
        let ages = try await ages(of: found.map(\.0), at: now)
        let addresses = ResourceChoice.addresses(of: found.map(\.0.key))
        let holding = found.firstIndex { asked.holds($0.0.key) }
        let chosen = holding ?? found.indices.first
        return CapacityModel(
            cityName: facts.cityName.text(language), now: now, timeZone: facts.timeZone, madeAt: outlook?.madeAt,
            resources: zip(found, addresses).map { found, address in
                CapacityModel.Resource(found.0, address: address, name: found.name, age: ages[found.0.key])
            }, chosen: chosen, unknown: holding == nil ? asked.resource : nil,
            reasons: chosen.flatMap { found[$0].0.forecast.details }.map { CapacityReasons($0.explanation) },
            record: scope == .everything ? outlook.map { CapacityModel.RecordLine.lines($0.record) } ?? [] : [],
            pollInterval: facts.pollInterval.inSeconds, seriesCount: figures.seriesCount,
            databaseBytes: figures.databaseBytes, version: facts.version, isDemo: facts.isDemo)
    }

    /// Seconds since the newest sample of each resource. Not a query: its results carry the time of the question.
    private func ages(of resources: [ResourceOutlook], at now: Timestamp) async throws -> [ResourceKey: Double] {
        var ages: [ResourceKey: Double] = [:]
        for unit in Set(resources.map(\.key.unit)) {
            let matcher = LabelMatcher(Label.metricName, .equal, DailyFigure(.used, unit).polledName)
            for (labels, sample) in try await source.latest([matcher], at: now, lookback: Self.lookback) {
                guard let key = ResourceKey(labels, unit: unit) else { continue }
                ages[key] = min(ages[key] ?? .infinity, max(0, (now - sample.timestamp).inSeconds))
            }
        }
        return ages
    }
}

extension CapacityModel.RecordLine {
    fileprivate static func lines(_ record: ForecastRecord) -> [CapacityModel.RecordLine] {
        record.lines.map {
            CapacityModel.RecordLine(
                horizonDays: $0.horizon, count: $0.count, medianError: $0.medianError, heldShare: $0.heldShare)
        }
    }
}

extension CapacityModel.Resource {
    fileprivate init(
        _ resource: ResourceOutlook, address: [(name: String, value: String)], name: String, age: Double?
    ) {
        let forecast = resource.forecast
        self.init(
            id: resource.key.resource, address: address, name: name, unit: CapacityModel.Unit(resource.key.unit),
            used: resource.used,
            size: resource.size, limit: resource.limit, growthPerDay: forecast.growthPerDay,
            abstention: forecast.abstention.map { CapacityModel.Abstention($0) },
            fill: CapacityModel.FillDays(forecast.fill),
            orderWithin: resource.orderWithin, fullWithin: forecast.fullWithin.values.compactMap { $0 },
            record: CapacityModel.RecordLine.lines(resource.record), history: resource.history.used,
            limits: resource.history.limit,
            band: (forecast.details?.band ?? []).map { CapacityModel.UsePoint($0) }, age: age)
    }
}

extension OverviewModel.Forecast {
    init(_ resource: ResourceOutlook, madeAt: Timestamp) {
        let forecast = resource.forecast
        self.init(
            madeAt: madeAt, abstention: forecast.abstention.map { CapacityModel.Abstention($0) },
            fill: CapacityModel.FillDays(forecast.fill), orderWithin: resource.orderWithin,
            band: (forecast.details?.band ?? []).map { CapacityModel.UsePoint($0) })
    }
}

extension CapacityModel.FillDays {
    fileprivate init(_ fill: FillDays) {
        self.init(p10: fill.p10, p50: fill.p50, p90: fill.p90)
    }
}

extension CapacityModel.UsePoint {
    fileprivate init(_ use: UseAhead) {
        self.init(day: use.day, p10: use.p10, p50: use.p50, p90: use.p90)
    }
}

extension CapacityModel.Unit {
    init(_ unit: ResourceUnit) {
        switch unit {
        case .bytes: self = .bytes
        case .bytesPerSecond: self = .bytesPerSecond
        case .cores: self = .cores
        case .watts: self = .watts
        case .rackUnits: self = .rackUnits
        case .count: self = .count
        }
    }
}

extension CapacityModel.Abstention {
    fileprivate init(_ abstention: CapacityPlanning.Abstention) {
        switch abstention {
        case .tooLittleHistory: self = .tooLittleHistory
        case .shrinking: self = .shrinking
        case .unstable: self = .unstable
        case .outdated: self = .outdated
        case .implausible: self = .implausible
        case .sizeUnknown: self = .sizeUnknown
        }
    }
}

extension CapacityReasons {
    fileprivate init(_ explanation: FillExplanation) {
        self.init(
            findings: explanation.findings.map { Finding($0) },
            components: explanation.components.map {
                Component(
                    model: Model($0.model), weight: $0.weight, growthPerDay: $0.growthPerDay,
                    backtestError: $0.backtestError)
            }, gaps: explanation.cleaning.gaps, excursions: explanation.cleaning.excursions,
            stuckReadings: explanation.cleaning.stuckReadings)
    }
}

extension CapacityReasons.Finding {
    init(_ finding: FillExplanation.Finding) {
        switch finding {
        case .regularDrops(let days, let size): self = .regularDrops(everyDays: days, size: size)
        case .retentionPurges(let use, let confidence): self = .purges(atUse: use, confidence: confidence)
        case .weekdayProfile(let offsets):
            // From Monday first to Sunday first.
            let highest = offsets.indices.max { offsets[$0] < offsets[$1] } ?? 0
            self = .weekdays(highest: (highest + 1) % 7)
        case .monthDayGrowth(let day, let size): self = .monthDay(day, size: size)
        case .step(let days, let size): self = .step(daysAgo: days, size: size)
        case .bursts(let perYear, let size): self = .bursts(perYear: perYear, size: size)
        case .compoundGrowth(let perMonth): self = .compound(perMonth: perMonth)
        case .saturation(let use): self = .saturation(atUse: use)
        case .yearlyCycle(let perDay): self = .yearlyCycle(perDay: perDay)
        case .rateChange(let days, let perDay): self = .rateChange(daysAgo: days, perDay: perDay)
        case .rest: self = .rest
        }
    }
}

extension CapacityReasons.Model {
    fileprivate init(_ model: FillExplanation.Component.Model) {
        switch model {
        case .localLinearTrend: self = .localLinearTrend
        case .changepoint: self = .changepoint
        case .levelDependent: self = .levelDependent
        case .yearlyCycle: self = .yearlyCycle
        case .window: self = .window
        case .drift: self = .drift
        }
    }
}
