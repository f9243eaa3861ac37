import MonitoringModel
import SNMP

/// The rows of one table from poll to poll: their keys and the slots of their series.
///
/// As long as a poll finds the same rows with the same key texts as the one before, writing it looks up nothing and makes no
/// text: each value goes to the slot at its place.
package struct TableSeries: Sendable {
    private var rows: [RowIndex] = []
    /// Where the cells of the last poll lay.
    private(set) var layout: TableLayout?
    private var keyCells: [SNMPValue] = []
    private var textCells: [SNMPValue] = []
    /// Key texts of each row, one per key label.
    package private(set) var keys: [[String]] = []
    /// Value by value, one per row; -1: not asked for yet.
    private var slots: [SeriesLedger.Slot] = []
    /// One per row; -1: to be made from `textCells`.
    private var infoSlots: [SeriesLedger.Slot] = []

    package init() {}

    /// Takes in what a poll found.
    /// - Parameter areKeysComplete: whether every key column was read. If not, the rows keep the keys they had, and a table whose
    ///   rows differ is refused: a port must not change its name because one request was lost.
    /// - Returns: false when the table was refused.
    mutating func update(_ joined: JoinedTable, _ table: ReadingPlan.Table, areKeysComplete: Bool) -> Bool {
        let isSameRows = joined.layout === layout || joined.rows == rows
        guard areKeysComplete else { return isSameRows }
        layout = joined.layout
        let keyColumns = table.keys.flatMap(\.columns)
        if isSameRows, isSame(joined, keyColumns) { return true }
        rows = joined.rows
        keyCells = rows.indices.flatMap { row in keyColumns.map { joined.cell(row, $0) } }
        let indexes = rows.map(\.description)
        if table.keys.isEmpty {
            keys = indexes.map { [$0] }
        } else {
            let texts = rows.indices.map { row in
                table.keys.map { key in
                    key.columns.lazy.map { joined.cell(row, $0).labelText }.first { !$0.isEmpty } ?? ""
                }
            }
            keys = RowKeys.unique(texts, indexes: indexes)
        }
        forgetSlots(table)
        return true
    }

    /// Drops the slots, because the ledger renumbered its own or the rows changed.
    mutating func forgetSlots(_ table: ReadingPlan.Table) {
        slots = Array(repeating: -1, count: rows.count * table.values.count)
        infoSlots = Array(repeating: -1, count: rows.count)
        textCells = Array(repeating: .null, count: rows.count * table.texts.count)
    }

    private func isSame(_ joined: JoinedTable, _ keyColumns: [Int]) -> Bool {
        var position = 0
        for row in rows.indices {
            for column in keyColumns {
                if keyCells[position] != joined.cell(row, column) { return false }
                position += 1
            }
        }
        return true
    }

    /// Writes a value for each cell that holds one, and the info series.
    mutating func write(_ joined: JoinedTable, _ table: ReadingPlan.Table, into series: inout TargetSeries) {
        var unknown: [(slot: Int, value: Double)] = []
        var labels: [LabelSet] = []
        for (number, value) in table.values.enumerated() {
            let first = number * rows.count
            joined.forEachCell(of: value.column) { row, cell in
                guard let sample = cell.sampleValue else { return }
                let scaled = value.scale == 1 ? sample : sample * value.scale
                let slot = slots[first + row]
                if slot >= 0 {
                    series.ledger.write(slot, scaled)
                } else {
                    unknown.append((first + row, scaled))
                    labels.append(LabelSet(metric: value.name, keyLabels(row, table) + series.base))
                }
            }
        }
        for (new, slot) in zip(unknown, series.slots(for: labels)) {
            slots[new.slot] = slot
            series.ledger.write(slot, new.value)
        }
        if let info = table.info, !table.texts.isEmpty { writeInfo(info, joined, table, into: &series) }
    }

    private mutating func writeInfo(
        _ info: String, _ joined: JoinedTable, _ table: ReadingPlan.Table, into series: inout TargetSeries
    ) {
        var changed: [Int] = []
        var labels: [LabelSet] = []
        for row in rows.indices {
            var isChanged = infoSlots[row] < 0
            for (offset, text) in table.texts.enumerated() {
                let position = row * table.texts.count + offset
                let cell = joined.cell(row, text.column)
                if textCells[position] != cell {
                    textCells[position] = cell
                    isChanged = true
                }
            }
            guard isChanged else {
                series.ledger.write(infoSlots[row], 1)
                continue
            }
            changed.append(row)
            // The last of equal names wins: keys and the target's own labels are never covered by a text.
            let texts = table.texts.map { Label($0.label, joined.cell(row, $0.column).labelText) }
            labels.append(
                LabelSet(
                    metric: info,
                    texts + [Label("index", rows[row].description)] + keyLabels(row, table) + series.base))
        }
        for (row, slot) in zip(changed, series.slots(for: labels)) {
            infoSlots[row] = slot
            series.ledger.write(slot, 1)
        }
    }

    private func keyLabels(_ row: Int, _ table: ReadingPlan.Table) -> [Label] {
        if table.keys.isEmpty { return [Label("index", keys[row][0])] }
        return zip(table.keys, keys[row]).map { Label($0.label, $1) }
    }
}
