import MonitoringModel

/// Hashes for the tables of the index.
///
/// `String`'s equality and hash disregard how accented letters are put together, so hashing costs many times more for a
/// text that has any than for plain English. A hash of the bytes finds what is written as before, which is nearly
/// always; the library's is left for texts that were not found and may be there with other bytes.
enum LabelHash {
    /// Keeps those who choose the labels from choosing the hashes.
    private static let seed = UInt64.random(in: .min ... .max)

    static func bytes(of label: Label) -> UInt32 {
        let hash = mix(label.value, into: mix(label.name, into: seed))
        return UInt32(truncatingIfNeeded: hash)
    }

    /// The hash of a series whose labels are these pairs.
    @inline(__always)
    static func pairs(_ pairs: Span<UInt32>) -> UInt32 {
        var hash = seed
        for index in pairs.indices { hash = mix(hash, UInt64(pairs[index])) }
        return UInt32(truncatingIfNeeded: hash)
    }

    /// Equal for equal labels.
    static func canonical(_ label: Label) -> UInt32 {
        UInt32(truncatingIfNeeded: label.hashValue)
    }

    /// Whether a label with other bytes may be equal to this one. Of ASCII only `;`, `K` and a grave accent have
    /// doubles: the Greek question mark, the Kelvin sign and the Greek varia.
    static func hasVariants(_ label: Label) -> Bool {
        hasVariants(label.name) || hasVariants(label.value)
    }

    private static func hasVariants(_ text: String) -> Bool {
        text.utf8.contains { $0 >= 0x80 || $0 == 0x3B || $0 == 0x4B || $0 == 0x60 }
    }

    @inline(__always)
    private static func mix(_ text: String, into start: UInt64) -> UInt64 {
        text.utf8.withContiguousStorageIfAvailable { mix(UnsafeRawBufferPointer($0), into: start) }
            ?? Array(text.utf8).withUnsafeBytes { mix($0, into: start) }
    }

    /// Eight bytes at a time.
    @inline(__always)
    private static func mix(_ bytes: UnsafeRawBufferPointer, into start: UInt64) -> UInt64 {
        var hash = mix(start, UInt64(bytes.count))
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = mix(hash, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < bytes.count {
            rest = rest << 8 | UInt64(bytes[offset])
            offset += 1
        }
        return mix(hash, rest)
    }

    /// Both halves of a product, as in wyhash. The factor is the odd number nearest to 2^64 over the golden ratio.
    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
