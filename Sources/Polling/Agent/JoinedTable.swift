import SNMP

/// The index of a row: the part of an instance's OID after its column. Shares the memory of the OID it was seen in.
package struct RowIndex: Comparable, Sendable, CustomStringConvertible {
    let components: [UInt32]
    let start: Int

    /// - Parameter columnLength: number of components of the column's OID, less than that of `oid`.
    init(_ oid: ObjectIdentifier, columnLength: Int) {
        components = oid.components
        start = min(columnLength, oid.components.count)
    }

    package static func == (lhs: RowIndex, rhs: RowIndex) -> Bool {
        order(lhs, rhs) == 0
    }

    package static func < (lhs: RowIndex, rhs: RowIndex) -> Bool {
        order(lhs, rhs) < 0
    }

    /// Negative, zero or positive.
    static func order(_ lhs: RowIndex, _ rhs: RowIndex) -> Int {
        let leftCount = lhs.components.count - lhs.start
        let rightCount = rhs.components.count - rhs.start
        for offset in 0..<min(leftCount, rightCount) {
            let (left, right) = (lhs.components[lhs.start + offset], rhs.components[rhs.start + offset])
            if left != right { return left < right ? -1 : 1 }
        }
        return leftCount - rightCount
    }

    /// The index when it is one number, as an ifIndex is.
    var single: UInt32? { components.count == start + 1 ? components[start] : nil }

    package var description: String { components[start...].map { String($0) }.joined(separator: ".") }
}

/// The cells of one table as one poll read them, joined by index.
package struct JoinedTable: Sendable {
    /// In increasing order.
    package let rows: [RowIndex]
    /// Columns of the table.
    let width: Int
    /// Row by row; `.null` where the agent has nothing.
    private let cells: [SNMPValue]

    /// Joins columns that are each in increasing order, as a walk returns them. Linear in the number of cells.
    ///
    /// - Parameters:
    ///   - columns: what was read of each column, with the number of components of the column's OID.
    ///   - leading: the columns whose rows count; a row that only others have is left out.
    init(columns: [(cells: ArraySlice<VarBind>, length: Int)], leading: [Int]) {
        var rows: [RowIndex] = []
        for position in leading {
            let (cells, length) = columns[position]
            if rows.isEmpty {
                rows.reserveCapacity(cells.count)
                for cell in cells { rows.append(RowIndex(cell.oid, columnLength: length)) }
            } else if !Self.covers(rows, cells, length) {
                rows = Self.merge(rows, cells, length)
            }
        }
        var table = [SNMPValue](repeating: .null, count: rows.count * columns.count)
        for (position, column) in columns.enumerated() {
            var row = 0
            for cell in column.cells {
                let index = RowIndex(cell.oid, columnLength: column.length)
                while row < rows.count, rows[row] < index { row += 1 }
                guard row < rows.count else { break }
                if rows[row] == index, !cell.value.isException { table[row * columns.count + position] = cell.value }
            }
        }
        self.rows = rows
        self.width = columns.count
        self.cells = table
    }

    /// `.null` where the agent has nothing.
    func cell(_ row: Int, _ column: Int) -> SNMPValue { cells[row * width + column] }

    /// The number in a column the table may not even have.
    func number(_ row: Int, _ column: Int?) -> Double? {
        guard let column else { return nil }
        return cell(row, column).sampleValue
    }

    /// Whether every row of `cells` is among `rows`.
    private static func covers(_ rows: [RowIndex], _ cells: ArraySlice<VarBind>, _ length: Int) -> Bool {
        var row = 0
        for cell in cells {
            let index = RowIndex(cell.oid, columnLength: length)
            while row < rows.count, rows[row] < index { row += 1 }
            guard row < rows.count, rows[row] == index else { return false }
        }
        return true
    }

    private static func merge(_ rows: [RowIndex], _ cells: ArraySlice<VarBind>, _ length: Int) -> [RowIndex] {
        var merged: [RowIndex] = []
        merged.reserveCapacity(rows.count + cells.count)
        var row = 0
        for cell in cells {
            let index = RowIndex(cell.oid, columnLength: length)
            while row < rows.count, rows[row] < index {
                merged.append(rows[row])
                row += 1
            }
            if row < rows.count, rows[row] == index { row += 1 }
            merged.append(index)
        }
        merged.append(contentsOf: rows[row...])
        return merged
    }
}
