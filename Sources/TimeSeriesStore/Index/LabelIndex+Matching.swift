import MonitoringModel

extension LabelIndex {
    /// A matcher after its pattern, if any, was tried on the values that exist.
    package struct Condition: Sendable {
        package enum Kind: Sendable {
            /// The label has one of these values, none of them empty.
            case hasOne([String])
            /// The label is missing or has another value than these.
            case hasNone([String])
            case isPresent
            case isAbsent
        }

        package var name: String
        package var kind: Kind

        package init(name: String, kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    /// The series below `bound` that satisfy every condition, rising.
    package func series(satisfying conditions: [Condition], below bound: UInt32) -> [UInt32] {
        var included: [Selection] = []
        var excluded: [Selection] = []
        for condition in conditions {
            let selection = selection(condition)
            switch condition.kind {
            case .hasOne, .isPresent: included.append(selection)
            case .hasNone, .isAbsent: excluded.append(selection)
            }
        }
        // The fewest series first: every later step then looks at few series.
        included.sort { $0.seriesCount < $1.seriesCount }
        var result = included.first.map { numbers(of: $0) } ?? self.numbers
        for selection in included.dropFirst() { keep(&result, in: selection) }
        for selection in excluded { keep(&result, in: selection, inverted: true) }
        while let last = result.last, last >= bound { result.removeLast() }
        return result
    }

    /// The series that have some pair of one name.
    private struct Selection {
        enum Pairs {
            case one(UInt32)
            case some([UInt32], NumberSet)
            case all(name: UInt32)
        }

        var pairs: Pairs
        var seriesCount: Int
    }

    private func selection(_ condition: Condition) -> Selection {
        let nothing = Selection(pairs: .some([], NumberSet()), seriesCount: 0)
        guard let name = pairs.number(ofName: condition.name) else { return nothing }
        switch condition.kind {
        case .isPresent, .isAbsent:
            return Selection(pairs: .all(name: name), seriesCount: pairs.seriesCount(ofName: name))
        case .hasOne(let values), .hasNone(let values):
            var set = NumberSet(below: values.count > 1 ? pairs.upperBound : 0)
            var list: [UInt32] = []
            var count = 0
            for value in values {
                guard let pair = pairs.number(of: Label(condition.name, value)) else { continue }
                if values.count == 1 { return Selection(pairs: .one(pair), seriesCount: pairs.seriesCount(of: pair)) }
                guard set.insertNew(pair) else { continue }
                list.append(pair)
                count += pairs.seriesCount(of: pair)
            }
            return Selection(pairs: .some(list, set), seriesCount: count)
        }
    }

    private func forEachPair(of selection: Selection, _ body: (UInt32) -> Void) {
        switch selection.pairs {
        case .one(let pair): body(pair)
        case .some(let list, _): list.forEach(body)
        case .all(let name): pairs.pairs(ofName: name).forEach(body)
        }
    }

    private func set(of selection: Selection) -> NumberSet {
        if case .all = selection.pairs, selection.seriesCount == count { return series.numbers }
        var set = NumberSet(below: upperBound)
        forEachPair(of: selection) { pair in
            pairs.forEachSeries(of: pair) { set.insert($0) }
        }
        return set
    }

    /// The series of a selection, rising.
    private func numbers(of selection: Selection) -> [UInt32] {
        if case .one(let pair) = selection.pairs { return pairs.series(of: pair) }
        // Of many numbers a set is sooner made than they are sorted.
        guard selection.seriesCount < upperBound / 256 else { return set(of: selection).numbers }
        // A series has one value of a label, so no number comes twice.
        var result: [UInt32] = []
        result.reserveCapacity(selection.seriesCount)
        forEachPair(of: selection) { pair in
            pairs.forEachSeries(of: pair) { result.append($0) }
        }
        result.sort()
        return result
    }

    /// Keeps the series that are in `selection`, or, inverted, those that are not.
    private func keep(_ result: inout [UInt32], in selection: Selection, inverted isInverted: Bool = false) {
        guard !result.isEmpty else { return }
        guard selection.seriesCount > 0 else {
            if !isInverted { result = [] }
            return
        }
        guard result.count < selection.seriesCount / 8 else {
            let set = set(of: selection)
            return result.removeAll { set.contains($0) == isInverted }
        }
        // Reading the labels of few series costs less than reading long lists.
        switch selection.pairs {
        case .one(let wanted): result.removeAll { hasPair($0, where: { $0 == wanted }) == isInverted }
        case .some(_, let wanted): result.removeAll { hasPair($0, where: { wanted.contains($0) }) == isInverted }
        case .all(let name): result.removeAll { hasPair($0, where: { pairs.name(of: $0) == name }) == isInverted }
        }
    }

    @inline(__always)
    private func hasPair(_ number: UInt32, where matches: (UInt32) -> Bool) -> Bool {
        series.withPairs(of: number) { numbers in
            for index in numbers.indices where matches(numbers[index]) { return true }
            return false
        }
    }
}
