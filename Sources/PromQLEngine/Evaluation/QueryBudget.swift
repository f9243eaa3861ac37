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
    private var samplesHeld = 0
    private(set) var peak = 0
    /// Bytes of label values that functions made. They count until the query is done, and then to its answer: operands, groups and
    /// results keep the labels of series that are themselves gone.
    private var labelBytes = 0
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

    /// Samples and points held now, and as many as take the room of the labels that were made.
    var held: Int { samplesHeld + labelBytes / MemoryLayout<Sample>.size }

    /// Samples read in all.
    var samples: Int { samplesByStep.reduce(0, +) }

    /// Counts samples or points that are held from now on.
    mutating func hold(_ count: Int) throws {
        samplesHeld += count
        peak = max(peak, samplesHeld)
        try cover()
        try check()
    }

    /// Counts the value of a label that was made for a series.
    mutating func hold(labelOf bytes: Int) throws {
        labelBytes += bytes
        try cover()
        try check()
    }

    private func cover() throws {
        let held = held
        guard held <= maximumSamples else {
            let labels = labelBytes > 0 ? ", shorter labels" : ""
            throw QueryError(
                .execution,
                "expected a query that holds at most \(maximumSamples) samples at once, found one that needs more; "
                    + "a narrower selector, a shorter range\(labels) or a longer step needs fewer")
        }
        guard lease.cover(held) else {
            throw QueryError(
                .unavailable,
                "expected room for \(held) samples beside what other queries hold, found less; try again later")
        }
    }

    mutating func release(_ count: Int) {
        samplesHeld -= count
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
