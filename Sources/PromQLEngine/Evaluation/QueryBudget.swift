import MonitoringModel

/// What one query may use, and what it has used. Confined to its evaluation.
struct QueryBudget {
    /// Samples and points held at once.
    let maximumSamples: Int
    /// Series that one selector may find.
    let maximumSeries: Int
    let deadline: ContinuousClock.Instant?
    let meter: WorkMeter
    /// What it holds of all that queries may hold together.
    let lease: SampleAllowance.Lease

    /// Samples and points held now.
    private(set) var held = 0
    private(set) var peak = 0
    /// Samples read for each step of the query.
    private(set) var samplesByStep: [Int]
    private var untilCheck = 0

    init(
        _ limits: QueryLimits, sharing allowance: SampleAllowance, deadline: ContinuousClock.Instant?, steps: Int
    ) {
        lease = SampleAllowance.Lease(of: allowance)
        maximumSamples = min(limits.samples, allowance.most)
        maximumSeries = limits.series
        self.deadline = deadline
        meter = WorkMeter(deadline: deadline)
        samplesByStep = Array(repeating: 0, count: steps)
    }

    /// Samples read in all.
    var samples: Int { samplesByStep.reduce(0, +) }

    /// Counts samples or points that are held from now on.
    mutating func hold(_ count: Int) throws {
        held += count
        peak = max(peak, held)
        guard held <= maximumSamples else {
            throw QueryError(
                .execution,
                "expected a query that holds at most \(maximumSamples) samples at once, found one that needs more; "
                    + "a narrower selector, a shorter range or a longer step needs fewer")
        }
        guard lease.cover(held) else {
            throw QueryError(
                .unavailable,
                "expected room for \(held) samples beside what other queries hold, found less; try again later")
        }
        try check()
    }

    mutating func release(_ count: Int) {
        held -= count
        _ = lease.cover(held)
    }

    mutating func count(_ samples: Int, atStep step: Int) {
        if step < samplesByStep.count { samplesByStep[step] += samples }
    }

    /// Looks at the clock now and then, so that it costs little where it is called for each series.
    mutating func check() throws {
        untilCheck -= 1
        guard untilCheck < 0 || meter.isOver else { return }
        untilCheck = 32
        if Task.isCancelled { throw QueryError(.canceled, "the query was canceled") }
        if let deadline, ContinuousClock.now > deadline {
            throw QueryError(.timeout, "expected a query that takes less time than allowed, found one that takes more")
        }
    }
}
