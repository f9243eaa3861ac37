/// Hashes the bytes of a series' labels.
///
/// Two folded 64×64-bit products take 32 bytes a step. The keys are random, so that a sender cannot choose labels that
/// collide.
struct LabelBytesHasher: Sendable {
    private let keys: (UInt64, UInt64, UInt64)

    init(using generator: inout some RandomNumberGenerator) {
        keys = (generator.next(), generator.next(), generator.next())
    }

    func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(bytes)
        let count = raw.count
        var first = keys.0 ^ UInt64(count)
        guard count >= 16 else {
            var (low, high): (UInt64, UInt64) = (0, 0)
            for index in 0..<count {
                if index < 8 {
                    low |= UInt64(raw[index]) << UInt64(8 * index)
                } else {
                    high |= UInt64(raw[index]) << UInt64(8 * (index - 8))
                }
            }
            first = Self.folded(low ^ keys.1, high ^ first)
            return Self.folded(first ^ keys.0, keys.2)
        }
        var second = keys.2
        var position = 0
        while position + 32 <= count {
            first = Self.folded(Self.word(raw, position) ^ keys.1, Self.word(raw, position + 8) ^ first)
            second = Self.folded(Self.word(raw, position + 16) ^ keys.0, Self.word(raw, position + 24) ^ second)
            position += 32
        }
        if position + 16 <= count {
            first = Self.folded(Self.word(raw, position) ^ keys.1, Self.word(raw, position + 8) ^ first)
            position += 16
        }
        // What is left is in the last 16 bytes; what of them was taken already does no harm.
        if position < count {
            second = Self.folded(Self.word(raw, count - 16) ^ keys.0, Self.word(raw, count - 8) ^ second)
        }
        return Self.folded(first ^ keys.2, second ^ keys.1)
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
    }

    @inline(__always)
    private static func folded(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
