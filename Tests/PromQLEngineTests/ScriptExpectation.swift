import MonitoringModel
import PromQLSyntax

/// What a script says must come out of an evaluation.
struct ScriptExpectation {
    private var series: [(labels: LabelSet, values: [ScriptValue])] = []
    private var isOrdered = false
    private var saysEmpty = false
    private(set) var isInstantOnly = false
    private var scalar: Double?
    private var string: String?
    private var failure: (code: String, text: String)?
    private var warnings: [String] = []
    private var infos: [String] = []

    /// - Parameter steps: of a range query; nil for an instant query.
    init(_ lines: [ScriptLine], steps: Int?) throws {
        for line in lines {
            var words = ScriptWords(line)
            if line.text.hasPrefix("expect ") {
                _ = try words.next()
                try read(&words)
                continue
            }
            let labels = try words.labels()
            let values = try words.values()
            let count = values.contains { $0.time != nil } ? values.count : steps ?? 1
            guard values.count == count, count > 0 else {
                throw words.failure("expected \(count) values, found \(values.count)")
            }
            series.append((labels, values))
        }
        if saysEmpty || scalar != nil || string != nil || failure != nil, let line = lines.first, !series.isEmpty {
            throw ScriptFailure(line: line.number, message: "expected no series beside another result, found some")
        }
    }

    private mutating func read(_ words: inout ScriptWords) throws {
        switch try words.next() {
        case "ordered": isOrdered = true
        case "empty": saysEmpty = true
        case "instant":
            try words.take("only")
            isInstantOnly = true
        case "scalar": scalar = try words.number()
        case "string":
            guard case .string(let literal)? = try? PromQLParser.parse(words.rest) else {
                throw words.failure("expected a string, found \(words.rest)")
            }
            string = literal.value
            return
        case "fail":
            failure = (try words.next(), words.rest)
            return
        case "warn":
            warnings.append("PromQL warning: \(words.rest)")
            return
        case "info":
            infos.append("PromQL info: \(words.rest)")
            return
        case let word: throw words.failure("expected what to expect, found \(word)")
        }
        try words.end()
    }

    /// Whether nothing is said of the result.
    var isEmpty: Bool { series.isEmpty && !saysEmpty && scalar == nil && string == nil && failure == nil }

    // MARK: comparing

    func differences(from result: Result<QueryAnswer, QueryError>, at times: [Timestamp]) -> [String] {
        switch result {
        case .failure(let error):
            guard let failure else { return ["failed: \(error.code.rawValue) \(error.message)"] }
            guard failure.code == error.code.rawValue, error.message.contains(failure.text) else {
                return [
                    "expected the error \(failure.code) \(failure.text), found \(error.code.rawValue) \(error.message)"
                ]
            }
            return []
        case .success(let answer):
            if let failure { return ["expected the error \(failure.code) \(failure.text), found \(answer.value)"] }
            return notes(answer.warnings, warnings) + notes(answer.infos, infos) + differences(answer.value, times)
        }
    }

    private func notes(_ found: [String], _ expected: [String]) -> [String] {
        expected.filter { !found.contains($0) }.map { "expected the note \($0.debugDescription), found \(found)" }
            + found.filter { !expected.contains($0) }.map { "the note \($0.debugDescription) is not expected" }
    }

    private func differences(_ value: QueryAnswer.Value, _ times: [Timestamp]) -> [String] {
        let found: [SeriesSamples]
        switch value {
        case .scalar(let sample):
            guard let scalar else { return ["the result is the scalar \(sample.value)"] }
            guard sample.timestamp == times[0] else { return ["expected the time of the query, found \(sample)"] }
            return Self.isSame(sample.value, scalar) ? [] : ["expected \(scalar), found \(sample.value)"]
        case .string(let text, at: _):
            return text == string ? [] : ["the result is the string \(text.debugDescription)"]
        case .vector(let vector):
            found = vector.map { SeriesSamples(labels: $0.labels, samples: [$0.sample]) }
        case .matrix(let matrix): found = matrix
        }
        if scalar != nil || string != nil { return ["expected a scalar or a string, found \(found)"] }
        let expected = series.map { labels, values in
            SeriesSamples(
                labels: labels,
                samples: values.enumerated().compactMap { index, value in
                    value.number.map { Sample(value.time ?? times[index], $0) }
                })
        }
        var result = Self.differences(found, expected)
        if result.isEmpty, isOrdered, found.map(\.labels) != expected.map(\.labels) {
            result.append("expected another order, found \(found.map { Self.text($0.labels) })")
        }
        return result
    }

    /// How series differ, whatever their order.
    static func differences(_ found: [SeriesSamples], _ expected: [SeriesSamples]) -> [String] {
        var result: [String] = []
        let byLabels = Dictionary(grouping: found, by: \.labels)
        for series in expected {
            let name = text(series.labels)
            guard let same = byLabels[series.labels] else {
                result.append("\(name) is missing, found \(found.map { text($0.labels) })")
                continue
            }
            if same.count > 1 { result.append("\(name) comes \(same.count) times") }
            let samples = same[0].samples
            let areSame = samples.elementsEqual(series.samples) {
                $0.timestamp == $1.timestamp && isSame($0.value, $1.value)
            }
            if !areSame { result.append("\(name): expected \(text(series.samples)), found \(text(samples))") }
        }
        for series in found where !expected.contains(where: { $0.labels == series.labels }) {
            result.append("\(text(series.labels)) is not expected, with \(text(series.samples))")
        }
        return result
    }

    /// Equal but for a part in 10^12; NaN is equal to NaN, and 0 not to -0.
    static func isSame(_ found: Double, _ expected: Double) -> Bool {
        if found.isNaN || expected.isNaN { return found.isNaN && expected.isNaN }
        if found == expected { return found != 0 || found.sign == expected.sign }
        guard found.isFinite, expected.isFinite else { return false }
        return (found - expected).magnitude <= 1e-12 * max(found.magnitude, expected.magnitude)
    }

    private static func text(_ labels: LabelSet) -> String {
        "{\(labels.labels.map { "\($0.name)=\($0.value.debugDescription)" }.joined(separator: ","))}"
    }

    private static func text(_ samples: [Sample]) -> String {
        samples.map { "\($0.value)@\($0.timestamp.seconds)" }.joined(separator: " ")
    }
}
