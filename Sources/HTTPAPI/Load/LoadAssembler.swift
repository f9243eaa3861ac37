import CapacityPlanning
import Forecasting
import Inventory
import MonitoringModel
import WebUI

/// Fills the page of load ahead from the outlook that the JSON API answers from.
struct LoadAssembler: Sendable {
    let view: any ServiceView
    let capacity: any CapacityView
    let clock: any WallClock

    /// The loads of the outlook that a scope holds, in order, with their names in a language.
    func loads(of outlook: LoadOutlook, scope: QueryScope, language: String) -> [(Load, name: String)] {
        let inventory = view.inventory
        let narrowing = ScopeNarrowing(scope, inventory: inventory)
        let names = EntityNames(inventory: inventory, language: language)
        let rooms = Dictionary(
            inventory.rooms.map { ($0.id, $0.name.text(language)) }, uniquingKeysWith: { first, _ in first })
        return outlook.loads.compactMap { load in
            let key = load.key
            guard scope.includes(site: key.site.isEmpty ? nil : key.site) else { return nil }
            let name =
                switch key.figure {
                case .processor: names.device(key.id)
                // A link's name may name its other end.
                case .receive, .transmit: narrowing.includes(link: key.id) ? names.link(key.id) : key.id
                case .inCall: rooms[key.id] ?? key.id
                case .calls: view.facts.cityName.text(language)
                }
            return (load, name)
        }
    }

    /// - Parameters:
    ///   - group: the kinds that are shown; nil: all.
    ///   - search: what shown names hold.
    ///   - asked: the name of the load in the chart; nil, or one that is not there: the first that is shown.
    func model(
        language: String, scope: QueryScope, group: LoadModel.Group?, search: SearchText, asked: String?
    ) -> LoadModel {
        let facts = view.facts
        let figures = view.figures().narrowed(to: scope)
        let outlook = capacity.loads
        let found = outlook.map { Self.oneEndOfEachLink(loads(of: $0, scope: scope, language: language)) } ?? []
        var model = LoadModel(
            cityName: facts.cityName.text(language), now: clock.now, timeZone: facts.timeZone,
            madeAt: outlook?.madeAt, start: outlook.map { TimeGrid.hours.start(of: $0.firstHour) } ?? clock.now,
            rows: found.map { LoadModel.Row($0, name: $1) }, group: group, search: search, chosen: "", unknown: nil,
            seriesCount: figures.seriesCount, databaseBytes: figures.databaseBytes, version: facts.version,
            isDemo: facts.isDemo)
        if let asked {
            let told = Self.told(asked)
            model.chosen = model.rows.first { $0.id == asked || $0.id == told }?.id ?? ""
            if model.chosen.isEmpty, !asked.isEmpty { model.unknown = asked }
        }
        if model.chosen.isEmpty { model.chosen = model.shown.first?.id ?? "" }
        return model
    }

    /// The name of the same traffic as end a tells it.
    private static func told(_ name: String) -> String {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        let opposite = [LoadFigure.receive.rawValue: LoadFigure.transmit, LoadFigure.transmit.rawValue: .receive]
        guard parts.count == 3, parts[2] == "b", let figure = opposite[String(parts[0])] else { return name }
        return "\(figure.rawValue):\(parts[1]):a"
    }

    /// What one end receives the other sends: where end a is there, end b says nothing more.
    private static func oneEndOfEachLink(_ loads: [(Load, name: String)]) -> [(Load, name: String)] {
        let told = Set(loads.lazy.map(\.0.key).filter { $0.end == "a" }.map(\.id))
        return loads.filter { $0.0.key.end != "b" || !told.contains($0.0.key.id) }
    }
}

extension LoadModel.Row {
    fileprivate init(_ load: Load, name: String) {
        self.init(
            id: load.name, name: name, kind: LoadModel.Kind(load.key.figure),
            unit: LoadModel.Unit(load.key.figure.unit), capacity: load.capacity, current: load.current,
            history: load.history,
            ahead: LoadModel.Ahead(p10: load.forecast.p10, p50: load.forecast.p50, p90: load.forecast.p90),
            peak: load.peak.map {
                LoadModel.Peak(hour: $0, p50: load.forecast.p50[$0], p90: load.forecast.p90.max() ?? .nan)
            },
            abstention: load.forecast.abstains ? .tooFewReadings : nil,
            components: load.forecast.models.map {
                LoadModel.Component(model: LoadModel.Model($0.name), weight: $0.weight, error: $0.error)
            },
            record: load.record.hours > 0
                ? LoadModel.Record(
                    hours: load.record.hours, heldShare: Double(load.record.held) / Double(load.record.hours)) : nil)
    }
}

extension LoadModel.Kind {
    fileprivate init(_ figure: LoadFigure) {
        switch figure {
        case .processor: self = .processor
        case .receive: self = .receive
        case .transmit: self = .transmit
        case .inCall: self = .inCall
        case .calls: self = .calls
        }
    }
}

extension LoadModel.Unit {
    fileprivate init(_ unit: LoadFigure.Unit) {
        switch unit {
        case .ratio: self = .ratio
        case .bytesPerSecond: self = .bytesPerSecond
        case .count: self = .count
        }
    }
}

extension LoadModel.Model {
    fileprivate init(_ component: RateComponent) {
        switch component {
        case .seasonalNaive: self = .seasonalNaive
        case .seasonalSmoothing: self = .seasonalSmoothing
        case .autoregression: self = .autoregression
        case .shortSeasonAutoregression: self = .shortSeasonAutoregression
        case .longSeasonAutoregression: self = .longSeasonAutoregression
        case .changeAutoregression: self = .changeAutoregression
        case .wideChangeAutoregression: self = .wideChangeAutoregression
        case .pastValues: self = .pastValues
        }
    }
}
