import MonitoringModel
import PromQLSyntax

extension PromQLExpression {
    /// Whether no two series of it become the same when their metric names are dropped: all have one name, or none.
    var hasOneMetricName: Bool {
        switch self {
        case .number, .string: true
        case .vector(let selector): selector.hasOneMetricName
        case .matrix(let matrix): matrix.selector.hasOneMetricName
        case .subquery(let subquery): subquery.content.hasOneMetricName
        case .unary(let operation): operation.operator == .minus || operation.operand.hasOneMetricName
        case .parentheses(let group): group.content.hasOneMetricName
        case .binary(let operation):
            switch operation.operator {
            case .or: false
            case .and, .unless: operation.left.hasOneMetricName
            default:
                (!operation.operator.isComparison || operation.returnsBool)
                    && operation.matching?.include.contains(Label.metricName) != true
            }
        case .aggregation(let aggregation):
            switch aggregation.operator {
            case .topk, .bottomk, .limitk, .limitRatio: aggregation.content.hasOneMetricName
            // The label that takes the value may be the metric name.
            case .countValues: false
            default: aggregation.isWithout || !aggregation.grouping.contains(Label.metricName)
            }
        case .call(let call):
            switch call.function {
            case .labelReplace, .labelJoin, .info: false
            case .lastOverTime, .sort, .sortDesc, .sortByLabel, .sortByLabelDesc: call.arguments[0].hasOneMetricName
            default: true
            }
        }
    }
}

extension VectorSelector {
    fileprivate var hasOneMetricName: Bool {
        matchers.contains { $0.matcher.name == Label.metricName && $0.matcher.operation == .equal }
    }
}

extension Evaluation {
    func sameLabels(_ labels: LabelSet) -> QueryError {
        QueryError(.execution, "vector cannot contain metrics with the same labelset: \(labels.promQLText)")
    }
}

/// Passes series on without their metric names: those that became the same are joined where they have no step in common.
struct UnnamedSeries {
    /// Nil where none can become the same, so that none need be held.
    private var joined: JoinedSeries?

    init(of content: PromQLExpression) {
        joined = content.hasOneMetricName ? nil : JoinedSeries()
    }

    /// - Parameter budget: told of series that are held from now on.
    /// - Returns: the series without its name; nil when it is held.
    /// - Throws: when a series has a value at a step where another one of the same labels has one.
    mutating func add(_ series: StepSeries, _ budget: inout QueryBudget) throws -> StepSeries? {
        var series = series
        series.labels = series.labels.withoutMetricName
        guard let isOneMore = try joined?.add(series) else { return series }
        if isOneMore { try budget.hold(series.values.count) }
        return nil
    }

    /// What was held; the budget is told that it is held no more.
    func passOn(_ budget: inout QueryBudget) -> [StepSeries] {
        let series = joined?.series ?? []
        budget.release(series.reduce(0) { $0 + $1.values.count })
        return series
    }
}

/// Series by their labels, in the order they first came.
struct JoinedSeries {
    private(set) var series: [StepSeries] = []
    private var places: [LabelSet: Int] = [:]

    /// - Returns: whether it is one more.
    /// - Throws: when one with the same labels has a value at one of its steps.
    mutating func add(_ other: StepSeries) throws -> Bool {
        guard let place = places[other.labels] else {
            places[other.labels] = series.count
            series.append(other)
            return true
        }
        for (step, value) in other.values.enumerated() where !Absent.isAbsent(value) {
            guard Absent.isAbsent(series[place].values[step]) else {
                throw QueryError(
                    .execution,
                    "vector cannot contain metrics with the same labelset: \(other.labels.promQLText)")
            }
            series[place].values[step] = value
        }
        return false
    }
}

extension LabelSet {
    /// For messages: `name{label="value"}`.
    var promQLText: String {
        let pairs = labels.filter { $0.name != Label.metricName }.map { "\($0.name)=\($0.value.debugDescription)" }
        return "\(metricName){\(pairs.joined(separator: ", "))}"
    }
}
