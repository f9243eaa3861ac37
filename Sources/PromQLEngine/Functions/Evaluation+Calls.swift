import MonitoringModel
import PromQLSyntax
import RE2

extension Evaluation {
    /// Passes on the series of a function that gives an instant vector.
    func streamCall(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        let function = call.function
        if function.needsNativeHistograms {
            // Samples are numbers here; Prometheus leaves those out.
            return try await stream(call.arguments[0], grid) { _ in }
        }
        if let compute = function.ofValue {
            return try await streamValues(call, grid, emit) { _, value in compute(value) }
        }
        if let compute = function.ofDate { return try await streamDates(call, grid, compute, emit) }
        switch function {
        case .timestamp: try await streamTimestamps(call, grid, emit)
        case .round: try await streamRounded(call, grid, emit)
        case .clamp, .clampMin, .clampMax: try await streamClamped(call, grid, emit)
        case .vector:
            try emit(StepSeries(labels: LabelSet(), values: try await scalar(call.arguments[0], grid)))
        case .sort, .sortDesc: try await streamSorted(call, grid, emit)
        case .sortByLabel, .sortByLabelDesc: try await streamSortedByLabel(call, grid, emit)
        case .labelReplace, .labelJoin: try await streamRelabelled(call, grid, emit)
        case .absent: try await streamAbsent(call, grid, emit)
        case .histogramQuantile, .histogramFraction: try await streamHistograms(call, grid, emit)
        case .info: try await streamInfo(call, grid, emit)
        default: try await streamOverTime(call, grid, emit)
        }
    }

    // MARK: one value after the other

    /// Values changed each for itself, the metric name dropped.
    private func streamValues(
        _ call: FunctionCall, _ grid: StepGrid, _ emit: Emit, _ compute: (_ step: Int, Double) -> Double
    ) async throws {
        var unnamed = UnnamedSeries(of: call.arguments[0])
        try await stream(call.arguments[0], grid) { series in
            var series = series
            for step in series.values.indices where !Absent.isAbsent(series.values[step]) {
                series.values[step] = compute(step, series.values[step])
            }
            if let series = try unnamed.add(series, &budget) { try emit(series) }
        }
        for series in unnamed.passOn(&budget) { try emit(series) }
    }

    private func streamRounded(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        let nearest = call.arguments.count > 1 ? try await scalar(call.arguments[1], grid) : []
        try await streamValues(call, grid, emit) { step, value in
            // The inverse, for tenths are no binary numbers and ten is.
            let inverse = nearest.isEmpty ? 1 : 1 / nearest[step]
            return (value * inverse + 0.5).rounded(.down) / inverse
        }
    }

    private func streamClamped(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        let first = try await scalar(call.arguments[1], grid)
        let second = call.arguments.count > 2 ? try await scalar(call.arguments[2], grid) : first
        try await streamValues(call, grid, emit) { step, value in
            let least = call.function == .clampMax ? -.infinity : first[step]
            let most = call.function == .clampMin ? .infinity : second[step]
            if most < least { return Absent.value }
            return goMaximum(least, goMinimum(most, value))
        }
    }

    private func streamDates(
        _ call: FunctionCall, _ grid: StepGrid, _ compute: (CivilDate) -> Double, _ emit: Emit
    ) async throws {
        guard !call.arguments.isEmpty else {
            let values = (0..<grid.count).map { compute(CivilDate(seconds: grid.time($0) / 1000)) }
            return try emit(StepSeries(labels: LabelSet(), values: values))
        }
        try await streamValues(call, grid, emit) { _, value in
            // What is no time of a calendar is taken as Go takes it: as the least of numbers.
            compute(CivilDate(seconds: max(Int64(exactly: value.rounded(.towardZero)) ?? .min, .min / 2)))
        }
    }

    /// Of a selector the time of the sample, of anything else that of the step.
    private func streamTimestamps(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        guard case .vector(let selector) = call.arguments[0].unwrapped else {
            return try await streamValues(call, grid, emit) { step, _ in Double(grid.time(step)) / 1000 }
        }
        var unnamed = UnnamedSeries(of: call.arguments[0])
        try await select(selector, grid, of: { Double($0.timestamp.milliseconds) / 1000 }) { series in
            if let series = try unnamed.add(series, &budget) { try emit(series) }
        }
        for series in unnamed.passOn(&budget) { try emit(series) }
    }

    private func streamAbsent(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        var values = Array(repeating: 1.0, count: grid.count)
        try await stream(call.arguments[0], grid) { series in
            for (step, value) in series.values.enumerated() where !Absent.isAbsent(value) {
                values[step] = Absent.value
            }
        }
        try emit(StepSeries(labels: call.arguments[0].unwrapped.absentLabels, values: values))
    }

    // MARK: order

    private func streamSorted(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        var vector = try await vector(call.arguments[0], grid)
        defer { release(vector, grid) }
        if grid.count == 1 {
            let isDescending = call.function == .sortDesc
            try vector.sort { a, b in
                try budget.check()
                let (a, b) = (a.values[0], b.values[0])
                return isDescending ? a > b || (b.isNaN && !a.isNaN) : a < b || (b.isNaN && !a.isNaN)
            }
        }
        for series in vector { try emit(series) }
    }

    private func streamSortedByLabel(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        let names = try call.arguments.dropFirst().map(text)
        let vector = try await vector(call.arguments[0], grid)
        defer { release(vector, grid) }
        let order = LabelOrder(by: names)
        let keys = try vector.map { series in
            try budget.check()
            return order.key(series.labels)
        }
        let places = try keys.indices.sorted { a, b in
            try budget.check()
            return LabelOrder.isOrdered(keys[a], before: keys[b])
        }
        for place in call.function == .sortByLabel ? places : places.reversed() { try emit(vector[place]) }
    }

