import AnswerDisplay
import Foundation
import HTTPAPI
import MonitoringModel

/// Loads of the coming week as text for a terminal.
enum LoadText {
    // MARK: List

    static func list(_ report: LoadReport) -> [String] {
        guard !report.loads.isEmpty else { return ["nothing reports a load"] }
        var rows = [["load", "last hour", "of", "busiest hour", "expected", "80 % range", "ranges that held", "name"]]
        for load in report.loads {
            let head = [
                ReportText.name(load.load), load.current.map { amount($0, load) } ?? "",
                load.unit == "ratio" ? "" : load.capacity.map { amount($0, load) } ?? "",
            ]
            let middle =
                load.peak.map { peak in
                    [
                        hour(peak.at), amount(peak.p50, load) + share(peak.p50, load),
                        amount(peak.p10, load) + "–" + amount(peak.p90, load),
                    ]
                } ?? ["too few readings to tell", "", ""]
            rows.append(head + middle + [record(load.record), ReportText.name(load.name)])
        }
        return ReportText.table(rows) + ["", "forecast of \(TerminalText.safe(report.madeAt))"]
    }

    private static func record(_ record: LoadReport.Record?) -> String {
        record.map { String(format: "%.0f %% of %d h", $0.heldShare * 100, $0.hours) } ?? ""
    }

    /// Of what a line can bear; "" where the amount is a share itself, or nothing is known.
    private static func share(_ value: Double, _ load: LoadReport.Load) -> String {
        guard load.unit != "ratio", let capacity = load.capacity, capacity > 0 else { return "" }
        return String(format: " (%.0f %%)", value / capacity * 100)
    }

    /// Traffic in bits, as lines are sold.
    private static func amount(_ value: Double, _ load: LoadReport.Load) -> String {
        unit(load).text(value * (load.unit == "bytes_per_second" ? 8 : 1))
    }

    private static func unit(_ load: LoadReport.Load) -> ValueUnit {
        switch load.unit {
        case "ratio": .ratio
        case "bytes_per_second": .bitsPerSecond
        default: .number
        }
    }

    /// As clocks of this machine, or TZ, have it: `Mon 2026-11-30 09:00`.
    private static func hour(_ text: String) -> String {
        guard let time = Timestamp(text: text) else { return TerminalText.safe(text) }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .current
        let part = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .weekday], from: Date(timeIntervalSince1970: time.seconds))
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        guard let day = part.weekday, weekdays.indices.contains(day - 1) else { return TerminalText.safe(text) }
        return weekdays[day - 1]
            + String(
                format: " %04d-%02d-%02d %02d:%02d", part.year ?? 0, part.month ?? 0, part.day ?? 0, part.hour ?? 0,
                part.minute ?? 0)
    }

    // MARK: One load

    static func explanation(of load: LoadReport.Load, in report: LoadReport) -> [String] {
        var lines = ["\(TerminalText.safe(load.load))  \(TerminalText.safe(load.name))"]
        lines.append(
            "last hour \(load.current.map { amount($0, load) } ?? "without a reading")"
                + (load.unit == "ratio" ? "" : load.capacity.map { " of \(amount($0, load))" } ?? ""))
        if let peak = load.peak {
            lines.append(
                "busiest hour of the coming week: \(hour(peak.at)), \(amount(peak.p50, load))\(share(peak.p50, load)), "
                    + "80 % range \(amount(peak.p10, load))–\(amount(peak.p90, load))")
        } else {
            lines.append("no forecast: too few readings to tell")
        }
        if let record = load.record {
            lines.append(
                String(format: "the 80 %% range held %.0f %% of %d hours", record.heldShare * 100, record.hours))
        }
        guard let details = load.details else { return lines }
        let chart = chart(details, load, start: report.start)
        if !chart.isEmpty { lines += [""] + chart }
        guard !details.models.isEmpty else { return lines }
        let rows = details.models.map { model in
            [
                "  " + TerminalText.safe(model.model), String(format: "%.0f %%", model.weight * 100),
                amount(model.backtestError, load),
            ]
        }
        return lines + [""] + ReportText.table([["  model", "weight", "missed in back-tests by"]] + rows)
    }

    /// The past, the expected load and its range, as series.
    private static func chart(_ details: LoadReport.Details, _ load: LoadReport.Load, start: String) -> [String] {
        guard let start = Timestamp(text: start) else { return [] }
        let factor = load.unit == "bytes_per_second" ? 8.0 : 1
        let hour = Duration.seconds(3_600)
        func series(_ name: String, from first: Timestamp, _ values: [Double?]) -> SeriesSamples {
            SeriesSamples(
                labels: LabelSet([Label("load", name)]),
                samples: values.enumerated().compactMap { place, value in
                    value.map { Sample(first + hour * place, $0 * factor) }
                })
        }
        let first = start - hour * details.history.count
        let all = [
            series("past", from: first, details.history), series("expected", from: start, details.p50),
            series("low", from: start, details.p10), series("high", from: start, details.p90),
        ]
        let end = start + hour * max(details.p50.count - 1, 0)
        var style = AnswerChart.Style.beside(lines: 20)
        style.zone = .here
        return AnswerChart(
            all, unit: unit(load), window: QueryWindow(start: first, end: end, step: hour), style: style
        ).lines
    }
}
