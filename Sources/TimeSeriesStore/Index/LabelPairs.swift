import MonitoringModel

/// The distinct name–value pairs of all series by number, with the series of each.
///
/// The number of a pair that no series has any more is given to another one later.
struct LabelPairs {
    private struct Pair {
        var value: String
        /// Number of the name; `free` when the pair's number waits for another pair.
        var name: UInt32
        var hash: UInt32
        /// Rising. Of a free number: nothing.
        var series = PostingList()

        static let free = UInt32.max
    }

    private struct Name {
        var text: String
        /// Its pairs, in no order. Empty: the number waits for another name.
        var pairs = PostingList()
        /// Series that have the label.
        var seriesCount = 0
    }

    private var pairs = PagedArray<Pair>()
    /// All pairs under the hashes of their bytes.
    private var table = NumberTable()
    /// The pairs that may be written with other bytes as well, under the library's hash, which knows that "ầ" is one
    /// letter however it is put together.
    private var variants = NumberTable()
    private var freePairs: [UInt32] = []
    private var names: [Name] = []
    private var nameNumbers: [String: UInt32] = [:]
    private var freeNames: [UInt32] = []
    private var postings = Postings()
    /// Heap objects of the names' and values' texts.
    private var textBytes = 0

    /// One past the largest number of a pair.
    var upperBound: UInt32 { UInt32(pairs.count) }

    /// Whether the same pairs, added to an empty value, would need far less memory.
    var isSparse: Bool {
        freePairs.count > 1024 + table.count || postings.freeWords > 1 << 16 + postings.usedWords
    }

    // MARK: Pairs

    /// The number of a pair, or nil when no series has it.
    @inline(__always)
    func number(of label: Label) -> UInt32? {
        find(label, under: LabelHash.bytes(of: label))
    }

    /// The number of a pair, which is added when it is new. One without series must get some before others are removed.
    mutating func intern(_ label: Label) -> UInt32 {
        let hash = LabelHash.bytes(of: label)
        return find(label, under: hash) ?? add(label, under: hash)
    }

    func label(_ pair: UInt32) -> Label {
        Label(names[Int(pairs[Int(pair)].name)].text, pairs[Int(pair)].value)
    }

    private mutating func add(_ label: Label, under hash: UInt32) -> UInt32 {
        let number = freePairs.popLast() ?? upperBound
        let hasVariants = LabelHash.hasVariants(label)
        // Before the pair is among those that go into the new table.
        if table.isFull(for: number) { rehash() }
        if hasVariants, variants.isFull(for: number) { rehashVariants() }
        table.insert(number, under: hash)
        if hasVariants { variants.insert(number, under: LabelHash.canonical(label)) }

        let name = internName(label.name)
        let pair = Pair(value: label.value.exact, name: name, hash: hash)
        textBytes += pair.value.memoryBytes
        if number == upperBound { pairs.append(pair) } else { pairs[Int(number)] = pair }
        postings.append(number, to: &names[Int(name)].pairs)
        return number
    }

    @inline(__always)
    private func find(_ label: Label, under hash: UInt32) -> UInt32? {
        let found = table.first(under: hash) { number in
            pairs[Int(number)].hash == hash && pairs[Int(number)].value == label.value
                && names[Int(pairs[Int(number)].name)].text == label.name
        }
        // New texts are rare, so what they cost here matters little.
        return found ?? (variants.count > 0 && LabelHash.hasVariants(label) ? findVariant(label) : nil)
    }

    private func findVariant(_ label: Label) -> UInt32? {
        variants.first(under: LabelHash.canonical(label)) { self.label($0) == label }
    }

    private mutating func rehash() {
        table.rehash(usedNumbers, through: upperBound) { pairs[Int($0)].hash }
    }

    private mutating func rehashVariants() {
        withVariants { pairs, variants in
            let numbers = pairs.usedNumbers.filter { LabelHash.hasVariants(pairs.label($0)) }
            variants.rehash(numbers, through: pairs.upperBound) { LabelHash.canonical(pairs.label($0)) }
        }
    }

    /// Takes the table out, as the pairs may not be read while a part of them changes.
    private mutating func withVariants(_ body: (LabelPairs, inout NumberTable) -> Void) {
        var taken = NumberTable()
        swap(&taken, &variants)
        body(self, &taken)
        swap(&taken, &variants)
    }

