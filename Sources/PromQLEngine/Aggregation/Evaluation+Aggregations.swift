import MonitoringModel
import PromQLSyntax

extension Evaluation {
    func streamAggregation(_ aggregation: Aggregation, _ grid: StepGrid, _ emit: Emit) async throws {
        switch aggregation.operator {
        case .topk, .bottomk, .limitk, .limitRatio: try await streamChosen(aggregation, grid, emit)
        case .quantile: try await streamQuantiles(aggregation, grid, emit)
        case .countValues: try await streamValueCounts(aggregation, grid, emit)
        default: try await streamFolded(aggregation, grid, emit)
        }
    }

    /// Aggregations that take in one series after the other, so that none is held.
    private func streamFolded(_ aggregation: Aggregation, _ grid: StepGrid, _ emit: Emit) async throws {
        var groups = Groups<GroupFold>(aggregation)
        func newFold() throws -> GroupFold {
            try budget.hold(grid.count)
            return GroupFold(aggregation.operator, steps: grid.count)
        }
        try await stream(aggregation.content, grid) { series in
            // A group without any value at any step is none.
            guard series.values.contains(where: { !Absent.isAbsent($0) }) else { return }
            try budget.check()
            let place = try groups.place(of: series.labels, first: try newFold())
            groups.values[place].add(series.values)
        }
        budget.release(groups.values.count * grid.count)
        for (labels, fold) in zip(groups.labels, groups.values) {
            try emit(StepSeries(labels: labels, values: fold.values))
        }
    }

    /// All series by group.
    private func grouped(_ aggregation: Aggregation, _ grid: StepGrid) async throws -> Groups<[StepSeries]> {
        var groups = Groups<[StepSeries]>(aggregation)
        for series in try await vector(aggregation.content, grid) {
            try budget.check()
            groups.values[groups.place(of: series.labels, first: [])].append(series)
        }
        return groups
    }

    private func release(_ groups: Groups<[StepSeries]>, _ grid: StepGrid) {
        budget.release(groups.values.reduce(0) { $0 + $1.count } * grid.count)
    }

    private func parameter(_ aggregation: Aggregation, _ grid: StepGrid) async throws -> [Double] {
        guard let parameter = aggregation.parameter else { return [] }
        return try await scalar(parameter, grid)
    }

    private func streamChosen(_ aggregation: Aggregation, _ grid: StepGrid, _ emit: Emit) async throws {
        let parameters = try await parameter(aggregation, grid)
        let place = aggregation.parameter?.range ?? aggregation.range
        let groups = try await grouped(aggregation, grid)
        defer { release(groups, grid) }
        guard !groups.values.isEmpty else { return }
        let isRatio = aggregation.operator == .limitRatio
        if isRatio {
            if parameters.contains(where: \.isNaN) {
                throw failure("expected a ratio between -1 and 1, found NaN", at: place)
            }
            let extremes = Extremes(of: parameters)
            if extremes.greatest > 1 { noteRatio(extremes.greatest, place) }
            if extremes.least < -1 { noteRatio(extremes.least, place) }
        } else if let parameter = parameters.first(where: { !($0.magnitude < 9.2e18) }) {
            throw failure("expected a number of series, found \(parameter.goText)", at: place)
        }
        let choice = SeriesChoice(aggregation.operator, parameters)
        for group in groups.values {
            for series in try choice.chosen(of: group, check: { try budget.check() }) { try emit(series) }
        }
    }

    private func noteRatio(_ ratio: Double, _ range: SourceRange) {
        annotations.warn(
            "ratio value should be between -1 and 1, got \(ratio.goText), capping to \(ratio > 0 ? 1 : -1)", range)
    }

    private func streamQuantiles(_ aggregation: Aggregation, _ grid: StepGrid, _ emit: Emit) async throws {
        let shares = try await parameter(aggregation, grid)
        if let place = aggregation.parameter?.range {
            if shares.contains(where: \.isNaN) { noteShare(.nan, place) }
            let extremes = Extremes(of: shares)
            if extremes.greatest > 1 { noteShare(extremes.greatest, place) }
            if extremes.least < 0 { noteShare(extremes.least, place) }
        }
        let groups = try await grouped(aggregation, grid)
        defer { release(groups, grid) }
        var values: [Double] = []
        for (labels, group) in zip(groups.labels, groups.values) {
            var result = Array(repeating: Absent.value, count: grid.count)
            for step in 0..<grid.count {
                try budget.check()
                values.removeAll(keepingCapacity: true)
                for series in group where !Absent.isAbsent(series.values[step]) { values.append(series.values[step]) }
                if !values.isEmpty { result[step] = quantile(shares[step], of: &values) }
            }
            try emit(StepSeries(labels: labels, values: result))
        }
    }

    private func streamValueCounts(_ aggregation: Aggregation, _ grid: StepGrid, _ emit: Emit) async throws {
        guard let parameter = aggregation.parameter else { return }
        let name = try text(parameter)
        guard !name.isEmpty else {
            throw failure("expected the name of a label in count_values, found an empty text", at: parameter.range)
        }
        let grouping = Grouping(aggregation)
        // `without` groups the value's own label away as well when it names it, and the metric name always.
        let isKept = !aggregation.isWithout || !(aggregation.grouping + [Label.metricName]).contains(name)
        var counts: [LabelSet: [Double]] = [:]
        var order: [LabelSet] = []
        var texts: [UInt64: String] = [:]
        try await stream(aggregation.content, grid) { series in
            try budget.check()
            let group = grouping(series.labels)
            for (step, value) in series.values.enumerated() where !Absent.isAbsent(value) {
                let text = texts[value.bitPattern] ?? DecimalText.positionalText(of: value)
                if texts.count < 10_000 { texts[value.bitPattern] = text }
                let labels = isKept ? group.setting(name, to: text) : group
                if counts[labels] == nil {
                    try budget.hold(grid.count)
                    if isKept { try budget.hold(labelOf: text.utf8.count) }
                    order.append(labels)
                    counts[labels] = Array(repeating: Absent.value, count: grid.count)
                }
                let before = counts[labels]?[step] ?? Absent.value
                counts[labels]?[step] = Absent.isAbsent(before) ? 1 : before + 1
            }
        }
        budget.release(order.count * grid.count)
        for labels in order { try emit(StepSeries(labels: labels, values: counts[labels] ?? [])) }
    }
}

/// The bounds of a parameter over the steps. As in Prometheus only these are noted, not each value that is out of range.
private struct Extremes {
    /// NaN where any value is, unless an infinity comes after it: as Go's functions have it.
    let greatest: Double
    let least: Double

    init(of values: [Double]) {
        greatest = values.reduce(-.greatestFiniteMagnitude, goMaximum)
        least = values.reduce(.greatestFiniteMagnitude, goMinimum)
    }
}
