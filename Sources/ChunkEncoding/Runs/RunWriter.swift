/// Writes the bytes in front of a run's bit stream into memory that is known to be large enough.
struct RunWriter {
    var position: UnsafeMutableRawPointer

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        position.storeBytes(of: byte, as: UInt8.self)
        position += 1
    }

    /// Seven bits a byte, least significant first, the top bit set on all but the last.
    @inline(__always)
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    mutating func append(zigzag value: Int64) {
        append(varint: value.zigzag)
    }

    @inline(__always)
    mutating func append(littleEndian value: UInt64) {
        position.storeBytes(of: value.littleEndian, as: UInt64.self)
        position += 8
    }

    /// A byte that says which of the eight bytes of `pattern` are not 0, then those bytes, both from the lowest up.
    ///
    /// What this is used for, markers above all, is mostly zero bytes.
    mutating func append(pattern: UInt64) {
        let mask = position
        position += 1
        var present: UInt8 = 0
        for index in 0..<8 {
            let byte = UInt8(truncatingIfNeeded: pattern &>> UInt64(index &* 8))
            guard byte != 0 else { continue }
            present |= 1 &<< UInt8(index)
            append(byte)
        }
        mask.storeBytes(of: present, as: UInt8.self)
    }
}

extension Int64 {
    /// The sign moved to the lowest bit: 0, -1, 1, -2 become 0, 1, 2, 3.
    @inline(__always)
    var zigzag: UInt64 { UInt64(bitPattern: (self &<< 1) ^ (self &>> 63)) }

    @inline(__always)
    init(zigzag value: UInt64) {
        self = Int64(bitPattern: value &>> 1) ^ (0 &- Int64(bitPattern: value & 1))
    }
}
