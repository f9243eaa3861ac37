import MonitoringModel
import PromQLSyntax
import RE2

extension Evaluation {
    /// The labels that tell which info series belongs to which series.
    private static let identifying = ["instance", "job"]

    /// `info(v, {selector})`: the series of `v` with the labels of the info series of the same `instance` and `job`.
    ///
    /// Of two info series that say something at one step the one with the newer sample counts.
    func streamInfo(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        var matchers: [LabelMatcher] = []
        if call.arguments.count > 1, case .vector(let selector) = call.arguments[1].unwrapped {
            matchers = selector.matchers.map(\.matcher)
        }
        let isNamed = matchers.contains { $0.name == Label.metricName }
        if !isNamed { matchers.append(LabelMatcher(Label.metricName, .equal, "target_info")) }
        // Series that are asked for as info series are not told about themselves. As in Prometheus, those of the default
        // name are not asked for where there is a selector without a name.
        let nameMatchers =
            isNamed || call.arguments.count == 1
            ? try matchers.filter { $0.name == Label.metricName }.map { try ValueMatcher($0) } : []
        let dataMatchers = try matchers.filter { $0.name != Label.metricName }.map { try ValueMatcher($0) }
        let base = try await vector(call.arguments[0], grid)
        defer { release(base, grid) }
        // The values of info series are of no account; here they are the times of their samples.
        var byTarget: [[String]: [StepSeries]] = [:]
        let plan = SelectorPlan(matchers, scope: settings.scope)
        try await select(plan, call.range, grid, of: { Double($0.timestamp.milliseconds) }) { series in
            if let target = Self.target(series.labels) { byTarget[target, default: []].append(series) }
        }

        var joined = JoinedSeries()
        for series in base {
            let isInfo = nameMatchers.contains { $0.matches(series.labels.metricName) }
            let candidates = isInfo ? [] : Self.target(series.labels).flatMap { byTarget[$0] } ?? []
            var byLabels: [LabelSet: StepSeries] = [:]
            for (step, value) in series.values.enumerated() where !Absent.isAbsent(value) {
                try budget.check()
                let added = isInfo ? [] : try labels(from: candidates, at: step, beside: series.labels, dataMatchers)
                if added.isEmpty, !isInfo, !dataMatchers.allSatisfy({ $0.matches("") }) { continue }
                let labels = added.isEmpty ? series.labels : LabelSet(series.labels.labels + added)
                byLabels[
                    labels,
                    default: StepSeries(labels: labels, values: Array(repeating: Absent.value, count: grid.count))
                ].values[step] = value
            }
            for result in byLabels.values { _ = try joined.add(result) }
        }
        for series in joined.series { try emit(series) }
    }

    /// Nil for a series that is of no target.
    private static func target(_ labels: LabelSet) -> [String]? {
        let values = identifying.map { labels[$0] ?? "" }
        return values.allSatisfy(\.isEmpty) ? nil : values
    }

    private func labels(
        from candidates: [StepSeries], at step: Int, beside base: LabelSet, _ dataMatchers: [ValueMatcher]
    ) throws -> [Label] {
        var newest: [String: StepSeries] = [:]
        for info in candidates where !Absent.isAbsent(info.values[step]) {
            let name = info.labels.metricName
            guard let other = newest[name] else {
                newest[name] = info
                continue
            }
            guard other.values[step] != info.values[step] else {
                throw QueryError(.execution, "found duplicate series for info metric \(name)")
            }
            if other.values[step] < info.values[step] { newest[name] = info }
        }
        let names = Set(dataMatchers.map(\.name))
        var added: [String: String] = [:]
        for (_, info) in newest.sorted(by: { $0.key < $1.key }) {
            for label in info.labels.labels
            where label.name != Label.metricName && (names.isEmpty || names.contains(label.name)) {
                if let other = added[label.name], other != label.value {
                    throw QueryError(.execution, "conflicting label: \(label.name)")
                }
                if base[label.name] == nil { added[label.name] = label.value }
            }
        }
        return added.map { Label($0.key, $0.value) }
    }
}

/// A matcher made ready for values.
private struct ValueMatcher {
    let name: String
    private let operation: LabelMatcher.Operation
    private let value: String
    private let pattern: Pattern?

    init(_ matcher: LabelMatcher) throws {
        name = matcher.name
        operation = matcher.operation
        value = matcher.value
        pattern =
            operation == .matches || operation == .doesNotMatch
            ? try Pattern(matcher.value) : nil
    }

    func matches(_ text: String) -> Bool {
        switch operation {
        case .equal: text == value
        case .notEqual: text != value
        case .matches: pattern?.matches(text) ?? false
        case .doesNotMatch: !(pattern?.matches(text) ?? true)
        }
    }
}
