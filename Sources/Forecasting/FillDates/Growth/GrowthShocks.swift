/// The surprises left when a slowly following rate is taken out of a history's growth.
struct GrowthShocks {
    /// Shocks of plain growth; jumps and growth of a day of the month are simulated apart.
    let plain: ShockPool
    /// Shocks of everything that grew, jumps and all.
    let all: ShockPool
    /// What of today's reading is only noise.
    let passingToday: Double

    init(_ structure: UsageStructure, _ growth: PlainGrowth, random: inout SplitMix64) {
        let increments = structure.increments
        let stays = growth.permanence
        var plain: [Double] = []
        var all: [Double] = []
        plain.reserveCapacity(increments.count)
        all.reserveCapacity(increments.count)
        let head = growth.rate.prefix(20)
        var rate = head.isEmpty ? 0 : head.reduce(0, +) / Double(head.count)
        var surprise = 0.0
        var plainPlace = 0
        for place in 0..<increments.count {
            let span = Double(increments.span[place])
            if structure.isPlain[place] {
                surprise = (increments.growth[place] - rate * span) / span.squareRoot() + (1 - stays) * surprise
                rate += (growth.rate[plainPlace] - rate) * min(1, span / 45)
                plainPlace += 1
                plain.append(surprise)
                all.append(stays * surprise)
            } else {
                all.append(increments.growth[place] - rate * span)
            }
        }
        passingToday = (1 - stays) * surprise
        Self.centre(&plain)
        Self.centre(&all)
        // Fewer than a few weeks of days would be replayed again and again: normal noise of their size instead.
        if plain.count < 40 {
            let square = plain.reduce(0) { $0 + $1 * $1 } / Double(max(1, plain.count - 1))
            plain = (0..<128).map { _ in
                square.squareRoot() * NormalDistribution.quantile(random.uniform())
            }
            Self.centre(&plain)
            if all.count < 40 { all = plain.map { $0 * stays } }
        }
        self.plain = ShockPool(lasting: plain.map { $0 * stays }, passing: plain.map { $0 * (1 - stays) })
        self.all = ShockPool(lasting: all, passing: [Double](repeating: 0, count: all.count))
    }

    private static func centre(_ values: inout [Double]) {
        guard !values.isEmpty else { return }
        let mean = values.reduce(0, +) / Double(values.count)
        for place in values.indices { values[place] -= mean }
    }
}