    // MARK: labels

    private func streamRelabelled(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        let texts = try call.arguments.dropFirst().map(text)
        let name = call.function.rawValue
        guard !texts[0].isEmpty else {
            throw failure("expected the name of a label in \(name), found an empty text", at: call.arguments[1].range)
        }
        let newValue: (LabelSet) throws -> String?
        if call.function == .labelReplace {
            do throws(PatternError) {
                let replacement = try LabelReplacement(
                    replacement: texts[1], source: texts[2], pattern: texts[3])
                newValue = { try replacement($0) }
            } catch {
                throw failure(
                    "expected a regular expression in \(name): \(error.reason)", at: call.arguments[4].range)
            }
        } else {
            let sources = Array(texts.dropFirst(2))
            if let index = sources.firstIndex(of: "") {
                throw failure(
                    "expected the name of a label in \(name), found an empty text", at: call.arguments[index + 3].range)
            }
            let joining = LabelJoining(sources: sources, separator: texts[1])
            newValue = { try joining($0) }
        }
        func relabelled(_ labels: LabelSet) throws -> LabelSet {
            do {
                guard let value = try newValue(labels) else { return labels }
                try budget.hold(labelOf: value.utf8.count)
                return labels.setting(texts[0], to: value)
            } catch let error as LabelTooLong {
                throw failure(
                    "expected \(name) to make a label of at most \(LabelTooLong.limit) bytes, found one of \(error.bytes)",
                    at: call.range)
            }
        }
        var seen: Set<LabelSet> = []
        try await stream(call.arguments[0], grid) { series in
            guard series.values.contains(where: { !Absent.isAbsent($0) }) else { return }
            let labels = try relabelled(series.labels)
            guard seen.insert(labels).inserted else { throw sameLabels(labels) }
            try emit(StepSeries(labels: labels, values: series.values))
        }
    }

    // MARK: over time

    private func streamOverTime(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        guard let place = call.arguments.firstIndex(where: { $0.type == .rangeVector }) else {
            throw QueryError(.internal, "the function \(call.function.rawValue) is not known")
        }
        var scalars: [[Double]] = []
        for (index, argument) in call.arguments.enumerated() where index != place {
            scalars.append(try await scalar(argument, grid))
        }
        let first = scalars.first ?? []
        let second = scalars.dropFirst().first ?? []
        if call.function == .absentOverTime { return try await streamAbsentOverTime(call, grid, emit) }
        let isRate = call.function == .rate || call.function == .increase
        let keepsName = call.function == .lastOverTime
        var seen: Set<LabelSet> = []
        let mayCollide = !keepsName && !call.arguments[place].hasOneMetricName
        try await ranges(call.arguments[place], grid) { labels, samples, windows in
            let range = RangeSamples(samples: samples, windows: windows, grid: grid, meter: budget.meter)
            try checkArguments(call, first, second, range)
            guard let values = range.values(of: call.function, first, second) else {
                throw QueryError(.internal, "the function \(call.function.rawValue) is not known")
            }
            try budget.check()
            if countsSamples { range.forEachWindow { step, low, high in count(high - low, atStep: step) } }
            guard values.contains(where: { !Absent.isAbsent($0) }) else { return }
            if isRate { noteNonCounter(labels.metricName, call.arguments[place].range) }
            let labels = keepsName ? labels : labels.withoutMetricName
            if mayCollide, !seen.insert(labels).inserted { throw sameLabels(labels) }
            try emit(StepSeries(labels: labels, values: values))
        }
    }

    /// Looks at the other arguments of the steps whose windows hold samples.
    private func checkArguments(
        _ call: FunctionCall, _ first: [Double], _ second: [Double], _ range: RangeSamples
    ) throws {
        switch call.function {
        case .quantileOverTime:
            range.forEachWindow { step, _, _ in
                if !(0...1).contains(first[step]) { noteShare(first[step], call.arguments[0].range) }
            }
        case .doubleExponentialSmoothing:
            // NaN is let through, as in Prometheus, and gives NaN.
            var wrong: (argument: Int, factor: Double)?
            range.forEachWindow { step, _, _ in
                for (argument, factor) in [first[step], second[step]].enumerated()
                where (factor <= 0 || factor >= 1) && wrong == nil {
                    wrong = (argument, factor)
                }
            }
            guard let (argument, factor) = wrong else { return }
            throw failure(
                "expected a \(argument == 0 ? "smoothing" : "trend") factor above 0 and below 1, found \(factor)",
                at: call.arguments[argument + 1].range)
        default: break
        }
    }

    private func streamAbsentOverTime(_ call: FunctionCall, _ grid: StepGrid, _ emit: Emit) async throws {
        var values = Array(repeating: 1.0, count: grid.count)
        try await ranges(call.arguments[0], grid) { _, samples, windows in
            let isCounted = countsSamples
            RangeSamples(samples: samples, windows: windows, grid: grid, meter: budget.meter).forEachWindow {
                step, low, high in
                values[step] = Absent.value
                if isCounted { count(high - low, atStep: step) }
            }
        }
        try emit(StepSeries(labels: call.arguments[0].unwrapped.absentLabels, values: values))
    }

    // MARK: notes

    func noteShare(_ share: Double, _ range: SourceRange) {
        annotations.warn("quantile value should be between 0 and 1, got \(share.goText)", range)
    }

    private func noteNonCounter(_ name: String, _ range: SourceRange) {
        guard !name.isEmpty, !["_total", "_sum", "_count", "_bucket"].contains(where: name.hasSuffix) else { return }
        annotations.inform(
            "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \(name.debugDescription)",
            range)
    }
}
