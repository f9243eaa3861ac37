import AnswerDisplay
import Foundation
import Glibc
import HTTPAPI
import MonitoringModel

/// Forecasts as text for a terminal.
enum ForecastText {
    // MARK: List

    static func list(_ report: CapacityReport) -> [String] {
        guard !report.resources.isEmpty else { return ["no resource reports its use"] }
        var rows = [
            ["pool", "used", "of", "a day", "days to full", "80 % range", "full on", "order by", "past forecasts"]
        ]
        for resource in report.resources {
            rows.append(
                [ReportText.name(resource.resource), share(resource), size(resource), growth(resource)]
                    + days(resource) + [record(resource.record)])
        }
        var lines = ReportText.table(rows)
        lines.append("")
        lines.append("forecast of \(TerminalText.safe(report.madeAt))")
        lines += report.record.map { "all \(text($0))" }
        if let calibration = report.calibration, calibration.isFitted {
            lines.append(
                "ranges are calibrated by \(ReportText.count(calibration.forecasts)) past forecasts, "
                    + "\(ReportText.count(calibration.filled)) of pools that filled")
        }
        return lines
    }

    private static func days(_ resource: CapacityReport.Resource) -> [String] {
        if let reason = resource.abstention { return ["no date: \(words(reason))", "", "", ""] }
        let fill = resource.fillDays
        let low = fill.p10.map(whole) ?? beyond
        return [
            fill.p50.map(whole) ?? beyond, fill.p10 == nil ? "" : "\(low)–\(fill.p90.map(whole) ?? beyond)",
            TerminalText.safe(resource.fillDates.p50 ?? ""), TerminalText.safe(order(resource)),
        ]
    }

    private static let beyond = ">365"

    private static func whole(_ days: Double) -> String { Int(exactly: days.rounded()).map { "\($0)" } ?? "?" }

    private static func order(_ resource: CapacityReport.Resource) -> String {
        guard let within = resource.orderWithinDays, let date = resource.orderBy else { return "" }
        return within < 0 ? "overdue \(whole(-within)) days" : date
    }

    private static func share(_ resource: CapacityReport.Resource) -> String {
        guard let size = resource.size, size > 0 else { return amount(resource.used, resource.unit) }
        return String(format: "%.0f %%", resource.used / size * 100)
    }

    private static func size(_ resource: CapacityReport.Resource) -> String {
        resource.size.map { amount($0, resource.unit) } ?? "?"
    }

    private static func growth(_ resource: CapacityReport.Resource) -> String {
        resource.growthPerDay.map { ($0 > 0 ? "+" : "") + amount($0, resource.unit) } ?? ""
    }

    private static func change(_ resource: CapacityReport.Resource) -> String {
        let perDay = resource.growthPerDay ?? 0
        return "\(perDay < 0 ? "falls" : "grows") by \(amount(perDay.magnitude, resource.unit)) a day"
    }

    /// The longest horizon: what planners look at.
    private static func record(_ lines: [CapacityReport.RecordLine]) -> String { lines.last.map(text) ?? "" }

    private static func text(_ line: CapacityReport.RecordLine) -> String {
        String(
            format: "%d-day forecasts: median error %.1f %%, the 80 %% range held %.0f %% (%d)", line.horizonDays,
            line.medianError * 100, line.heldShare * 100, line.count)
    }

    private static func words(_ reason: String) -> String {
        switch reason {
        case "too_little_history": "too little history"
        case "shrinking": "use is falling"
        case "unstable": "too uneven to tell"
        case "outdated": "no reading for too long"
        case "implausible_readings": "its readings do not fit its size"
        case "size_unknown": "its size is not known"
        default: TerminalText.safe(reason)
        }
    }

    private static func amount(_ value: Double, _ unit: String) -> String {
        self.unit(unit).text(value) + (unit == "rack_units" ? " U" : "")
    }

    // MARK: One resource

    static func explanation(of resource: CapacityReport.Resource, madeAt: String) -> [String] {
        var lines = [
            "\(TerminalText.safe(resource.resource))  \(TerminalText.safe(resource.name))",
            "used \(amount(resource.used, resource.unit)) of \(size(resource))"
                + (resource.limit.map { ", full at \(amount($0, resource.unit))" } ?? ""),
        ]
        if let reason = resource.abstention {
            lines.append("no date: \(words(reason))")
        } else {
            let days = days(resource)
            lines.append(
                "full in \(days[0]) days" + (days[1].isEmpty ? "" : ", 80 % range \(days[1])")
                    + (days[2].isEmpty ? "" : ", on \(days[2])") + (days[3].isEmpty ? "" : "; order by: \(days[3])"))
            lines += probabilities(resource.fullWithin)
        }
        lines += resource.record.map(text)
        if let details = resource.details {
            let chart = chart(details, resource, madeAt: madeAt)
            if !chart.isEmpty { lines += [""] + chart }
            lines += why(details.explanation, resource)
        }
        return lines
    }

