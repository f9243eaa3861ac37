import Synchronization

extension Array where Element: Sendable {
    /// Elements that a worker takes at a time: seldom enough at the counter, often enough for progress.
    private static var portion: Int { 16 }

    /// What `transform` makes of each element, in order, made by several tasks.
    ///
    /// - Parameters:
    ///   - workers: tasks at the same time, at least one.
    ///   - progress: called from any task with how many of how many are done.
    /// - Throws: `CancellationError`.
    func mapped<Output: Sendable>(
        workers: Int, progress: @escaping @Sendable (Int, Int) -> Void,
        _ transform: @escaping @Sendable (Element) -> Output
    ) async throws -> [Output] {
        let next = Atomic<Int>(0)
        let done = Atomic<Int>(0)
        let takePortion = { @Sendable () -> Range<Int>? in
            let first = next.add(Self.portion, ordering: .relaxed).oldValue
            return first < count ? first..<Swift.min(first + Self.portion, count) : nil
        }
        let work = { @Sendable (range: Range<Int>) throws -> (first: Int, made: [Output]) in
            try Task.checkCancellation()
            let made = self[range].map(transform)
            progress(done.add(range.count, ordering: .relaxed).newValue, count)
            return (range.lowerBound, made)
        }
        return try await withThrowingTaskGroup(of: (first: Int, made: [Output]).self) { group in
            for _ in 0..<Swift.min(workers, (count + Self.portion - 1) / Self.portion) {
                if let range = takePortion() { group.addTask { try work(range) } }
            }
            var results: [(first: Int, made: [Output])] = []
            while let result = try await group.next() {
                results.append(result)
                if let range = takePortion() { group.addTask { try work(range) } }
            }
            return results.sorted { $0.first < $1.first }.flatMap(\.made)
        }
    }
}
