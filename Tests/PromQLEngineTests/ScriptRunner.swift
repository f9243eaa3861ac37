import MonitoringModel
import PromQLEngine
import PromQLSyntax

/// Something in a script that is not as it says, or cannot be read.
struct ScriptFailure: Error, Hashable, CustomStringConvertible {
    var line: Int
    var message: String

    var description: String { "line \(line): \(message)" }
}

/// Reads and runs query scripts; `Scripts/README.md` has their grammar.
struct ScriptRunner {
    private var source = MemorySource([])
    private var lookback = Duration.seconds(300)
    private var subqueryStep = Duration.seconds(60)
    private var limits = QueryLimits()
    private(set) var evaluations = 0
    private(set) var failures: [ScriptFailure] = []

    /// Runs a script from its first to its last line.
    /// - Returns: all that is wrong; an evaluation that fails does not end the script, but a line that cannot be read does.
    static func run(_ script: String) async -> (evaluations: Int, failures: [ScriptFailure]) {
        var runner = ScriptRunner()
        do {
            for statement in try Statement.read(script) { try await runner.run(statement) }
            if runner.evaluations == 0 { throw ScriptFailure(line: 1, message: "nothing is evaluated") }
        } catch let failure as ScriptFailure {
            runner.failures.append(failure)
        } catch {
            runner.failures.append(ScriptFailure(line: 1, message: "\(error)"))
        }
        return (runner.evaluations, runner.failures)
    }

    // MARK: statements

    private mutating func run(_ statement: Statement) async throws {
        var words = ScriptWords(statement.head)
        switch try words.next() {
        case "load": try load(statement, &words)
        case "clear":
            try words.end()
            self = ScriptRunner(keeping: self)
        case "set": try set(&words)
        case "eval": try await evaluate(statement, &words)
        case let word: throw words.failure("expected load, clear, set or eval, found \(word)")
        }
    }

    private init() {}

    /// What was counted so far, without series and settings.
    private init(keeping other: ScriptRunner) {
        evaluations = other.evaluations
        failures = other.failures
    }

    private mutating func load(_ statement: Statement, _ words: inout ScriptWords) throws {
        let interval = try words.time()
        try words.end()
        for line in statement.body {
            var words = ScriptWords(line)
            let labels = try words.labels()
            var samples: [Sample] = []
            var next: Int64 = 0
            for value in try words.values() {
                let time = value.time?.milliseconds ?? next
                if value.time == nil { next += interval.milliseconds }
                guard let number = value.number else { continue }
                if let last = samples.last, last.timestamp.milliseconds >= time {
                    throw words.failure("expected samples in the order of time, found one at \(time) ms too late")
                }
                samples.append(Sample(Timestamp(milliseconds: time), number))
            }
            guard !source.series.contains(where: { $0.labels == labels }) else {
                throw words.failure("expected a new series, found one that is there already")
            }
            source.series.append(SeriesSamples(labels: labels, samples: samples))
        }
    }

    private mutating func set(_ words: inout ScriptWords) throws {
        switch try words.next() {
        case "lookback": lookback = .milliseconds(try words.time().milliseconds)
        case "subquery": subqueryStep = .milliseconds(try words.time().milliseconds)
        case "samples": limits.samples = Int(try words.number())
        case "series": limits.series = Int(try words.number())
        case "time": limits.time = .milliseconds(try words.time().milliseconds)
        case let word: throw words.failure("expected the name of a setting, found \(word)")
        }
        try words.end()
    }

    // MARK: evaluations