    private var usedNumbers: [UInt32] {
        (0..<upperBound).filter { pairs[Int($0)].name != Pair.free }
    }

    // MARK: Names

    /// The number of a name, or nil when no series has the label.
    func number(ofName name: String) -> UInt32? { nameNumbers[name] }

    /// In no order.
    var labelNames: [String] { Array(nameNumbers.keys) }

    /// The pairs of a name, in no order.
    func pairs(ofName name: UInt32) -> [UInt32] { postings.numbers(in: names[Int(name)].pairs) }

    /// The distinct values of a name, in no order.
    func values(ofName name: UInt32) -> [String] {
        pairs(ofName: name).map { pairs[Int($0)].value }
    }

    /// How many series have the label.
    func seriesCount(ofName name: UInt32) -> Int { names[Int(name)].seriesCount }

    @inline(__always)
    func name(of pair: UInt32) -> UInt32 { pairs[Int(pair)].name }

    private mutating func internName(_ text: String) -> UInt32 {
        if let number = nameNumbers[text] { return number }
        let name = Name(text: text.exact)
        textBytes += name.text.memoryBytes
        let number = freeNames.popLast() ?? UInt32(names.count)
        if number == names.count { names.append(name) } else { names[Int(number)] = name }
        nameNumbers[name.text] = number
        return number
    }

    // MARK: Series

    /// Adds a series, whose number is larger than all others of the pair.
    @inline(__always)
    mutating func append(_ series: UInt32, to pair: UInt32) {
        postings.append(series, to: &pairs[Int(pair)].series)
        names[Int(pairs[Int(pair)].name)].seriesCount += 1
    }

    func seriesCount(of pair: UInt32) -> Int { Int(pairs[Int(pair)].series.count) }

    /// Rising.
    func series(of pair: UInt32) -> [UInt32] { postings.numbers(in: pairs[Int(pair)].series) }

    /// In no order.
    @inline(__always)
    func forEachSeries(of pair: UInt32, _ body: (UInt32) -> Void) {
        postings.forEach(in: pairs[Int(pair)].series, body)
    }

    /// Forgets series, and pairs and names that have none left.
    ///
    /// - Parameter affected: the pairs that the series have.
    mutating func remove(_ series: NumberSet, from affected: [UInt32]) {
        var gone = NumberSet(below: upperBound)
        var poorer: Set<UInt32> = []
        for pair in affected {
            let removed = postings.filter(&pairs[Int(pair)].series) { !series.contains($0) }
            names[Int(pairs[Int(pair)].name)].seriesCount -= removed
            guard pairs[Int(pair)].series.count == 0 else { continue }
            gone.insert(pair)
            poorer.insert(pairs[Int(pair)].name)
        }
        gone.forEach { releasePair($0) }
        for name in poorer {
            _ = postings.filter(&names[Int(name)].pairs) { !gone.contains($0) }
            if names[Int(name)].pairs.count == 0 { releaseName(name) }
        }
        if table.isSparse { rehash() }
        if variants.isSparse { rehashVariants() }
    }

    private mutating func releasePair(_ pair: UInt32) {
        table.remove(pair) { pairs[Int($0)].hash }
        if LabelHash.hasVariants(label(pair)) {
            withVariants { pairs, variants in variants.remove(pair) { LabelHash.canonical(pairs.label($0)) } }
        }
        textBytes -= pairs[Int(pair)].value.memoryBytes
        pairs[Int(pair)] = Pair(value: "", name: Pair.free, hash: 0)
        freePairs.append(pair)
    }

    private mutating func releaseName(_ name: UInt32) {
        nameNumbers[names[Int(name)].text] = nil
        textBytes -= names[Int(name)].text.memoryBytes
        names[Int(name)] = Name(text: "")
        freeNames.append(name)
    }

    var memoryBytes: Int {
        // A dictionary keeps a quarter of its slots free.
        let slots = nameNumbers.capacity * 4 / 3
        let tables = table.memoryBytes + variants.memoryBytes + slots * (MemoryLayout<String>.stride + 4)
        let lists = pairs.memoryBytes + freePairs.memoryBytes + names.memoryBytes + freeNames.memoryBytes
        return tables + lists + postings.memoryBytes + textBytes
    }
}
