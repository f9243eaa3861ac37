import MonitoringModel
import PromQLSyntax

/// Which labels the groups of an aggregation have: those named behind `by`, or all but those named behind `without`.
struct Grouping {
    private let names: LabelNames
    private let isWithout: Bool

    init(_ aggregation: Aggregation) {
        isWithout = aggregation.isWithout
        names = LabelNames(isWithout ? aggregation.grouping + [Label.metricName] : aggregation.grouping)
    }

    /// The labels of the group that a series belongs to.
    func callAsFunction(_ labels: LabelSet) -> LabelSet {
        if !isWithout, names.isEmpty { return LabelSet() }
        return LabelSet(canonical: labels.labels.filter { names.contains($0.name) != isWithout })
    }
}

/// Things of groups, in the order the groups first came.
struct Groups<Value> {
    private(set) var labels: [LabelSet] = []
    var values: [Value] = []
    private var places: [LabelSet: Int] = [:]
    private let grouping: Grouping

    init(_ aggregation: Aggregation) {
        grouping = Grouping(aggregation)
    }

    /// The place of a series' group.
    /// - Parameter first: the group's value when it is new.
    mutating func place(of series: LabelSet, first: @autoclosure () throws -> Value) rethrows -> Int {
        let key = grouping(series)
        if let place = places[key] { return place }
        places[key] = values.count
        labels.append(key)
        values.append(try first())
        return values.count - 1
    }
}