    private mutating func evaluate(_ statement: Statement, _ words: inout ScriptWords) async throws {
        let times: [Timestamp]
        let last: Timestamp
        var step = Duration.seconds(1)
        switch try words.next() {
        case "instant":
            try words.take("at")
            last = try words.time()
            times = [last]
        case "range":
            try words.take("from")
            let start = try words.time()
            try words.take("to")
            last = try words.time()
            try words.take("step")
            let stride = try words.time().milliseconds
            guard stride > 0, start <= last else {
                throw words.failure("expected steps from an earlier to a later time")
            }
            step = .milliseconds(stride)
            times = Swift.stride(from: start.milliseconds, through: last.milliseconds, by: Int(stride)).map {
                Timestamp(milliseconds: $0)
            }
        case let word: throw words.failure("expected instant or range, found \(word)")
        }
        let isInstant = statement.head.text.split(separator: " ")[1] == "instant"
        let expression = words.rest
        guard !expression.isEmpty else { throw words.failure("expected an expression, found the end of the line") }
        let expectation = try ScriptExpectation(statement.body, steps: isInstant ? nil : times.count)
        guard !expectation.isEmpty else {
            throw words.failure("expected a series or a line with expect, found nothing below eval")
        }
        evaluations += 1
        let (line, first) = (statement.head.number, times[0])
        let result: Result<QueryAnswer, QueryError>
        do throws(QueryError) {
            let answer =
                isInstant
                ? try await evaluator.instant(expression, at: first, scope: .everything, options: options)
                : try await evaluator.range(
                    expression, from: first, through: last, step: step, scope: .everything, options: options)
            result = .success(answer)
        } catch {
            result = .failure(error)
        }
        failures += expectation.differences(from: result, at: times).map { ScriptFailure(line: line, message: $0) }
        if isInstant, !expectation.isInstantOnly, case .success(let answer) = result {
            failures += await repeated(expression, answer, at: first).map { ScriptFailure(line: line, message: $0) }
        }
    }

    private var evaluator: PromQLEvaluator {
        PromQLEvaluator(source: source, lookback: lookback, subqueryStep: subqueryStep)
    }

    private var options: QueryOptions {
        var options = QueryOptions()
        options.limits = limits
        return options
    }

    /// How the answer differs from that of a range query at the same time.
    private func repeated(_ expression: String, _ answer: QueryAnswer, at time: Timestamp) async -> [String] {
        let expected: [SeriesSamples]
        switch answer.value {
        case .vector(let vector): expected = vector.map { SeriesSamples(labels: $0.labels, samples: [$0.sample]) }
        case .scalar(let sample): expected = [SeriesSamples(labels: LabelSet(), samples: [sample])]
        case .string, .matrix: return []
        }
        do {
            let range = try await evaluator.range(
                expression, from: time - .seconds(60), through: time + .seconds(60), step: .seconds(30),
                scope: .everything, options: options)
            guard case .matrix(let matrix) = range.value else { return ["in a range query: no matrix"] }
            let found = matrix.compactMap { series -> SeriesSamples? in
                let samples = series.samples.filter { $0.timestamp == time }
                return samples.isEmpty ? nil : SeriesSamples(labels: series.labels, samples: samples)
            }
            return ScriptExpectation.differences(found, expected).map { "in a range query: \($0)" }
        } catch {
            return ["in a range query: failed: \(error)"]
        }
    }
}

/// A line of a script that starts in the first column, with the indented ones below it.
private struct Statement {
    var head: ScriptLine
    var body: [ScriptLine] = []

    static func read(_ script: String) throws -> [Statement] {
        var statements: [Statement] = []
        for (index, text) in script.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = ScriptLine(number: index + 1, text: text.drop { $0 == " " })
            if line.text.isEmpty || line.text.hasPrefix("#") { continue }
            if text.first != " " {
                statements.append(Statement(head: line))
            } else if statements.isEmpty {
                throw ScriptFailure(line: line.number, message: "expected a statement, found an indented line")
            } else {
                statements[statements.count - 1].body.append(line)
            }
        }
        return statements
    }
}

/// A line without its indent.
struct ScriptLine {
    var number: Int
    var text: Substring
}

/// One value of a series, with the time written behind it.
struct ScriptValue {
    /// Nil: no sample.
    var number: Double?
    var time: Timestamp?
}

/// The words of a line, read from the left.
struct ScriptWords {
    private let line: Int
    private var text: Substring

    init(_ line: ScriptLine) {
        self.line = line.number
        text = line.text
    }

    func failure(_ message: String) -> ScriptFailure { ScriptFailure(line: line, message: message) }

