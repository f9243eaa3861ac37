package import SNMP

/// The index of a row: the part of an instance's OID after its column.
package struct RowIndex: Comparable, Sendable, CustomStringConvertible {
    let components: [UInt32]

    init(_ components: [UInt32]) {
        self.components = components
    }

    package static func < (lhs: RowIndex, rhs: RowIndex) -> Bool {
        lhs.components.lexicographicallyPrecedes(rhs.components)
    }

    /// The index when it is one number, as an ifIndex is.
    var single: UInt32? { components.count == 1 ? components[0] : nil }

    package var description: String { components.map { String($0) }.joined(separator: ".") }
}

/// Where the cells of a table's rows lie in its columns. The same object from poll to poll, as long as no column's rows change.
package final class TableLayout: Sendable {
    /// In increasing order.
    package let rows: [RowIndex]
    /// By column, what it was worked out from; nil: the column has not been read.
    private let sources: [ColumnRows?]
    /// By column, of each row the place of its cell in the column, -1 for none; nil: the column has just these rows.
    fileprivate let places: [[Int]?]

    /// - Parameter leading: the columns whose rows count; a row that only others have is left out.
    fileprivate init(_ columns: [ColumnCells?], leading: [Int]) {
        sources = columns.map { $0?.rows }
        let leaders = leading.compactMap { columns[$0]?.rows }
        let indexes = sources.map { source in source.map { source in (0..<source.count).map(source.index) } ?? [] }
        var rows: [RowIndex] = []
        if let first = leaders.first {
            let isOne = leaders.allSatisfy { $0 === first }
            let all = leading.flatMap { columns[$0] == nil ? [] : indexes[$0].map { RowIndex($0) } }
            rows = isOne ? (0..<first.count).map { RowIndex(first.index($0)) } : Self.unique(all)
        }
        self.rows = rows
        places = indexes.map { indexes in
            if indexes.count == rows.count, zip(indexes, rows).allSatisfy({ $0 == $1.components }) { return nil }
            var places = [Int](repeating: -1, count: rows.count)
            var row = 0
            for (place, index) in indexes.enumerated() {
                let index = RowIndex(index)
                while row < rows.count, rows[row] < index { row += 1 }
                guard row < rows.count else { break }
                if rows[row] == index { places[row] = place }
            }
            return places
        }
    }

    private static func unique(_ rows: [RowIndex]) -> [RowIndex] {
        var result: [RowIndex] = []
        for row in rows.sorted() where result.last != row { result.append(row) }
        return result
    }

    fileprivate func isRead(_ column: Int) -> Bool { sources[column] != nil }

    fileprivate func fits(_ columns: [ColumnCells?]) -> Bool {
        zip(sources, columns).allSatisfy { $0 === $1?.rows }
    }
}

/// The cells of one table as one poll read them, joined by index.
package struct JoinedTable: Sendable {
    package let layout: TableLayout
    private let columns: [[SNMPValue]]

    /// - Parameters:
    ///   - columns: what was read; nil for a column that could not be.
    ///   - leading: the columns whose rows count.
    ///   - previous: the layout of the last poll, which is taken on when it fits.
    package init(columns: [ColumnCells?], leading: [Int], previous: TableLayout? = nil) {
        if let previous, previous.fits(columns) {
            layout = previous
        } else {
            layout = TableLayout(columns, leading: leading)
        }
        self.columns = columns.map { $0?.values ?? [] }
    }

    package var rows: [RowIndex] { layout.rows }

    /// Whether the agent was asked for a column to its end, whatever it has there.
    func isRead(_ column: Int) -> Bool { layout.isRead(column) }

    /// `.null` where the agent has nothing.
    func cell(_ row: Int, _ column: Int) -> SNMPValue {
        guard let places = layout.places[column] else { return columns[column][row] }
        return places[row] < 0 ? .null : columns[column][places[row]]
    }

    /// Visits the cells that the agent has of a column, by row.
    @inline(__always)
    func forEachCell(of column: Int, _ body: (_ row: Int, _ cell: SNMPValue) -> Void) {
        let cells = columns[column]
        if let places = layout.places[column] {
            for row in places.indices where places[row] >= 0 { body(row, cells[places[row]]) }
        } else {
            for row in cells.indices { body(row, cells[row]) }
        }
    }

    /// The number in a column the table may not even have.
    func number(_ row: Int, _ column: Int?) -> Double? {
        guard let column else { return nil }
        return cell(row, column).sampleValue
    }
}