    private static func probabilities(_ full: CapacityReport.Probabilities) -> [String] {
        let spans = [(30, full.days30), (90, full.days90), (180, full.days180)].compactMap { days, probability in
            probability.map { String(format: "%.0f %% within %d days", $0 * 100, days) }
        }
        return spans.isEmpty ? [] : ["full with a probability of " + spans.joined(separator: ", ")]
    }

    private static func why(
        _ explanation: CapacityReport.Explanation?, _ resource: CapacityReport.Resource
    ) -> [String] {
        guard let explanation else { return ["", "why: told after the next run"] }
        var lines = ["", "why"]
        if resource.growthPerDay != nil { lines.append("  " + change(resource)) }
        lines += explanation.findings.map { "  " + TerminalText.safe($0.text) }
        if explanation.gaps + explanation.excursions + explanation.stuckReadings > 0 {
            lines.append(
                "  not used: \(explanation.gaps) days without a reading, \(explanation.excursions) outliers, "
                    + "\(explanation.stuckReadings) stuck readings")
        }
        guard !explanation.components.isEmpty else { return lines }
        lines.append("")
        let rows = explanation.components.map { component in
            [
                "  " + TerminalText.safe(component.model), String(format: "%.0f %%", component.weight * 100),
                amount(component.growthPerDay, resource.unit),
                component.backtestError.map { amount($0, resource.unit) } ?? "",
            ]
        }
        return lines + ReportText.table([["  model", "weight", "a day", "missed in back-tests by"]] + rows)
    }

    /// The past, the expected use and its range, and what counts as full, as four series.
    private static func chart(
        _ details: CapacityReport.Details, _ resource: CapacityReport.Resource, madeAt: String
    ) -> [String] {
        guard details.used.count > 1, let today = day(details.historyStart).map({ $0 + details.used.count - 1 }) else {
            return []
        }
        let last = min(details.band.last?.day ?? 0, 180)
        func time(_ day: Int) -> Timestamp { Timestamp(milliseconds: Int64(day) * 86_400_000) }
        func series(_ name: String, _ points: [(Int, Double)]) -> SeriesSamples {
            SeriesSamples(
                labels: LabelSet([Label("use", name)]),
                samples: points.map { Sample(time(today + $0.0), $0.1) })
        }
        let first = -(details.used.count - 1)
        let past = details.used.enumerated().compactMap { offset, value in value.map { (offset + first, $0) } }
        // Days between those of the band, so that the lines have no gaps.
        func ahead(_ figure: (CapacityReport.UsePoint) -> Double) -> [(Int, Double)] {
            var points: [(Int, Double)] = []
            let today = CapacityReport.UsePoint(day: 0, p10: resource.used, p50: resource.used, p90: resource.used)
            for (start, end) in zip([today] + details.band, details.band)
            where start.day < last && end.day - start.day < 3_650 {
                for day in start.day..<max(end.day, start.day + 1) {
                    let share = Double(day - start.day) / Double(max(end.day - start.day, 1))
                    points.append((day, figure(start) + (figure(end) - figure(start)) * share))
                }
            }
            return points.filter { $0.0 <= last }
        }
        var all = [series("past", past), series("expected", ahead(\.p50))]
        all += [series("low", ahead(\.p10)), series("high", ahead(\.p90))]
        if let limit = resource.limit {
            let before = details.limit.enumerated().compactMap { offset, value in value.map { (offset + first, $0) } }
            all.append(series("full", before.filter { $0.0 < 0 } + (0...max(last, 0)).map { ($0, limit) }))
        }
        let window = QueryWindow(start: time(today + first), end: time(today + last), step: .seconds(86_400))
        return AnswerChart(all, unit: unit(resource.unit), window: window, style: .beside(lines: 24)).lines
    }

    private static func unit(_ unit: String) -> ValueUnit {
        switch unit {
        case "bytes": .bytes
        case "bytes_per_second": .bytesPerSecond
        case "watts": .watts
        default: .number
        }
    }

    /// Days since 1970-01-01 of a date as `2027-01-03`.
    private static func day(_ date: String) -> Int? {
        Timestamp(text: "\(date)T00:00:00Z").map { Int(($0.seconds / 86_400).rounded(.down)) }
    }
}

extension AnswerChart.Style {
    /// For a chart on this terminal, if standard output is one, with so many lines of text around it.
    static func beside(lines: Int) -> AnswerChart.Style {
        var style = AnswerChart.Style()
        if let terminal = Terminal.size(of: STDOUT_FILENO) {
            style.width = terminal.columns
            style.rows = min(max(terminal.rows - lines, 8), style.rows)
            style.hasColours = Terminal.takesColours
        }
        return style
    }
}