    /// All that is left.
    var rest: String {
        var text = text
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    var isAtEnd: Bool { text.isEmpty || text.first == "#" }

    mutating func next() throws -> String {
        guard !isAtEnd else { throw failure("expected one more word, found the end of the line") }
        let word = text.prefix { $0 != " " }
        text = text.dropFirst(word.count).drop { $0 == " " }
        return String(word)
    }

    mutating func take(_ expected: String) throws {
        let word = try next()
        guard word == expected else { throw failure("expected \(expected), found \(word)") }
    }

    func end() throws {
        guard isAtEnd else { throw failure("expected the end of the line, found \(text)") }
    }

    mutating func number() throws -> Double {
        let word = try next()
        guard let number = Self.number(word[...]) else { throw failure("expected a number, found \(word)") }
        return number
    }

    mutating func time() throws -> Timestamp {
        let word = try next()
        guard let time = Self.time(word[...]) else { throw failure("expected a time, found \(word)") }
        return time
    }

    // MARK: labels

    /// Labels as in a selector, such as `up{site="a"}` and `{}`.
    mutating func labels() throws -> LabelSet {
        var end = text.startIndex
        var isQuoted = false
        var depth = 0
        while end < text.endIndex {
            let character = text[end]
            if character == "\\", isQuoted {
                end = text.index(after: end)
                if end == text.endIndex { break }
            } else if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted {
                if character == "{" { depth += 1 }
                if character == "}" { depth -= 1 }
                if character == " ", depth == 0 { break }
            }
            end = text.index(after: end)
        }
        let written = String(text[..<end])
        text = text[end...].drop { $0 == " " }
        guard written != "{}" else { return LabelSet() }
        guard case .vector(let selector)? = try? PromQLParser.parse(written),
            selector.matchers.allSatisfy({ $0.matcher.operation == .equal }), selector.at == nil
        else { throw failure("expected labels, found \(written)") }
        return LabelSet(selector.matchers.map { Label($0.matcher.name, $0.matcher.value) })
    }

    // MARK: values

    /// The values up to the end of the line.
    mutating func values() throws -> [ScriptValue] {
        var values: [ScriptValue] = []
        while !isAtEnd {
            let word = try next()
            guard let read = Self.values(word[...]) else { throw failure("expected a value, found \(word)") }
            values += read
        }
        return values
    }

    private static func values(_ word: Substring) -> [ScriptValue]? {
        if let mark = word.lastIndex(of: "@") {
            guard let value = one(word[..<mark]), let time = time(word[word.index(after: mark)...]) else { return nil }
            return [ScriptValue(number: value.number, time: time)]
        }
        if let value = one(word) { return [value] }
        guard let times = word.lastIndex(of: "x"), let count = Int(word[word.index(after: times)...]), count >= 0 else {
            return nil
        }
        let start = word[..<times]
        if let value = one(start) { return Array(repeating: value, count: count + 1) }
        // The sign that is neither the first one nor that of an exponent.
        let signs = start.indices.dropFirst().filter {
            "+-".contains(start[$0]) && start[start.index(before: $0)].lowercased() != "e"
        }
        guard let sign = signs.first, let first = number(start[..<sign]), let more = number(start[sign...]) else {
            return nil
        }
        return (0...count).map { ScriptValue(number: first + Double($0) * more) }
    }

    private static func one(_ word: Substring) -> ScriptValue? {
        switch word {
        case "_": ScriptValue()
        case "stale": ScriptValue(number: StaleMarker.value)
        default: number(word).map { ScriptValue(number: $0) }
        }
    }

    private static func number(_ word: Substring) -> Double? {
        switch word {
        case "NaN": return .nan
        case "Inf", "+Inf": return .infinity
        case "-Inf": return -.infinity
        default:
            // `Double` also reads words and hexadecimal digits, which scripts have no need of.
            guard let first = word.first(where: { !"+-.".contains($0) }), first.isNumber, !word.contains("x") else {
                return nil
            }
            return Double(word)
        }
    }

    private static func time(_ word: Substring) -> Timestamp? {
        if let seconds = number(word), seconds.isFinite { return Timestamp(seconds: seconds) }
        let units: [(Substring, Double)] = [
            ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
        ]
        var rest = word
        let isNegative = rest.first == "-"
        if isNegative { rest.removeFirst() }
        var milliseconds = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            rest.removeFirst(digits.count)
            guard let number = number(digits), let unit = units.first(where: { rest.hasPrefix($0.0) }) else {
                return nil
            }
            rest.removeFirst(unit.0.count)
            milliseconds += number * unit.1
        }
        return Timestamp(milliseconds: Int64(isNegative ? -milliseconds : milliseconds))
    }
}
