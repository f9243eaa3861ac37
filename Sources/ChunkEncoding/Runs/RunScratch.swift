/// The memory an encoder or a decoder works in, kept from run to run and grown to the longest one.
///
/// Owned by one encoder or decoder. Copies of that share it, so they stay on one thread.
final class RunScratch {
    /// Where the parts lie, for runs of up to `capacity` values.
    struct Memory {
        var capacity: Int
        /// The values or times as integers.
        var integers: UnsafeMutablePointer<Int64>
        /// Each integer less the one before it: one fewer.
        var differences: UnsafeMutablePointer<Int64>
        /// What is Rice coded.
        var residuals: UnsafeMutablePointer<UInt64>
        /// How many unchanged integers precede each change of a sparse run.
        var gaps: UnsafeMutablePointer<UInt64>
        /// 1 where a value is not among the integers.
        var misfits: UnsafeMutablePointer<UInt8>
        /// Room for a whole encoded run.
        var bytes: UnsafeMutableRawPointer
        var byteCapacity: Int

        init(capacity: Int, byteCapacity: Int) {
            self.capacity = capacity
            self.byteCapacity = byteCapacity
            integers = .allocate(capacity: capacity)
            differences = .allocate(capacity: capacity)
            residuals = .allocate(capacity: capacity)
            gaps = .allocate(capacity: capacity)
            misfits = .allocate(capacity: capacity)
            bytes = .allocate(byteCount: byteCapacity, alignment: 8)
        }

        func deallocate() {
            integers.deallocate()
            differences.deallocate()
            residuals.deallocate()
            gaps.deallocate()
            misfits.deallocate()
            bytes.deallocate()
        }
    }

    private var memory = Memory(capacity: 0, byteCapacity: 0)

    deinit {
        memory.deallocate()
    }

    /// Memory for `count` values and for as many bytes as an encoder may write for them, whatever they are.
    ///
    /// What it held before may be lost.
    func memory(encoding count: Int) -> Memory {
        // A value takes at most 17 bytes of residual, 17 of gap and 13 as an exception. The rest is the head and what a
        // bit writer stores beyond its end.
        memory(count, bytes: count * 48 + 128)
    }

    /// Memory for `count` values and for `bytes` encoded ones.
    ///
    /// What it held before may be lost.
    func memory(_ count: Int, bytes: Int) -> Memory {
        if count > memory.capacity || bytes > memory.byteCapacity {
            let capacity = max(count, memory.capacity, 256)
            let byteCapacity = max(bytes, memory.byteCapacity, 1024)
            memory.deallocate()
            memory = Memory(capacity: capacity, byteCapacity: byteCapacity)
        }
        return memory
    }
}
