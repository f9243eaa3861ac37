/// Writes fields of bits, least significant first, into memory that is known to be large enough.
///
/// Every append stores a whole word, so up to 8 bytes after the last bit are overwritten.
struct BitWriter {
    private(set) var position: UnsafeMutableRawPointer
    private var pending: UInt64 = 0
    private var pendingCount: UInt64 = 0

    init(at position: UnsafeMutableRawPointer) {
        self.position = position
    }

    /// Appends the lowest `count` bits (at most 56) of `bits`; the bits above must be 0.
    @inline(__always)
    mutating func append(_ bits: UInt64, count: UInt64) {
        pending |= bits &<< pendingCount
        pendingCount &+= count
        position.storeBytes(of: pending.littleEndian, as: UInt64.self)
        position += Int(truncatingIfNeeded: pendingCount &>> 3)
        pending &>>= pendingCount & 0x38
        pendingCount &= 7
    }

    /// Appends the lowest `count` bits (1 to 64) of `bits`; the bits above must be 0.
    mutating func append(wide bits: UInt64, count: UInt64) {
        if count <= 32 {
            append(bits, count: count)
        } else {
            append(bits & 0xffff_ffff, count: 32)
            append(bits &>> 32, count: count &- 32)
        }
    }

    /// The first byte after the last bit; the rest of a begun byte is 0.
    var end: UnsafeMutableRawPointer {
        pendingCount > 0 ? position + 1 : position
    }
}
