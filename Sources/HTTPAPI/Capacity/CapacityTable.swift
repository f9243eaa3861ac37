import AnswerFormat

/// Forecasts as a table for spreadsheets (RFC 4180): a line of names, then one a resource, fewest days first.
package struct CapacityTable: Sendable {
    private let report: CapacityReport

    package init(_ report: CapacityReport) {
        self.report = report
    }

    private struct Cell {
        var text: String
        /// Or a date: known to hold nothing that would have to be quoted.
        var isNumber: Bool
    }

    private typealias Column = (name: String, cell: @Sendable (CapacityReport.Resource) -> Cell)

    private static let columns: [Column] = [
        ("resource", { text($0.resource) }), ("name", { text($0.name) }), ("kind", { text($0.kind) }),
        ("site", { text($0.site) }), ("unit", { text($0.unit) }), ("used", { number($0.used) }),
        ("size", { number($0.size) }), ("full_at", { number($0.limit) }),
        ("growth_per_day", { number($0.growthPerDay) }), ("no_date_because", { text($0.abstention ?? "") }),
        ("days_to_full_p10", { number($0.fillDays.p10) }), ("days_to_full_p50", { number($0.fillDays.p50) }),
        ("days_to_full_p90", { number($0.fillDays.p90) }), ("full_on_p10", { date($0.fillDates.p10) }),
        ("full_on_p50", { date($0.fillDates.p50) }), ("full_on_p90", { date($0.fillDates.p90) }),
        ("full_within_30d", { number($0.fullWithin.days30) }), ("full_within_90d", { number($0.fullWithin.days90) }),
        ("full_within_180d", { number($0.fullWithin.days180) }), ("order_by", { date($0.orderBy) }),
    ]

    /// Begins with a byte order mark, without which spreadsheets take UTF-8 for something else.
    package var csv: [UInt8] {
        var csv: [UInt8] = [0xEF, 0xBB, 0xBF]
        append(Self.columns.map { Cell(text: $0.name, isNumber: true) }, to: &csv)
        for resource in report.resources { append(Self.columns.map { $0.cell(resource) }, to: &csv) }
        return csv
    }

    private func append(_ cells: [Cell], to csv: inout [UInt8]) {
        for (place, cell) in cells.enumerated() {
            if place > 0 { csv.append(UInt8(ascii: ",")) }
            CSVCell.append(cell.text, to: &csv, isQuoted: !cell.isNumber)
        }
        csv += "\r\n".utf8
    }

    private static func number(_ value: Double?) -> Cell { Cell(text: value.map { "\($0)" } ?? "", isNumber: true) }

    private static func date(_ date: String?) -> Cell { Cell(text: date ?? "", isNumber: true) }

    /// Texts come from devices, too: none may be taken for a formula, nor split at another character than a comma.
    private static func text(_ text: String) -> Cell {
        let isFormula = text.utf8.first.map { "=+-@\t\r\n".utf8.contains($0) } == true
        return Cell(text: isFormula ? "'" + text : text, isNumber: false)
    }
}
