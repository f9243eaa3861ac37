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
    private var lookupCells: [ColumnCells?] = []
    private var textCells: [SNMPValue] = []
    /// Key texts of each row, one per key label.
    package private(set) var keys: [[String]] = []
    /// Whether the last poll found other rows or other keys than the one before.
    private(set) var isRenamed = false
    /// By row, whether the table's conditions hold; nil: all rows are taken.
    private(set) var taken: [Bool]?
    /// Value by value, one per row; -1: not asked for yet.
    private var slots: [SeriesLedger.Slot] = []
    /// One per row; -1: to be made from `textCells`.
    private var infoSlots: [SeriesLedger.Slot] = []

    package init() {}

    /// Takes in what a poll found.
    /// - Parameters:
    ///   - lookups: the cells of `table.lookupColumns`.
    ///   - areKeysComplete: whether every column the keys depend on was read. If not, the rows keep the keys they had, and a
    ///     table whose rows differ is refused: a port must not change its name because one request was lost.
    /// - Returns: false when the table was refused.
    mutating func update(
        _ joined: JoinedTable, _ table: ReadingPlan.Table, lookups: [ColumnCells?] = [], areKeysComplete: Bool
    ) -> Bool {
        isRenamed = false
        let isSameRows = joined.layout === layout || joined.rows == rows
        guard areKeysComplete else { return isSameRows }
        layout = joined.layout
        let keyColumns = table.keyColumns
        if isSameRows, isSame(joined, keyColumns), isSame(lookups) { return true }
        isRenamed = true
        rows = joined.rows
        keyCells = rows.indices.flatMap { row in keyColumns.map { joined.cell(row, $0) } }
        lookupCells = lookups
        let texts = RowTexts(joined, table, lookups: lookups)
        taken = table.conditions.isEmpty ? nil : rows.indices.map(texts.fulfilsConditions)
        keys = rows.map { [$0.description] }
        if !table.keys.isEmpty {
            // Rows that are left out take nobody's name.
            let named = rows.indices.filter(isTaken)
            let unique = RowKeys.unique(named.map(texts.keys), indexes: named.map { keys[$0][0] })
            for (row, key) in zip(named, unique) { keys[row] = key }
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

    private func isSame(_ lookups: [ColumnCells?]) -> Bool {
        lookups.count == lookupCells.count
            && zip(lookups, lookupCells).allSatisfy { $0?.rows === $1?.rows && $0?.values == $1?.values }
    }

    func isTaken(_ row: Int) -> Bool { taken?[row] ?? true }

    /// What a row is called where a declared thing names it: its keys in one text.
    func name(_ row: Int) -> String { keys[row].filter { !$0.isEmpty }.joined(separator: " ") }

    /// Writes a value for each cell that holds one, and the info series.
    mutating func write(
        _ joined: JoinedTable, _ table: ReadingPlan.Table, _ refusals: inout Refusals, into series: inout TargetSeries
    ) {
        var unknown: [(slot: Int, value: Double)] = []
        var labels: [LabelSet] = []
        for (number, value) in table.values.enumerated() {
            let first = number * rows.count
            func write(_ row: Int, _ sample: Double) {
                let slot = slots[first + row]
                if slot >= 0 {
                    series.ledger.write(slot, sample)
                } else {
                    unknown.append((first + row, sample))
                    labels.append(LabelSet(metric: value.metric.name, keyLabels(row, table) + series.base))
                }
            }
            if value.isPlain {
                joined.forEachCell(of: value.column) { row, cell in
                    if let taken, !taken[row] { return }
                    // What most polls are made of: a known series, written without a call.
                    if let sample = cell.sampleValue {
                        let slot = slots[first + row]
                        if slot >= 0 { series.ledger.write(slot, sample) } else { write(row, sample) }
                    } else if cell.isPresent {
                        refusals.add(value.metric.name, keys[row], cell, "expected a number")
                    }
                }
            } else if value.metric.kind == .states || value.metric.kind == .info {
                for row in rows.indices where isTaken(row) {
                    let cell = joined.firstCell(row, value)
                    guard cell.isPresent else { continue }
                    value.metric.writeTexts(cell, keyLabels(row, table), into: &series)
                }
            } else {
                for row in rows.indices where isTaken(row) {
                    switch joined.reading(row, value) {
                    case .number(let sample)?: write(row, sample)
                    case .refused(let reason)?:
                        refusals.add(value.metric.name, keys[row], joined.firstCell(row, value), reason)
                    case nil: break
                    }
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
        for row in rows.indices where isTaken(row) {
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
            let texts = table.texts.map { Label($0.metric.name, $0.metric.text(of: joined.cell(row, $0.column))) }
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

/// Works out what the rows of a table are called, and which of them are taken.
private struct RowTexts {
    private let joined: JoinedTable
    private let table: ReadingPlan.Table
    /// By position in the plan's columns, the texts of a column of another table by index.
    private var named: [Int: [[UInt32]: String]] = [:]

    init(_ joined: JoinedTable, _ table: ReadingPlan.Table, lookups: [ColumnCells?]) {
        self.joined = joined
        self.table = table
        for (column, cells) in zip(table.lookupColumns, lookups) {
            guard let cells else { continue }
            var texts: [[UInt32]: String] = [:]
            for (row, value) in cells.values.enumerated() { texts[cells.rows.index(row)] = value.labelText }
            named[column] = texts
        }
    }

    private func indexParts(_ row: Int) -> [(text: String, components: ArraySlice<UInt32>)] {
        table.index.isEmpty ? [] : IndexPart.decode(joined.rows[row].components, table.index)
    }

    func fulfilsConditions(row: Int) -> Bool {
        let parts = indexParts(row)
        return table.conditions.allSatisfy { column, condition in
            if case .index(let part) = condition.subject { return condition.holds(parts[part].text) }
            return condition.holds(column.map { joined.cell(row, $0).labelText } ?? "")
        }
    }

    func keys(row: Int) -> [String] {
        let parts = indexParts(row)
        return table.keys.map { key in
            let whole = text(key.source, row, parts)
            let text = key.pattern?.firstMatch(in: whole) ?? whole
            return key.values[text] ?? text
        }
    }

    private func text(
        _ source: ReadingPlan.Table.KeySource, _ row: Int, _ parts: [(text: String, components: ArraySlice<UInt32>)]
    ) -> String {
        switch source {
        case .columns(let columns):
            return columns.lazy.map { joined.cell(row, $0).labelText }.first { !$0.isEmpty } ?? ""
        case .index(let part): return parts[part].text
        case .text(let text): return text
        case .lookup(let columns, let reference):
            let index: [UInt32] =
                switch reference {
                case .index(let numbers): numbers.flatMap { Array(parts[$0].components) }
                case .column(let column): joined.cell(row, column).indexComponents
                }
            let found = columns.lazy.compactMap { named[$0]?[index] }.first { !$0.isEmpty }
            return found ?? index[...].dotted
        }
    }
}

extension SNMPValue {
    /// The value as the index of another table's row: a number or an OID.
    fileprivate var indexComponents: [UInt32] {
        if case .objectIdentifier(let oid) = self { return oid.components }
        return sampleValue.flatMap { UInt32(exactly: $0) }.map { [$0] } ?? []
    }
}
