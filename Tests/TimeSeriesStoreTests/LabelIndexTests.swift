import MonitoringModel
import TestSupport
import Testing
import TimeSeriesStore

/// What the index has to answer, in the simplest form.
private struct Model {
    var upperBound: UInt32 = 0
    var series: [UInt32: LabelSet] = [:]

    mutating func insert(_ labels: LabelSet, as number: UInt32) {
        series[number] = labels
        upperBound = number + 1
    }

    func number(of labels: LabelSet) -> UInt32? {
        series.filter { $0.value == labels }.keys.min()
    }

    func values(of name: String) -> Set<String> {
        Set(series.values.compactMap { $0[name] })
    }

    var labelNames: Set<String> {
        Set(series.values.flatMap { $0.labels.map(\.name) })
    }

    func series(satisfying conditions: [LabelIndex.Condition], below bound: UInt32) -> [UInt32] {
        series.filter { number, labels in
            number < bound && conditions.allSatisfy { Self.satisfies(labels[$0.name] ?? "", $0.kind) }
        }.keys.sorted()
    }

    private static func satisfies(_ value: String, _ kind: LabelIndex.Condition.Kind) -> Bool {
        switch kind {
        case .hasOne(let wanted): wanted.contains(value)
        case .hasNone(let unwanted): !unwanted.contains(value)
        case .isPresent: !value.isEmpty
        case .isAbsent: value.isEmpty
        }
    }
}

/// The index and the model, changed alike.
private struct Pair {
    var index = LabelIndex()
    var model = Model()

    mutating func insert(_ labels: LabelSet) {
        model.insert(labels, as: index.insert(labels))
    }

    mutating func insert(_ labels: LabelSet, as number: UInt32) {
        index.insert(labels, as: number)
        model.insert(labels, as: number)
    }

    mutating func skip(to bound: UInt32) {
        index.skip(to: bound)
        model.upperBound = max(model.upperBound, bound)
    }

    mutating func remove(_ numbers: [UInt32]) {
        index.remove(numbers)
        for number in numbers { model.series[number] = nil }
    }

    func compare(_ conditions: [LabelIndex.Condition], below bound: UInt32 = .max, _ context: Comment) {
        let expected = model.series(satisfying: conditions, below: bound)
        #expect(index.series(satisfying: conditions, below: bound) == expected, context)
    }

    /// Everything that does not depend on conditions.
    func compareContents(_ context: Comment) {
        #expect(index.count == model.series.count, context)
        #expect(index.upperBound == model.upperBound, context)
        #expect(index.numbers == model.series.keys.sorted(), context)
        let names = index.labelNames()
        #expect(Set(names) == model.labelNames, context)
        #expect(names.count == model.labelNames.count, context)
        for name in names + ["nowhere"] {
            let values = index.values(of: name)
            #expect(Set(values) == model.values(of: name), context)
            #expect(values.count == model.values(of: name).count, context)
        }
        let wrong = (0..<model.upperBound + 2).filter { number in
            index.contains(number) != (model.series[number] != nil)
                || index.labels(of: number) != model.series[number] ?? LabelSet()
        }
        #expect(wrong == [], context)
    }
}

@Suite("Label index")
struct LabelIndexTests {
    // MARK: Against a naive model

    private static let names = ["__name__", "site", "a name of more than fifteen bytes", "ifName", "device"]
    /// Two of them are equal though their bytes are not.
    private static let values = [
        "1", "up", "Hải Đăng", "Ha\u{309}i Đăng", "a value of more than fifteen bytes", "K", "Trạm bơm số 3",
    ]

    private static func labels(_ generator: inout SeededGenerator) -> LabelSet {
        var labels: [Label] = []
        for name in names where Int.random(in: 0...2, using: &generator) > 0 {
            labels.append(Label(name, values.randomElement(using: &generator)!))
        }
        return LabelSet(labels)
    }

