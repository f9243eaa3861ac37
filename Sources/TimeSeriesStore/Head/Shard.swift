/// A shard is 512 series with neighbouring numbers: what is sealed, merged and forgotten in one step.
enum Shard {
    typealias Number = UInt32

    /// Measured: a chunk's worth of samples of as many series is some 200 KB, written in a few milliseconds.
    static let bits: UInt32 = 9
    static let size = 1 << Int(bits)

    static func number(of series: UInt32) -> Number { series >> bits }

    static func series(of shard: Number) -> Range<UInt32> { shard << bits..<(shard + 1) << bits }
}
