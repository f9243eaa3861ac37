/// Identifiers of messages, 1...2^31 - 1 (RFC 3412 section 6.2): each once in a turn, in an order nobody else can foresee.
///
/// So a reply that was recorded earlier, or is sent by someone who does not see the requests, fits no question. The order is a
/// counter through a keyed permutation: a Feistel network (Luby and Rackoff, 1988) over 32 bits, walked on while it leaves the range.
struct MessageIDs {
    private let keys: [UInt32]
    /// Counts handed out; they begin at 0.
    private var count: UInt32 = 0

    init() {
        keys = (0..<6).map { _ in UInt32.random(in: .min ... .max) }
    }

    mutating func next() -> Int32 {
        while true {
            let number = Int32(bitPattern: forward(count))
            count &+= 1
            if number > 0 { return number }
        }
    }

    /// Whether it was handed out in this turn.
    func wasIssued(_ number: Int32) -> Bool {
        number > 0 && backward(UInt32(bitPattern: number)) < count
    }

    private func forward(_ number: UInt32) -> UInt32 {
        var (left, right) = (UInt16(number >> 16), UInt16(truncatingIfNeeded: number))
        for key in keys { (left, right) = (right, left ^ Self.mixed(right, key)) }
        return UInt32(left) << 16 | UInt32(right)
    }

    private func backward(_ number: UInt32) -> UInt32 {
        var (left, right) = (UInt16(number >> 16), UInt16(truncatingIfNeeded: number))
        for key in keys.reversed() { (left, right) = (right ^ Self.mixed(left, key), left) }
        return UInt32(left) << 16 | UInt32(right)
    }

    private static func mixed(_ half: UInt16, _ key: UInt32) -> UInt16 {
        var mixed = (UInt32(half) ^ key) &* 0x9E37_79B1
        mixed ^= mixed >> 15
        mixed &*= 0x85EB_CA77
        return UInt16(truncatingIfNeeded: mixed >> 16)
    }
}
