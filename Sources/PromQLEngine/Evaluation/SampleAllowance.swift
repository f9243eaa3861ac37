import Synchronization

/// Samples and points that all queries of an evaluator may hold together, so that many large ones at once cannot take the memory of the
/// machine, each within its own bound.
///
/// No query gets more than it leaves to others: the first may hold half of all, the next half of the rest. So something is always
/// left, however many answers are held by clients that do not read them.
final class SampleAllowance: Sendable {
    private let left: Atomic<Int>
    /// What one query may hold when it is alone.
    let most: Int

    init(samples: Int) {
        left = Atomic(samples)
        most = samples / 2
    }

    /// Whether so many more were there to take beside those one has taken; they are taken then.
    fileprivate func take(_ count: Int, beside taken: Int) -> Bool {
        var left = left.load(ordering: .relaxed)
        while left - count >= taken + count {
            let (isExchanged, found) = self.left.weakCompareExchange(
                expected: left, desired: left - count, ordering: .relaxed)
            if isExchanged { return true }
            left = found
        }
        return false
    }

    fileprivate func give(_ count: Int) { left.add(count, ordering: .relaxed) }

    /// What one query has of it, given back when the last reference goes.
    final class Lease: Sendable {
        private let allowance: SampleAllowance
        private let taken = Atomic(0)

        init(of allowance: SampleAllowance) {
            self.allowance = allowance
        }

        deinit { allowance.give(taken.load(ordering: .relaxed)) }

        /// Taken and given back in portions where there is room for them, so that queries seldom meet at the counter.
        private static let portion = 1 << 16

        /// Makes the lease cover as many. To be called by one query only.
        /// - Returns: whether it does.
        func cover(_ held: Int) -> Bool {
            let covered = taken.load(ordering: .relaxed)
            if held > covered {
                let needed = held - covered
                var more = max(needed, Self.portion)
                if !allowance.take(more, beside: covered) {
                    guard more > needed, allowance.take(needed, beside: covered) else { return false }
                    more = needed
                }
                taken.add(more, ordering: .relaxed)
            } else if covered - held > Self.portion * 16 {
                let spare = covered - held - Self.portion
                taken.subtract(spare, ordering: .relaxed)
                allowance.give(spare)
            }
            return true
        }

        /// Keeps just what is held, when nothing more will be.
        func settle(at held: Int) {
            let spare = taken.load(ordering: .relaxed) - held
            guard spare > 0 else { return }
            taken.subtract(spare, ordering: .relaxed)
            allowance.give(spare)
        }
    }
}
