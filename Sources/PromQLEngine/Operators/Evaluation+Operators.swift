import MonitoringModel
import PromQLSyntax

extension Evaluation {
    func streamUnary(_ operation: UnaryOperation, _ grid: StepGrid, _ emit: Emit) async throws {
        guard operation.operator == .minus else { return try await stream(operation.operand, grid, emit) }
        let mayCollide = !operation.operand.hasOneMetricName
        var seen: Set<LabelSet> = []
        try await stream(operation.operand, grid) { series in
            // Series without any value are none, so they are the same as no other.
            guard series.values.contains(where: { !Absent.isAbsent($0) }) else { return }
            var series = series
            series.labels = series.labels.withoutMetricName
            if mayCollide, !seen.insert(series.labels).inserted { throw sameLabels(series.labels) }
            for step in series.values.indices where !Absent.isAbsent(series.values[step]) {
                series.values[step] = -series.values[step]
            }
            try emit(series)
        }
    }

    func streamBinary(_ operation: BinaryOperation, _ grid: StepGrid, _ emit: Emit) async throws {
        guard let matching = operation.matching else { return try await streamWithScalar(operation, grid, emit) }
        let left = try await vector(operation.left, grid)
        let right = try await vector(operation.right, grid)
        var held = 0
        defer {
            budget.release(held * grid.count)
            release(left, grid)
            release(right, grid)
        }
        let result: [StepSeries] =
            switch operation.operator {
            case .and: try intersection(left, right, MatchSignature(matching), grid, isKept: { $0 })
            case .unless: try intersection(left, right, MatchSignature(matching), grid, isKept: { !$0 })
            case .or: try union(left, right, MatchSignature(matching), grid)
            default:
                try VectorMatcher(operation, matching).result(left: left, right: right, steps: grid.count) { series in
                    try budget.hold(series * grid.count)
                    held += series
                }
            }
        for series in result { try emit(series) }
    }

    // MARK: a vector and a scalar

    private func streamWithScalar(_ operation: BinaryOperation, _ grid: StepGrid, _ emit: Emit) async throws {
        let isVectorLeft = operation.left.type == .instantVector
        let (content, other) = isVectorLeft ? (operation.left, operation.right) : (operation.right, operation.left)
        let scalar = try await scalar(other, grid)
        // A comparison passes on the value of the vector, on whichever side it is.
        let compute = operation.operator.vectorFunction(returnsBool: operation.returnsBool) { left, right in
            isVectorLeft ? left : right
        }
        let dropsName = operation.operator.dropsMetricName || operation.returnsBool
        func computed(_ series: StepSeries) -> StepSeries {
            var series = series
            for step in series.values.indices {
                let value = series.values[step]
                guard !Absent.isAbsent(value) else { continue }
                series.values[step] = isVectorLeft ? compute(value, scalar[step]) : compute(scalar[step], value)
            }
            return series
        }
        guard dropsName else { return try await stream(content, grid) { try emit(computed($0)) } }
        var unnamed = UnnamedSeries(of: content)
        try await stream(content, grid) { series in
            if let series = try unnamed.add(computed(series), &budget) { try emit(series) }
        }
        for series in unnamed.passOn(&budget) { try emit(series) }
    }

    // MARK: sets

    /// `and` and `unless`: the series of the left side at the steps where something, or nothing, on the right matches.
    private func intersection(
        _ left: [StepSeries], _ right: [StepSeries], _ signature: MatchSignature, _ grid: StepGrid,
        isKept: (_ isMatched: Bool) -> Bool
    ) throws -> [StepSeries] {
        let matched = try steps(with: right, signature, grid)
        return try left.map { series in
            try budget.check()
            var series = series
            let steps = matched[signature(series.labels)]
            for step in series.values.indices where !isKept(steps?[step] ?? false) {
                series.values[step] = Absent.value
            }
            return series
        }
    }

    /// `or`: the series of the left side, and those of the right that match nothing on it.
    private func union(
        _ left: [StepSeries], _ right: [StepSeries], _ signature: MatchSignature, _ grid: StepGrid
    ) throws -> [StepSeries] {
        var joined = JoinedSeries()
        for series in left {
            try budget.check()
            _ = try joined.add(series)
        }
        for series in try intersection(right, left, signature, grid, isKept: { !$0 }) {
            try budget.check()
            _ = try joined.add(series)
        }
        return joined.series
    }

    /// By signature, the steps at which a vector has a series.
    private func steps(
        with vector: [StepSeries], _ signature: MatchSignature, _ grid: StepGrid
    ) throws -> [LabelSet: [Bool]] {
        var result: [LabelSet: [Bool]] = [:]
        for series in vector {
            try budget.check()
            let key = signature(series.labels)
            for (step, value) in series.values.enumerated() where !Absent.isAbsent(value) {
                result[key, default: Array(repeating: false, count: grid.count)][step] = true
            }
        }
        return result
    }
}
