extension Array {
    /// The size of its heap object, spare capacity included, without what the elements refer to.
    var memoryBytes: Int {
        // Two words of every object, the count and the capacity.
        capacity == 0 ? 0 : 32 + capacity * MemoryLayout<Element>.stride
    }
}

extension String {
    /// The size of its heap object; texts of up to 15 bytes have none.
    ///
    /// It supposes that the text has no spare capacity, as after `exact`.
    var memoryBytes: Int {
        // 32 bytes as in an array and a final zero, rounded up as malloc rounds with its own 8 bytes.
        utf8.count <= 15 ? 0 : (33 + utf8.count + 8 + 15) & ~15
    }

    /// The same text in an object of its own size: one that grew by appending may be twice as large.
    var exact: String {
        guard utf8.count > 15 else { return self }
        return utf8.withContiguousStorageIfAvailable { String(decoding: $0, as: UTF8.self) } ?? self
    }
}
