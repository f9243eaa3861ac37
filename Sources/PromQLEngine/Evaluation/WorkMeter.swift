/// Looks at the clock while one series is worked on, which may take long: windows that overlap, each gone through sample by sample.
/// Confined to its evaluation.
final class WorkMeter {
    /// The query is to end; what is worked out from then on is of no account.
    private(set) var isOver = false
    private var left = WorkMeter.portion
    private let deadline: ContinuousClock.Instant?

    /// Samples gone through between two looks: some milliseconds.
    private static let portion = 1_000_000

    init(deadline: ContinuousClock.Instant?) {
        self.deadline = deadline
    }

    /// Counts samples that were gone through.
    @inline(__always)
    func spend(_ samples: Int) {
        left -= samples
        if left < 0 { look() }
    }

    private func look() {
        left = Self.portion
        if Task.isCancelled || deadline.map({ ContinuousClock.now > $0 }) == true { isOver = true }
    }
}
