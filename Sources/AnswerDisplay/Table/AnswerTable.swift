package import MonitoringModel

/// An answer as an aligned table: a column for each label, the plain value, and beside it one that people read where the
/// metric's name tells its unit.
package struct AnswerTable {
    /// Without line breaks; nothing when there are no series.
    package let lines: [String]

    /// - Parameters:
    ///   - unit: of values whose series has no metric name.
    ///   - zone: for times.
    ///   - width: columns of the terminal: a wider table tells labels that are the same in every row once, above; nil: any width.
    package init(_ value: QueryAnswer.Value, unit: ValueUnit = .number, zone: ClockZone = .utc, width: Int? = nil) {
        switch value {
        case .scalar(let sample): lines = [Self.text(of: sample.value, unit, zone)]
        case .string(let text, _): lines = [TerminalText.safe(text)]
        case .vector(let elements):
            let rows = elements.map { Row(labels: $0.labels, time: nil, value: $0.sample.value) }
            lines = Self.lines(of: rows, unit, zone, width)
        case .matrix(let series):
            let rows = series.flatMap { series in
                series.samples.map { Row(labels: series.labels, time: zone.text($0.timestamp), value: $0.value) }
            }
            lines = Self.lines(of: rows, unit, zone, width)
        }
    }

    private struct Row {
        var labels: LabelSet
        var time: String?
        var value: Double
    }

    private static func text(of value: Double, _ unit: ValueUnit, _ zone: ClockZone) -> String {
        let plain = ReadableNumber.plain(value)
        return ReadableNumber.beside(value, unit, zone: zone).map { "\(plain)  \($0)" } ?? plain
    }

    private static func lines(of rows: [Row], _ unit: ValueUnit, _ zone: ClockZone, _ width: Int?) -> [String] {
        if rows.count == 1, rows[0].labels.labels.isEmpty, rows[0].time == nil {
            return [text(of: rows[0].value, unit, zone)]
        }
        let lines = aligned(rows, leavingOut: [], unit, zone)
        guard let width, lines.contains(where: { TerminalText.width($0) > width }) else { return lines }
        let common = commonLabels(of: rows.map(\.labels))
        guard !common.isEmpty else { return lines }
        return ["all: " + LabelSet(Array(common)).selectorText] + aligned(rows, leavingOut: common, unit, zone)
    }

    private static func aligned(
        _ rows: [Row], leavingOut common: Set<Label>, _ unit: ValueUnit, _ zone: ClockZone
    ) -> [String] {
        guard !rows.isEmpty else { return [] }
        var found: Set<String> = []
        for row in rows { for label in row.labels.labels where !common.contains(label) { found.insert(label.name) } }
        // The metric's name leads: it sorts before most others only by chance.
        let names = (found.remove(Label.metricName).map { [$0] } ?? []) + found.sorted()
        let hasTimes = rows.contains { $0.time != nil }
        var cells = [names.map { $0 == Label.metricName ? "metric" : TerminalText.safe($0) }]
        cells[0] += (hasTimes ? ["time"] : []) + ["value", ""]
        for row in rows {
            let own = row.labels[Label.metricName].map { ValueUnit(metric: $0) } ?? unit
            cells.append(
                names.map { TerminalText.safe(row.labels[$0] ?? "") } + (hasTimes ? [row.time ?? ""] : [])
                    + [ReadableNumber.plain(row.value), ReadableNumber.beside(row.value, own, zone: zone) ?? ""])
        }
        let sides: [AlignedRows.Side] = names.map { _ in .left } + (hasTimes ? [.left] : []) + [.right, .right]
        return AlignedRows(sides: sides, rows: cells).lines
    }
}
