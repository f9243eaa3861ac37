/// Past surprises in their order, to be replayed in blocks (Künsch, "The jackknife and the bootstrap for general
/// stationary observations", 1989): heavy tails and runs of alike days stay as they were.
struct ShockPool {
    /// Days replayed at once.
    static let blockLength = 7

    /// What of each day's surprise stays.
    private(set) var lasting: [Double]
    /// What of it shows on that day only.
    private(set) var passing: [Double]
    /// A block's lasting shocks in all, and its highest point above its start.
    struct Block {
        let sum: Double
        let peak: Double
    }

    /// For each start the block from there.
    private(set) var blocks: [Block] = []

    /// The number of days a block may start on; at least 1.
    var starts: Int { blocks.count }

    /// - Parameters:
    ///   - lasting: may be short or empty: then it is repeated, or still.
    ///   - passing: as many values.
    init(lasting: [Double], passing: [Double]) {
        let length = Self.blockLength
        var lasting = lasting
        var passing = passing
        if lasting.isEmpty {
            lasting = [0]
            passing = [0]
        }
        let original = lasting.count
        while lasting.count < 2 * length {
            lasting.append(lasting[lasting.count - original])
            passing.append(passing[passing.count - original])
        }
        self.lasting = lasting
        self.passing = passing
        let starts = lasting.count - length + 1
        blocks.reserveCapacity(starts)
        for start in 0..<starts {
            var sum = 0.0
            var peak = -Double.infinity
            for place in start..<(start + length) {
                sum += lasting[place]
                peak = max(peak, sum + passing[place])
            }
            blocks.append(Block(sum: sum, peak: peak))
        }
    }

    /// The variance of a block's sum per day: how fast the lasting shocks spread.
    var variancePerDay: Double {
        let mean = blocks.reduce(0) { $0 + $1.sum } / Double(starts)
        return blocks.reduce(0) { $0 + ($1.sum - mean) * ($1.sum - mean) } / Double(starts * Self.blockLength)
    }
}
