import MonitoringModel

/// Finds series by their labels.
///
/// Numbers are dense and rise with time, so the postings of a label value (the series that have it) are sorted by being
/// appended to. Not safe for use from several threads: the head's lock guards it.
struct LabelIndex {
    /// One past the largest number ever given.
    private(set) var upperBound: UInt32 = 0
    private var numbers: [LabelSet: UInt32] = [:]
    private var postings: [String: [String: [UInt32]]] = [:]
    /// Every series, rising.
    private var all: [UInt32] = []

    var count: Int { all.count }

    func number(of labels: LabelSet) -> UInt32? { numbers[labels] }

    /// The distinct values of a label, in no order.
    func values(of name: String) -> [String] {
        postings[name].map { Array($0.keys) } ?? []
    }

    /// Adds a series under the next number.
    ///
    /// - Returns: its number, and its labels with texts shared with other series.
    mutating func insert(_ labels: LabelSet) -> (number: UInt32, labels: LabelSet) {
        let number = upperBound
        return (number, insert(labels, as: number))
    }

    /// Adds a series under the number it has on disk. Numbers come rising; those left out are never found.
    @discardableResult
    mutating func insert(_ labels: LabelSet, as number: UInt32) -> LabelSet {
        let shared = LabelSet(labels.labels.map { Label(sharedName($0.name), sharedValue($0)) })
        upperBound = number + 1
        all.append(number)
        numbers[shared] = number
        for label in shared.labels {
            postings[label.name, default: [:]][label.value, default: []].append(number)
        }
        return shared
    }

    /// Leaves out the numbers below `bound`: their rows are damaged, and they must not be given again.
    mutating func skip(to bound: UInt32) {
        upperBound = max(upperBound, bound)
    }

    /// The series below `bound` that satisfy every condition, rising.
    func series(satisfying conditions: [Condition], below bound: UInt32) -> [UInt32] {
        var included: [[UInt32]] = []
        var excluded: [[UInt32]] = []
        for condition in conditions {
            let values = postings[condition.name] ?? [:]
            switch condition.kind {
            case .hasOne(let wanted): included.append(Self.union(wanted.compactMap { values[$0] }))
            case .hasNone(let unwanted): excluded.append(Self.union(unwanted.compactMap { values[$0] }))
            case .isPresent: included.append(Self.union(Array(values.values)))
            case .isAbsent: excluded.append(Self.union(Array(values.values)))
            }
        }
        // The shortest list first: every later step then looks at few series.
        included.sort { $0.count < $1.count }
        var result = included.first ?? all
        for list in included.dropFirst() where !result.isEmpty { result = Self.intersection(result, list) }
        for list in excluded where !result.isEmpty { result = Self.difference(result, list) }
        if let last = result.last, last >= bound { result.removeAll { $0 >= bound } }
        return result
    }

    /// Texts of up to 15 bytes live inside the String itself; sharing matters for the longer ones.
    private func sharedName(_ name: String) -> String {
        guard name.utf8.count > 15, let index = postings.index(forKey: name) else { return name }
        return postings[index].key
    }

    private func sharedValue(_ label: Label) -> String {
        guard label.value.utf8.count > 15, let values = postings[label.name],
            let index = values.index(forKey: label.value)
        else { return label.value }
        return values[index].key
    }

    private static func union(_ lists: [[UInt32]]) -> [UInt32] {
        guard lists.count > 1 else { return lists.first ?? [] }
        var result: [UInt32] = []
        result.reserveCapacity(lists.reduce(0) { $0 + $1.count })
        for list in lists { result += list }
        // A series has one value of a label, so the lists are disjoint.
        result.sort()
        return result
    }

    private static func intersection(_ short: [UInt32], _ long: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(short.count)
        if short.count * 16 < long.count {
            for number in short where contains(long, number) { result.append(number) }
            return result
        }
        var index = 0
        for number in short {
            while index < long.count, long[index] < number { index += 1 }
            if index == long.count { break }
            if long[index] == number { result.append(number) }
        }
        return result
    }

    private static func difference(_ list: [UInt32], _ removed: [UInt32]) -> [UInt32] {
        guard !removed.isEmpty else { return list }
        var index = 0
        return list.filter { number in
            while index < removed.count, removed[index] < number { index += 1 }
            return index == removed.count || removed[index] != number
        }
    }

    private static func contains(_ sorted: [UInt32], _ number: UInt32) -> Bool {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == number
    }
}

extension LabelIndex {
    /// A matcher after its pattern, if any, was tried on the values that exist.
    struct Condition {
        enum Kind {
            /// The label has one of these values, none of them empty.
            case hasOne([String])
            /// The label is missing or has another value than these.
            case hasNone([String])
            case isPresent
            case isAbsent
        }

        var name: String
        var kind: Kind
    }
}
