import MonitoringModel
import PromQLSyntax

/// Pairs the series of two vectors and works out an operator for each pair, step by step.
struct VectorMatcher {
    private let operation: BinaryOperation
    private let matching: VectorMatching
    private let signature: MatchSignature
    private let matched: LabelNames
    private let included: LabelNames
    /// Whether the side with many series is the right one.
    private let isSwapped: Bool

    /// - Parameter matching: of no set operator.
    init(_ operation: BinaryOperation, _ matching: VectorMatching) {
        self.operation = operation
        self.matching = matching
        signature = MatchSignature(matching)
        matched = LabelNames(matching.labels)
        included = LabelNames(matching.include)
        isSwapped = matching.cardinality == .oneToMany
    }

    /// Series that match, of both sides.
    private struct Group {
        var many: [StepSeries] = []
        var one: [StepSeries] = []
    }

    /// - Parameter hold: told of series that are held from now on, or with a negative number no more; throws when the query is to
    ///   end.
    /// - Returns: the series of the result, those of one labels joined.
    /// - Throws: where a match is not unique.
    func result(
        left: [StepSeries], right: [StepSeries], steps: Int, hold: (_ series: Int) throws -> Void
    ) throws -> [StepSeries] {
        let (many, one) = isSwapped ? (right, left) : (left, right)
        guard !many.isEmpty, !one.isEmpty else { return [] }
        var groups: [LabelSet: Group] = [:]
        for series in one {
            try hold(0)
            groups[signature(series.labels), default: Group()].one.append(series)
        }
        // A side without any value at a step matches nothing there, not even itself.
        let occupied = groups.values.contains { $0.one.count > 1 } ? try Self.occupied(many, steps, hold) : []
        for (key, group) in groups where group.one.count > 1 { try checkOne(group.one, key, occupied, hold) }
        var order: [LabelSet] = []
        for series in many {
            try hold(0)
            let key = signature(series.labels)
            guard groups[key] != nil else { continue }
            if groups[key]?.many.isEmpty == true { order.append(key) }
            groups[key]?.many.append(series)
        }
        let isFilter = operation.operator.isComparison && !operation.returnsBool
        // A comparison passes on the left side's value.
        let compute = operation.operator.vectorFunction(returnsBool: operation.returnsBool) { left, _ in left }
        var joined = JoinedSeries()
        for key in order {
            guard let group = groups[key] else { continue }
            var results: [StepSeries] = []
            for series in group.many {
                for partner in group.one {
                    try hold(0)
                    let labels = labels(series.labels, partner.labels, isFilter: isFilter)
                    let values =
                        isSwapped
                        ? Self.combine(partner.values, series.values, compute)
                        : Self.combine(series.values, partner.values, compute)
                    guard values.contains(where: { !Absent.isAbsent($0) }) else { continue }
                    try hold(1)
                    results.append(StepSeries(labels: labels, values: values))
                }
            }
            try checkMatches(results, hold)
            for series in results {
                let isOneMore = try joined.add(series)
                if !isOneMore { try hold(-1) }
            }
        }
        return joined.series
    }

    private static func combine(
        _ left: [Double], _ right: [Double], _ compute: (Double, Double) -> Double
    ) -> [Double] {
        Array(unsafeUninitializedCapacity: left.count) { values, count in
            for step in left.indices {
                let (a, b) = (left[step], right[step])
                values[step] = Absent.isAbsent(a) || Absent.isAbsent(b) ? Absent.value : compute(a, b)
            }
            count = left.count
        }
    }

    private static func occupied(
        _ vector: [StepSeries], _ steps: Int, _ hold: (_ series: Int) throws -> Void
    ) throws -> [Bool] {
        var result = Array(repeating: false, count: steps)
        for series in vector {
            try hold(0)
            for (step, value) in series.values.enumerated() where !Absent.isAbsent(value) { result[step] = true }
        }
        return result
    }

    /// The side with one series must not have two at a step.
    private func checkOne(
        _ series: [StepSeries], _ key: LabelSet, _ occupied: [Bool], _ hold: (_ series: Int) throws -> Void
    ) throws {
        for step in occupied.indices where occupied[step] {
            try hold(0)
            var first: StepSeries?
            for one in series where !Absent.isAbsent(one.values[step]) {
                guard let earlier = first else {
                    first = one
                    continue
                }
                throw QueryError(
                    .execution,
                    "found duplicate series for the match group \(key.promQLText) on the \(isSwapped ? "left" : "right") "
                        + "hand-side of the operation: [\(one.labels.promQLText), \(earlier.labels.promQLText)];"
                        + "many-to-many matching not allowed: matching labels must be unique on one side")
            }
        }
    }

    /// What came of one match group: one series a step, or with `group_left` and `group_right` one of each labels.
    private func checkMatches(_ results: [StepSeries], _ hold: (_ series: Int) throws -> Void) throws {
        guard results.count > 1 else { return }
        let isOneToOne = matching.cardinality == .oneToOne
        let sets =
            isOneToOne ? [results] : Array(Dictionary(grouping: results, by: \.labels).values.filter { $0.count > 1 })
        for series in sets {
            for step in series[0].values.indices {
                try hold(0)
                guard series.lazy.filter({ !Absent.isAbsent($0.values[step]) }).prefix(2).count > 1 else { continue }
                throw QueryError(
                    .execution,
                    isOneToOne
                        ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                        : "multiple matches for labels: grouping labels must ensure unique matches")
            }
        }
    }

    private func labels(_ many: LabelSet, _ one: LabelSet, isFilter: Bool) -> LabelSet {
        var labels = many.labels
        if !isFilter { labels.removeAll { $0.name == Label.metricName } }
        if matching.cardinality == .oneToOne {
            labels.removeAll { matched.contains($0.name) != matching.isOn }
        }
        guard !included.isEmpty else { return LabelSet(canonical: labels) }
        labels.removeAll { included.contains($0.name) }
        return LabelSet(labels + one.labels.filter { included.contains($0.name) })
    }
}
