package import MonitoringModel

/// Finds series by their labels, and labels by the number of their series.
///
/// Each name–value pair is kept once and has a number (`LabelPairs`); a series is the numbers of its pairs
/// (`SeriesLabels`). Series numbers rise with time, so the postings of a pair (the series that have it) are sorted by
/// being appended to. Not safe for use from several threads: the head's lock guards it.
///
/// Everything large lies in pages that never move: no insertion copies more than a hash table of four-byte slots.
package struct LabelIndex: Sendable {
    /// One past the largest number ever given.
    package private(set) var upperBound: UInt32 = 0
    var pairs = LabelPairs()
    var series = SeriesLabels()

    package init() {}

    package var count: Int { series.count }

    /// The numbers of all series, rising.
    package var numbers: [UInt32] { series.numbers.numbers }

    /// Whether a series has this number: it was added and not removed.
    package func contains(_ number: UInt32) -> Bool { series.numbers.contains(number) }

    /// What the index holds on the heap, spare capacity included.
    package var memoryBytes: Int { pairs.memoryBytes + series.memoryBytes }

    // MARK: Looking up

    /// The number of the series with these labels, or nil. Of several the smallest.
    package func number(of labels: LabelSet) -> UInt32? {
        let labels = labels.labels
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: labels.count) { numbers in
            for index in labels.indices {
                guard let pair = pairs.number(of: labels[index]) else { return nil }
                numbers.initializeElement(at: index, to: pair)
            }
            return series.number(of: numbers.span)
        }
    }

    /// The labels of a series, none for a number that is not in use. Texts are shared with other series.
    package func labels(of number: UInt32) -> LabelSet {
        series.withPairs(of: number) { numbers in
            var labels: [Label] = []
            labels.reserveCapacity(numbers.count)
            for index in numbers.indices { labels.append(pairs.label(numbers[index])) }
            return LabelSet(canonical: labels)
        }
    }

    /// The names of all labels, in no order.
    package func labelNames() -> [String] { pairs.labelNames }

    /// The distinct values of a label, in no order.
    package func values(of name: String) -> [String] {
        pairs.number(ofName: name).map { pairs.values(ofName: $0) } ?? []
    }

    // MARK: Adding

    /// Adds a series under the next number.
    package mutating func insert(_ labels: LabelSet) -> UInt32 {
        let number = upperBound
        insert(labels, as: number)
        return number
    }

    /// Adds a series under the number it has on disk. Numbers come rising; those left out are never found.
    package mutating func insert(_ labels: LabelSet, as number: UInt32) {
        let labels = labels.labels
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: labels.count) { numbers in
            for index in labels.indices { numbers.initializeElement(at: index, to: pairs.intern(labels[index])) }
            insert(numbers.span, as: number)
        }
    }

    private mutating func insert(_ numbers: Span<UInt32>, as number: UInt32) {
        precondition(number >= upperBound && number < .max)
        for index in numbers.indices { pairs.append(number, to: numbers[index]) }
        series.insert(numbers, as: number)
        upperBound = number + 1
    }

    /// Leaves out the numbers below `bound`: they are never given.
    package mutating func skip(to bound: UInt32) {
        upperBound = max(upperBound, bound)
    }

    // MARK: Removing

    /// Forgets series. Their numbers are not given again; numbers that are not in use are ignored.
    ///
    /// - Complexity: that of the postings of all pairs the series have, and now and then, in proportion to what was
    ///   removed since the last time, that of the whole index.
    package mutating func remove(_ numbers: [UInt32]) {
        var removed = NumberSet(below: upperBound)
        var affected = NumberSet(below: pairs.upperBound)
        for number in numbers where series.numbers.contains(number) && removed.insertNew(number) {
            series.withPairs(of: number) { numbers in
                for index in numbers.indices { affected.insert(numbers[index]) }
            }
        }
        pairs.remove(removed, from: affected.numbers)
        series.remove(removed)
        if pairs.isSparse || count == 0 { rebuild() }
    }

    /// Gives back what removed pairs left behind.
    private mutating func rebuild() {
        var result = LabelIndex()
        var known = Array(repeating: UInt32.max, count: Int(pairs.upperBound))
        series.numbers.forEach { number in
            series.withPairs(of: number) { old in
                withUnsafeTemporaryAllocation(of: UInt32.self, capacity: old.count) { new in
                    for index in old.indices {
                        let pair = Int(old[index])
                        if known[pair] == .max { known[pair] = result.pairs.intern(pairs.label(old[index])) }
                        new.initializeElement(at: index, to: known[pair])
                    }
                    result.insert(new.span, as: number)
                }
            }
        }
        result.skip(to: upperBound)
        self = result
    }
}
