import CapacityPlanning
import Forecasting
import MonitoringModel

extension LoadReport {
    /// - Parameters:
    ///   - loads: those the asker may see, in order, with their names.
    ///   - hasDetails: whether each comes with its hours.
    init(_ outlook: LoadOutlook, loads: [(CapacityPlanning.Load, name: String)], hasDetails: Bool) {
        self.init(
            madeAt: outlook.madeAt.rfc3339, start: TimeGrid.hours.start(of: outlook.firstHour).rfc3339,
            loads: loads.map { Load($0, name: $1, in: outlook, hasDetails: hasDetails) })
    }
}

extension LoadReport.Load {
    fileprivate init(_ load: Load, name: String, in outlook: LoadOutlook, hasDetails: Bool) {
        self.init(
            load: load.name, name: name, figure: load.key.figure.rawValue, end: load.key.end, site: load.key.site,
            unit: load.key.figure.unit.rawValue, capacity: load.capacity, current: load.current,
            peak: load.peak.map { hour in
                LoadReport.Peak(
                    at: TimeGrid.hours.start(of: outlook.firstHour + hour).rfc3339, p10: load.forecast.p10[hour],
                    p50: load.forecast.p50[hour], p90: load.forecast.p90[hour])
            },
            record: load.record.hours > 0
                ? LoadReport.Record(
                    hours: load.record.hours, heldShare: Double(load.record.held) / Double(load.record.hours)) : nil,
            details: hasDetails
                ? LoadReport.Details(
                    history: load.history.map { $0.isFinite ? $0 : nil }, p10: load.forecast.p10,
                    p50: load.forecast.p50, p90: load.forecast.p90,
                    models: load.forecast.models.map {
                        LoadReport.Model(model: $0.name.rawValue, weight: $0.weight, backtestError: $0.error)
                    }) : nil)
    }
}
