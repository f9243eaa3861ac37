/// The changes of a run whose step is mostly the same.
enum SparseCoding {
    /// The Rice parameter of the gaps: the number of unchanged steps before each change.
    ///
    /// The decoder knows both counts, so it is not stored.
    @inline(__always)
    static func gapParameter(steps: Int, changes: Int) -> UInt64 {
        RiceCoding.parameter(mean: UInt64(truncatingIfNeeded: (steps &- changes) / max(changes, 1)))
    }

    /// A change as a number. No change is 0, so changes that are counted from 0 begin at 1.
    @inline(__always)
    static func number(_ change: Int64, center: Int64) -> UInt64 {
        center == 0 ? change.zigzag &- 1 : (change &- center).zigzag
    }

    @inline(__always)
    static func change(_ number: UInt64, center: Int64) -> Int64 {
        center == 0 ? Int64(zigzag: number &+ 1) : Int64(zigzag: number) &+ center
    }
}

extension IntegerPlanner {
    /// The plan that lists the changes alone, when it takes fewer than `limit` bits.
    func sparsePlan(step: Int64, changes: Int, below limit: UInt64) -> IntegerPlan? {
        var found = 0
        var start = 0
        var logarithms: Int64 = 0
        var sum: Int64 = 0
        for index in 0..<steps where differences[index] != step {
            let change = differences[index] &- step
            residuals[found] = UInt64(bitPattern: change)
            gaps[found] = UInt64(truncatingIfNeeded: index &- start)
            found &+= 1
            start = index &+ 1
            let logarithm = Self.logarithm(change)
            logarithms &+= logarithm
            // The sum of 65,535 of these fits.
            if logarithm < 46 &<< 20 { sum &+= change }
        }
        let gapParameter = SparseCoding.gapParameter(steps: steps, changes: changes)
        // The count and the center take two bytes more than in a dense run.
        let gapBits = RiceCoding.bits(gaps, changes, parameter: gapParameter) &+ 16
        guard gapBits < limit else { return nil }

        let typical = min(Self.typicalLength(logarithms, Int64(changes)), 60)
        // Changes of one sign lie about their mean, those of both about 0.
        var center = sum / Int64(changes)
        if center.magnitude &>> UInt64(max(typical &- 2, 0)) == 0 { center = 0 }
        let parameter = fillChanges(changes, center: center, typicalLength: typical)
        guard gapBits &+ RiceCoding.bits(residuals, changes, parameter: parameter) < limit else { return nil }

        let coarseness = RiceCoding.coarseness(of: parameter)
        let rounded = (center &>> coarseness) &<< coarseness
        if rounded != center {
            for index in 0..<changes {
                let change = SparseCoding.change(residuals[index], center: center)
                residuals[index] = SparseCoding.number(change, center: rounded)
            }
        }
        return IntegerPlan(
            form: .sparse, predictor: .step, center: step, parameter: parameter, changeCount: changes,
            changeCenter: rounded)
    }

    /// Turns the changes into numbers, in place.
    /// - Returns: the Rice parameter for their mean, numbers of more than 16 times the typical size cut to that.
    private func fillChanges(_ changes: Int, center: Int64, typicalLength: Int64) -> UInt64 {
        let limit = (1 as UInt64) &<< UInt64(truncatingIfNeeded: min(typicalLength &+ 4, 62))
        // 65,535 numbers below 2^46 have a sum that fits.
        let shift = UInt64(truncatingIfNeeded: max(typicalLength &+ 4 &- 46, 0))
        var sum: UInt64 = 0
        for index in 0..<changes {
            let number = SparseCoding.number(Int64(bitPattern: residuals[index]), center: center)
            residuals[index] = number
            sum &+= min(number, limit) &>> shift
        }
        return RiceCoding.parameter(mean: (sum / UInt64(truncatingIfNeeded: changes)) &<< shift)
    }
}
