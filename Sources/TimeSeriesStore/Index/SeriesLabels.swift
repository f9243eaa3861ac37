/// The pairs of each series by its number, and the number of each series by its pairs.
///
/// Pairs of a series keep the order in which they came, that of the label set. Series with equal pairs may both be
/// there, as nothing on disk forbids it: the one added first is found.
struct SeriesLabels {
    /// The pairs of `pageSize` numbers one after the other; empty when no number of the page has pairs.
    private struct Page {
        /// By number in the page: where its pairs start. The last one is the count of `pairs`.
        var starts: [UInt32] = []
        var pairs: [UInt32] = []
    }

    private static let pageSize = 1024

    private var pages: [Page] = []
    private var table = NumberTable()
    /// The series that were added and not removed.
    private(set) var numbers = NumberSet()

    var count: Int { table.count }

    // MARK: By number

    /// The pairs of a series; none for a number that is not in use.
    @inline(__always)
    func withPairs<Result>(of number: UInt32, _ body: (Span<UInt32>) -> Result) -> Result {
        let page = Int(number) / Self.pageSize
        let place = Int(number) % Self.pageSize
        guard page < pages.count, place + 1 < pages[page].starts.count else { return body(Span()) }
        let range = Int(pages[page].starts[place])..<Int(pages[page].starts[place + 1])
        return pages[page].pairs.withUnsafeBufferPointer { body($0.span.extracting(range)) }
    }

    /// Adds a series whose number is larger than all before it.
    mutating func insert(_ pairs: Span<UInt32>, as number: UInt32) {
        append(pairs, of: number)
        if table.isFull(for: number) { rehash(through: number) }
        table.insert(number, under: LabelHash.pairs(pairs))
        numbers.grow(to: number + 1)
        numbers.insert(number)
    }

    private mutating func append(_ pairs: Span<UInt32>, of number: UInt32) {
        let page = Int(number) / Self.pageSize
        let place = Int(number) % Self.pageSize
        if page >= pages.count {
            // Nothing is added to the last page any more.
            if let last = pages.indices.last { pages[last].pairs = Self.trimmed(pages[last].pairs) }
            while pages.count <= page { pages.append(Page()) }
        }
        if pages[page].starts.isEmpty {
            pages[page].starts.reserveCapacity(Self.pageSize + 1)
            pages[page].starts.append(0)
        }
        let start = UInt32(pages[page].pairs.count)
        while pages[page].starts.count <= place { pages[page].starts.append(start) }
        for index in pairs.indices { pages[page].pairs.append(pairs[index]) }
        pages[page].starts.append(UInt32(pages[page].pairs.count))
    }

    /// In an array without spare capacity.
    private static func trimmed(_ pairs: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(pairs.count)
        result += pairs
        return result
    }

    // MARK: By pairs

    func number(of pairs: Span<UInt32>) -> UInt32? {
        table.first(under: LabelHash.pairs(pairs)) { number in
            withPairs(of: number) { Self.areEqual($0, pairs) }
        }
    }

    @inline(__always)
    private static func areEqual(_ lhs: Span<UInt32>, _ rhs: Span<UInt32>) -> Bool {
        guard lhs.count == rhs.count else { return false }
        for index in lhs.indices where lhs[index] != rhs[index] { return false }
        return true
    }

    private func hash(of number: UInt32) -> UInt32 {
        withPairs(of: number) { LabelHash.pairs($0) }
    }

    private mutating func rehash(through bound: UInt32) {
        // `self` may not be read while its table changes.
        var table = NumberTable()
        swap(&table, &self.table)
        // Rising, so that the labels are read in one pass.
        table.rehash(numbers.numbers, through: bound) { hash(of: $0) }
        swap(&table, &self.table)
    }

    // MARK: Removing

    /// Forgets series, all of which must be here.
    mutating func remove(_ removed: NumberSet) {
        var table = NumberTable()
        swap(&table, &self.table)
        removed.forEach { number in table.remove(number) { hash(of: $0) } }
        swap(&table, &self.table)
        var last = -1
        removed.forEach { number in
            numbers.remove(number)
            let page = Int(number) / Self.pageSize
            if page != last { clear(removed, inPage: page) }
            last = page
        }
        if self.table.isSparse { rehash(through: UInt32(clamping: pages.count * Self.pageSize)) }
    }

    /// Closes the gaps of one page.
    private mutating func clear(_ removed: NumberSet, inPage page: Int) {
        let old = pages[page]
        // A series without labels may be all that is left.
        guard !old.pairs.isEmpty else { return }
        var new = Page()
        new.starts.reserveCapacity(old.starts.count)
        new.starts.append(0)
        for place in 0..<old.starts.count - 1 {
            if !removed.contains(UInt32(page * Self.pageSize + place)) {
                new.pairs += old.pairs[Int(old.starts[place])..<Int(old.starts[place + 1])]
            }
            new.starts.append(UInt32(new.pairs.count))
        }
        new.pairs = Self.trimmed(new.pairs)
        pages[page] = new.pairs.isEmpty ? Page() : new
    }

    var memoryBytes: Int {
        pages.memoryBytes + table.memoryBytes + numbers.memoryBytes
            + pages.reduce(0) { $0 + $1.starts.memoryBytes + $1.pairs.memoryBytes }
    }
}
