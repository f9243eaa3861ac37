import Synchronization

/// Samples and points that all queries of an evaluator may hold together, so that many large ones at once cannot take the memory of the
/// machine, each within its own bound.
final class SampleAllowance: Sendable {
    private let left: Atomic<Int>

    init(samples: Int) {
        left = Atomic(samples)
    }

    /// Whether so many more were there to take; they are taken then.
    fileprivate func take(_ count: Int) -> Bool {
        let (_, left) = left.subtract(count, ordering: .relaxed)
        guard left < 0 else { return true }
        give(count)
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

        /// Taken and given back in portions, so that queries seldom meet at the counter.
        private static let portion = 1 << 16

        /// Makes the lease cover as many. To be called by one query only.
        /// - Returns: whether it does.
        func cover(_ held: Int) -> Bool {
            let covered = taken.load(ordering: .relaxed)
            if held > covered {
                let more = max(held - covered, Self.portion)
                guard allowance.take(more) else { return false }
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
