/// The rows of a column, rising: of each its index, the part of an instance's name that follows the column's identifier.
///
/// Columns that have the same rows share one object, and so do readings, as long as the agent's rows stay: that two are
/// identical says at once that nothing changed. Immutable, so that any thread may use it; unchecked for its raw memory, which
/// nothing writes after `init`.
package final class ColumnRows: @unchecked Sendable {
    package let count: Int
    /// The indexes in BER, one after the other. Raw memory, since a reply's cells are compared with it one by one.
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    /// Where each index begins, and where the last ends.
    private let starts: UnsafeMutableBufferPointer<Int>

    init(_ builder: Builder) {
        count = builder.count
        bytes = .allocate(capacity: builder.bytes.count)
        _ = bytes.initialize(from: builder.bytes)
        starts = .allocate(capacity: builder.count + 1)
        _ = starts.initialize(from: [0] + builder.ends)
    }

    deinit {
        bytes.deallocate()
        starts.deallocate()
    }

    /// - Parameter indexes: rising, each of at least one sub-identifier.
    package convenience init(indexes: [[UInt32]]) {
        var builder = Builder()
        for index in indexes { builder.append(index) }
        self.init(builder)
    }

    /// The sub-identifiers of a row's index.
    package func index(_ row: Int) -> [UInt32] {
        Self.decode(bytes[starts[row]..<starts[row + 1]])
    }

    /// Whether a row's index is these bytes.
    ///
    /// - Parameter row: at least 0 and less than `count`.
    @inline(__always)
    func matches(_ row: Int, _ index: UnsafePointer<UInt8>, count: Int) -> Bool {
        let start = starts[row]
        guard starts[row + 1] - start == count else { return false }
        for offset in 0..<count where bytes[start + offset] != index[offset] { return false }
        return true
    }

    func hasSameRows(as builder: Builder) -> Bool {
        starts.dropFirst().elementsEqual(builder.ends) && bytes.elementsEqual(builder.bytes)
    }

    /// Sub-identifiers of at most 32 bits, as a reader has checked.
    private static func decode(_ bytes: some Sequence<UInt8>) -> [UInt32] {
        var index: [UInt32] = []
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
            ends = Array(rows.starts[1..<count + 1])
            bytes = Array(rows.bytes[..<rows.starts[count]])
        }

        var count: Int { ends.count }

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
            return ColumnRows.decode(bytes[(ends.count == 1 ? 0 : ends[ends.count - 2])...])
        }
    }
}

extension UnsafeRawBufferPointer {
    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        // Identifiers and communities are short: a loop beats a call.
        for offset in 0..<count where self[offset] != other[offset] { return false }
        return true
    }
}