    private static func conditions(_ generator: inout SeededGenerator) -> [LabelIndex.Condition] {
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            let name = (names + ["nowhere"]).randomElement(using: &generator)!
            let some = (values + ["none"]).filter { _ in Int.random(in: 0...2, using: &generator) == 0 }
            let kind: LabelIndex.Condition.Kind =
                switch Int.random(in: 0...3, using: &generator) {
                case 0: .hasOne(some + some.prefix(1))
                case 1: .hasNone(some)
                case 2: .isPresent
                default: .isAbsent
                }
            return LabelIndex.Condition(name: name, kind: kind)
        }
    }

    @Test("seeded random insertions, removals and conditions give the model's answers", arguments: 1...20)
    func randomOperations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var pair = Pair()
        for step in 0..<600 {
            let context: Comment = "seed \(seed), step \(step)"
            switch Int.random(in: 0...19, using: &generator) {
            case 0...8:
                let labels = Self.labels(&generator)
                #expect(pair.index.number(of: labels) == pair.model.number(of: labels), context)
                if pair.model.number(of: labels) == nil { pair.insert(labels) }
            case 9:
                let number = pair.model.upperBound + UInt32.random(in: 0...2000, using: &generator)
                // As when a damaged file has the same labels twice.
                pair.insert(Self.labels(&generator), as: number)
            case 10: pair.skip(to: pair.model.upperBound + UInt32.random(in: 0...3, using: &generator))
            case 11 where step % 5 == 0:
                // Also some twice, some that are gone and some that never were.
                let share = Int.random(in: 1...9, using: &generator)
                let numbers = pair.model.series.keys.sorted().filter { _ in
                    Int.random(in: 0...9, using: &generator) < share
                }
                pair.remove(numbers + numbers.prefix(2) + [pair.model.upperBound, pair.model.upperBound / 2])
            case 12 where step % 10 == 0: pair.compareContents(context)
            default:
                let bound = Bool.random(using: &generator) ? pair.model.upperBound : pair.model.upperBound / 2
                pair.compare(Self.conditions(&generator), below: bound, context)
            }
        }
        pair.compareContents("seed \(seed), end")
    }

    @Test("long lists, many values and removal of nearly everything give the model's answers")
    func large() {
        var generator = SeededGenerator(seed: 1)
        var pair = Pair()
        for number in 0..<20_000 {
            var labels = [Label("device", "sw\(number / 20)"), Label("port", "\(number % 20)"), Label("site", "north")]
            if number % 3 == 0 { labels.append(Label("alias", "uplink to the port \(number)")) }
            pair.insert(LabelSet(labels))
        }
        typealias Condition = LabelIndex.Condition
        let many = Condition(name: "device", kind: .hasOne((0..<600).map { "sw\($0 * 3)" }))
        let few = Condition(name: "device", kind: .hasOne(["sw999", "sw2", "sw50"]))
        let port = Condition(name: "port", kind: .hasOne(["7"]))
        let hasAlias = Condition(name: "alias", kind: .isPresent)
        let site = Condition(name: "site", kind: .hasOne(["north"]))
        let notPorts = Condition(name: "port", kind: .hasNone(["7", "8", "19"]))
        let noAlias = Condition(name: "alias", kind: .isAbsent)
        let hasSite = Condition(name: "site", kind: .isPresent)
        let noSite = Condition(name: "site", kind: .isAbsent)
        let selections: [[Condition]] = [
            [], [many], [few], [port], [hasAlias], [site], [notPorts], [noAlias], [hasSite], [noSite], [many, port],
            [few, port], [few, notPorts], [few, hasAlias], [few, noAlias], [site, hasAlias], [site, notPorts],
            [many, noAlias, notPorts, hasSite], [few, many], [few, noSite], [hasAlias, port, many], [port, site],
        ]
        for share in [0, 5, 9, 10] {
            pair.remove(pair.model.series.keys.filter { _ in Int.random(in: 0...9, using: &generator) < share })
            for (position, selection) in selections.enumerated() {
                pair.compare(selection, "selection \(position), a share of \(share) of 10 removed")
                guard position % 4 == 0 else { continue }
                pair.compare(selection, below: 7_777, "selection \(position), bounded, a share of \(share) removed")
            }
            pair.compareContents("a share of \(share) of 10 removed")
            #expect(pair.model.series.filter { pair.index.number(of: $0.value) != $0.key } == [:])
            // Numbers of pairs that are free again go to these.
            for round in 0..<2_000 {
                pair.insert(LabelSet("up", ["device": "sw\(round % 1100)", "round": "\(share).\(round)"]))
            }
        }
    }

    // MARK: Identity

    @Test("an empty index answers everything with nothing")
    func empty() {
        var index = LabelIndex()
        index.remove([0, 7])
        #expect(index.count == 0)
        #expect(index.upperBound == 0)
        #expect(index.number(of: LabelSet("up")) == nil)
        #expect(index.number(of: LabelSet()) == nil)
        #expect(index.labels(of: 0) == LabelSet())
        #expect(index.labelNames() == [])
        #expect(index.values(of: "site") == [])
        #expect(index.series(satisfying: [], below: .max) == [])
        #expect(index.series(satisfying: [LabelIndex.Condition(name: "a", kind: .isAbsent)], below: .max) == [])
    }

    @Test("a series without labels is found, told from numbers not in use, and removed")
    func noLabels() {
        var index = LabelIndex()
        index.skip(to: 3)
        #expect(index.insert(LabelSet()) == 3)
        #expect(index.number(of: LabelSet()) == 3)
        #expect(index.series(satisfying: [], below: .max) == [3])
        #expect(index.series(satisfying: [LabelIndex.Condition(name: "a", kind: .isAbsent)], below: .max) == [3])
        _ = index.insert(LabelSet("up"))
        index.remove([4])
        #expect(index.number(of: LabelSet()) == 3)
        index.remove([2, 3])
        #expect(index.number(of: LabelSet()) == nil)
        #expect(index.count == 0)
    }

    @Test("label sets that share names and values in other combinations are other series")
    func combinations() {
        var index = LabelIndex()
        let sets = [
            LabelSet("a"), LabelSet("b"), LabelSet("aa"), LabelSet("a", ["b": "a"]), LabelSet("b", ["b": "a"]),
            LabelSet("a", ["b": "b"]), LabelSet("a", ["a": "b"]), LabelSet("a", ["ab": "a"]),
            LabelSet("a", ["a": "ba"]), LabelSet("aa", ["b": "a"]),
        ]
        for (number, set) in sets.enumerated() {
            #expect(index.number(of: set) == nil)
            #expect(index.insert(set) == UInt32(number))
        }
        for (number, set) in sets.enumerated() {
            #expect(index.number(of: set) == UInt32(number))
            #expect(index.labels(of: UInt32(number)) == set)
        }
    }

    @Test("the number of a removed series is not given again, also not to the same labels")
    func numbersAreNotReused() {
        var index = LabelIndex()
        let labels = LabelSet("up", ["site": "north"])
        #expect(index.insert(labels) == 0)
        index.remove([0])
        #expect(index.number(of: labels) == nil)
        #expect(index.labels(of: 0) == LabelSet())
        #expect(index.labelNames() == [])
        #expect(index.insert(labels) == 1)
        #expect(index.number(of: labels) == 1)
        #expect(index.series(satisfying: [], below: .max) == [1])
    }

    @Test("of two series with the same labels the first is found, and the second once the first is removed")
    func equalLabels() {
        var index = LabelIndex()
        let labels = LabelSet("up")
        index.insert(labels, as: 4)
        index.insert(labels, as: 9)
        #expect(index.number(of: labels) == 4)
        #expect(index.series(satisfying: [], below: .max) == [4, 9])
        index.remove([4])
        #expect(index.number(of: labels) == 9)
    }

    @Test("texts that are equal in other bytes are one name and one value")
    func equalTexts() {
        // Every character that equals some ASCII character, and letters with accents put together in two ways.
        let ascii = Set((0..<128).map { String(UnicodeScalar($0)) })
        var pairs = (128...0x10FFFF).compactMap { UnicodeScalar($0).map { String($0) } }
            .filter { ascii.contains($0) }
            .map { text in (text, ascii.first { $0 == text }!) }
        #expect(pairs.count == 3)
        pairs += [("\u{1EA7}", "a\u{302}\u{300}"), ("\u{212B}", "\u{C5}"), ("\u{E2}\u{300}", "\u{1EA7}")]
        for (one, other) in pairs + pairs.map({ ($1, $0) }) {
            for isName in [true, false] {
                var index = LabelIndex()
                let sets = [one, other].map { LabelSet([isName ? Label("x\($0)", "1") : Label("x", "1\($0)")]) }
                #expect(sets[0] == sets[1])
                #expect(index.insert(LabelSet("other", ["K": "\u{1EA7}"])) == 0)
                #expect(index.insert(sets[0]) == 1)
                #expect(index.number(of: sets[1]) == 1, "\(one) and \(other)")
                index.remove([0])
                #expect(index.number(of: sets[1]) == 1, "\(one) and \(other)")
            }
        }
    }

    // MARK: Memory

    /// 20 ports of a device after each other.
    private static func port(_ number: Int, alias: Bool = false) -> LabelSet {
        var set = LabelSet(
            ["ifHCInOctets", "ifHCOutOctets", "ifOperStatus", "ifInErrors"][number % 4],
            [
                "device": "switch-\(number / 20)", "ifName": "Ethernet1/\(number % 20 / 4)", "job": "snmp",
                "instance": "10.1.\(number / 20 / 200).\(number / 20 % 200)", "site": "dc\(number / 10_000)",
            ])
        if alias { set = set.setting("ifAlias", to: "customer \(1_000_000 + number)") }
        return set
    }

    @Test(
        "50,000 series of 6 labels take less than 100 bytes each, one value of its own 200 with its text",
        arguments: [(false, 60...100), (true, 120...200)])
    func memory(hasAlias: Bool, bytes: ClosedRange<Int>) {
        var index = LabelIndex()
        for number in 0..<50_000 { _ = index.insert(Self.port(number, alias: hasAlias)) }
        #expect(bytes.contains(index.memoryBytes / 50_000), "\(index.memoryBytes)")
    }

    @Test("series that come and go leave nothing behind")
    func churn() {
        var index = LabelIndex()
        for number in 0..<10_000 { _ = index.insert(Self.port(number, alias: true)) }
        let full = index.memoryBytes
        for first in stride(from: 0, to: 30_000, by: 2_500) {
            index.remove((first..<first + 2_500).map { UInt32($0) })
            for number in 10_000 + first..<12_500 + first { _ = index.insert(Self.port(number, alias: true)) }
        }
        #expect(index.count == 10_000)
        #expect(index.memoryBytes < full * 5 / 4, "\(index.memoryBytes) after \(full)")
        index.remove((0..<index.upperBound).filter { $0 % 64 != 0 })
        #expect(index.memoryBytes < full / 4, "\(index.memoryBytes) after \(full)")
        index.remove(Array(0..<index.upperBound))
        #expect(index.count == 0)
        #expect(index.memoryBytes < 1_000, "\(index.memoryBytes)")
    }
}
