/// The rows of a column, rising: of each its index, the part of an instance's name that follows the column's identifier.
///
/// Columns that have the same rows share one object, and so do readings, as long as the agent's rows stay: that two are
/// identical says at once that nothing changed.
package final class ColumnRows: Sendable {
    /// The indexes in BER, one after the other.
    private let bytes: [UInt8]
    /// Where each index ends.
    private let ends: [Int]

    init(_ builder: Builder) {
        bytes = builder.bytes
        ends = builder.ends
    }

    /// - Parameter indexes: rising, each of at least one sub-identifier.
    package convenience init(indexes: [[UInt32]]) {
        var builder = Builder()
        for index in indexes { builder.append(index) }
        self.init(builder)
    }

    package var count: Int { ends.count }

    /// The sub-identifiers of a row's index.
    package func index(_ row: Int) -> [UInt32] {
        withBytes(row) { Self.decode($0) }
    }

    func withBytes<Value>(_ row: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start(row)..<ends[row]])) }
    }

    /// Whether a row's index is these bytes.
    func matches(_ row: Int, _ index: UnsafeRawBufferPointer) -> Bool {
        let start = start(row)
        guard ends[row] - start == index.count else { return false }
        return bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[start..<start + index.count]).equals(index) }
    }

    func hasSameRows(as builder: Builder) -> Bool {
        ends == builder.ends && bytes == builder.bytes
    }

    private func start(_ row: Int) -> Int { row == 0 ? 0 : ends[row - 1] }

    /// Sub-identifiers of at most 32 bits, as a reader has checked.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt32] {
        var index: [UInt32] = []
        index.reserveCapacity(bytes.count)
        var value: UInt32 = 0
        for byte in bytes {
            value = value << 7 | UInt32(byte & 0x7F)
            guard byte & 0x80 == 0 else { continue }
            index.append(value)
            value = 0
        }
        return index
    }

    /// Rows under construction.
    struct Builder {
        fileprivate var bytes: [UInt8] = []
        fileprivate var ends: [Int] = []

        init() {}

        /// The first rows of others.
        init(_ rows: ColumnRows, first count: Int) {
            ends = Array(rows.ends[..<count])
            bytes = Array(rows.bytes[..<(ends.last ?? 0)])
        }

        var count: Int { ends.count }

        mutating func append(_ index: UnsafeRawBufferPointer) {
            bytes.append(contentsOf: index)
            ends.append(bytes.count)
        }

        mutating func append(_ index: [UInt32]) {
            for number in index {
                var shift = 28
                while shift > 0, number >> shift == 0 { shift -= 7 }
                while shift > 0 {
                    bytes.append(UInt8(truncatingIfNeeded: number >> shift) | 0x80)
                    shift -= 7
                }
                bytes.append(UInt8(truncatingIfNeeded: number & 0x7F))
            }
            ends.append(bytes.count)
        }

        /// The sub-identifiers of the newest row's index; nil when there is none.
        var last: [UInt32]? {
            guard !ends.isEmpty else { return nil }
            let start = ends.count == 1 ? 0 : ends[ends.count - 2]
            return bytes.withUnsafeBytes { ColumnRows.decode(UnsafeRawBufferPointer(rebasing: $0[start...])) }
        }
    }
}

extension UnsafeRawBufferPointer {
    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        // Indexes and prefixes are short: a loop beats a call.
        for offset in 0..<count where self[offset] != other[offset] { return false }
        return true
    }
}
