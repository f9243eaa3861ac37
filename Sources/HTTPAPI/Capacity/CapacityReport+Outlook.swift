import CapacityPlanning
import Forecasting
import Foundation
import Inventory
import MonitoringModel
import WebUI

extension CapacityReport {
    /// - Parameters:
    ///   - resources: those the asker may see, in order, with their names.
    ///   - showsRecordOfAll: whether what all forecasts together say is told; not where the asker may see some sites only.
    init(_ outlook: CapacityOutlook, resources: [(ResourceOutlook, name: String)], showsRecordOfAll: Bool) {
        self.init(
            madeAt: outlook.madeAt.rfc3339, record: showsRecordOfAll ? RecordLine.lines(outlook.record) : [],
            calibration: showsRecordOfAll ? Calibration(outlook.calibration) : nil,
            resources: resources.map { Resource($0, name: $1, in: outlook) })
    }
}

extension CapacityReport.Calibration {
    fileprivate init(_ calibration: ForecastCalibration) {
        self.init(
            forecasts: calibration.forecasts, filled: calibration.filled, isFitted: calibration.isFitted,
            shift: calibration.shift, stretch: calibration.stretch)
    }
}

extension CapacityReport.RecordLine {
    static func lines(_ record: ForecastRecord) -> [CapacityReport.RecordLine] {
        record.lines.map {
            CapacityReport.RecordLine(
                horizonDays: $0.horizon, count: $0.count, medianError: $0.medianError, heldShare: $0.heldShare)
        }
    }
}

extension CapacityReport.Resource {
    init(_ resource: ResourceOutlook, name: String, in outlook: CapacityOutlook) {
        let forecast = resource.forecast
        let fill = forecast.abstention == nil ? forecast.fill : FillDays()
        func date(_ days: Double?) -> String? {
            days.map { CivilDate.text(ofDay: outlook.madeOn + Int($0.rounded())) }
        }
        self.init(
            resource: resource.key.resource, name: name, kind: resource.key.kind, unit: resource.key.unit.rawValue,
            site: resource.key.site, used: resource.used, size: resource.size, limit: resource.limit,
            growthPerDay: forecast.growthPerDay, abstention: forecast.abstention?.rawValue,
            fillDays: CapacityReport.Quantiles(p10: fill.p10, p50: fill.p50, p90: fill.p90),
            fillDates: CapacityReport.Quantiles(p10: date(fill.p10), p50: date(fill.p50), p90: date(fill.p90)),
            fullWithin: CapacityReport.Probabilities(
                days30: forecast.fullWithin.days30, days90: forecast.fullWithin.days90,
                days180: forecast.fullWithin.days180),
            orderWithinDays: resource.orderWithin, orderBy: date(resource.orderWithin),
            record: CapacityReport.RecordLine.lines(resource.record), details: nil)
    }
}

extension CapacityReport.Details {
    /// - Parameter words: tells a finding to a person.
    init(_ resource: ResourceOutlook, in outlook: CapacityOutlook, words: (CapacityReasons.Finding) -> String) {
        func known(_ values: [Double]) -> [Double?] { values.map { $0.isFinite ? $0 : nil } }
        let explanation = resource.forecast.details?.explanation
        self.init(
            historyStart: CivilDate.text(ofDay: outlook.madeOn - max(resource.history.used.count - 1, 0)),
            used: known(resource.history.used), limit: known(resource.history.limit),
            band: (resource.forecast.details?.band ?? []).map {
                CapacityReport.UsePoint(day: $0.day, p10: $0.p10, p50: $0.p50, p90: $0.p90)
            },
            explanation: explanation.map { explanation in
                CapacityReport.Explanation(
                    gaps: explanation.cleaning.gaps, excursions: explanation.cleaning.excursions,
                    stuckReadings: explanation.cleaning.stuckReadings,
                    findings: explanation.findings.map {
                        CapacityReport.Explanation.Finding(kind: $0.code, text: words(CapacityReasons.Finding($0)))
                    },
                    components: explanation.components.map {
                        CapacityReport.Explanation.Component(
                            model: $0.model.rawValue, weight: $0.weight, growthPerDay: $0.growthPerDay,
                            backtestError: $0.backtestError)
                    })
            })
    }
}

extension FillExplanation.Finding {
    /// As the API names it.
    fileprivate var code: String {
        switch self {
        case .regularDrops: "regular_drops"
        case .retentionPurges: "retention_purges"
        case .weekdayProfile: "weekday_profile"
        case .monthDayGrowth: "month_day_growth"
        case .step: "step"
        case .bursts: "bursts"
        case .compoundGrowth: "compound_growth"
        case .saturation: "saturation"
        case .yearlyCycle: "yearly_cycle"
        case .rateChange: "rate_change"
        case .rest: "rest"
        }
    }
}

/// Days since 1970-01-01 as dates.
enum CivilDate {
    /// As `2027-01-03`.
    static func text(ofDay day: Int) -> String {
        String(Timestamp(milliseconds: Int64(day) * 86_400_000).utcText.prefix(10))
    }
}
