/// The keys of one kind of mapping. Documented in `Config/README.md`, which a test compares with these.
package struct MappingSchema: Sendable {
    /// What the mapping is, with its article: "a site".
    package let noun: String
    package let required: [String]
    package let optional: [String]

    init(_ noun: String, required: [String] = [], optional: [String] = []) {
        self.noun = noun
        self.required = required
        self.optional = optional
    }

    package var keys: [String] { required + optional }
}

/// Collects problems while a directory is read. Used by one thread.
final class ProblemList {
    private(set) var problems: [ConfigurationProblem] = []

    func report(_ place: Place, _ message: String) {
        problems.append(
            ConfigurationProblem(file: place.file, line: place.line, column: place.column, message: message))
    }

    func add(_ problems: [ConfigurationProblem]) {
        self.problems += problems
    }

    /// ` (did you mean "x"?)` or nothing. Comparing with thousands of names is slow, so a directory that is wrong throughout
    /// gets suggestions for its first 200 problems only.
    func suggestion(for text: String, among candidates: some Sequence<String>) -> String {
        guard problems.count < 200, let nearest = nearestName(to: text, among: candidates) else { return "" }
        return " (did you mean \(quoted(nearest))?)"
    }
}

/// Reads the values of one mapping and reports everything that is not as its schema says.
struct MappingReader {
    let value: YAMLValue
    let schema: MappingSchema
    let problems: ProblemList
    private let pairs: [YAMLValue.Pair]

    /// Nil, with a problem reported, when `value` is no mapping. Unknown and missing keys are reported here.
    init?(_ value: YAMLValue, _ schema: MappingSchema, _ problems: ProblemList) {
        guard case .mapping(let pairs) = value.content else {
            problems.report(value.place, "expected \(schema.noun) as a mapping of keys, found \(value.found)")
            return nil
        }
        self.value = value
        self.schema = schema
        self.problems = problems
        self.pairs = pairs
        let known = schema.keys
        for pair in pairs where !known.contains(pair.key) {
            let suggestion = problems.suggestion(for: pair.key, among: known)
            let list = suggestion.isEmpty ? " (\(known.joined(separator: ", ")))" : ""
            problems.report(
                pair.keyPlace, "expected a key of \(schema.noun)\(list), found \(quoted(pair.key))\(suggestion)")
        }
        for key in schema.required where node(key) == nil {
            reportMissing(key)
        }
    }

    /// The value of a key as written; nil when it is absent or null.
    func node(_ key: String) -> YAMLValue? {
        guard let value = pairs.first(where: { $0.key == key })?.value, !value.isNull else { return nil }
        return value
    }

    /// Where the value of `key` stands, or the mapping when there is none.
    func place(_ key: String) -> Place { value[key]?.place ?? value.place }

    /// The one of these keys that is given; nil, with a problem reported, when none or several are.
    func choice(of keys: [String]) -> String? {
        let given = keys.filter { node($0) != nil }
        if given.count == 1 { return given[0] }
        let names = keys.map(quoted)
        problems.report(
            value.place,
            "expected one of \(names.dropLast().joined(separator: ", ")) and \(names.last ?? "") in \(schema.noun), found "
                + (given.isEmpty ? "none" : given.map(quoted).joined(separator: " and ")))
        return nil
    }

    func reportMissing(_ key: String) {
        // A key without a value stands somewhere; a key that is absent does not.
        let nothing = pairs.first { $0.key == key }
        problems.report(
            nothing?.keyPlace ?? value.place,
            "expected \(quoted(key)) in \(schema.noun), found \(nothing == nil ? "none" : "nothing after it")")
    }

    /// The value of a key; nil when it is absent, null or, with a problem reported, not of this form.
    func scalar<Value>(_ key: String, _ form: ScalarForm<Value>) -> Value? {
        node(key).flatMap { form.read($0, what: key, problems) }
    }

    /// The value of a key that may be left out; nil only when it is there and wrong.
    func scalar<Value>(_ key: String, _ form: ScalarForm<Value>, default value: Value) -> Value? {
        node(key) == nil ? value : scalar(key, form)
    }

    /// The elements of a list; empty when the key is absent.
    func list(_ key: String) -> [YAMLValue] {
        guard let node = node(key) else { return [] }
        guard case .sequence(let values) = node.content else {
            problems.report(node.place, "expected a list in \(quoted(key)), found \(node.found)")
            return []
        }
        return values
    }

    /// The elements of a list of scalars, without those that are wrong.
    func list<Value>(_ key: String, _ form: ScalarForm<Value>) -> [Value] {
        list(key).compactMap { form.read($0, what: key, problems) }
    }

    /// A mapping below a key; nil when it is absent or no mapping.
    func mapping(_ key: String, _ schema: MappingSchema) -> MappingReader? {
        node(key).flatMap { MappingReader($0, schema, problems) }
    }
}
