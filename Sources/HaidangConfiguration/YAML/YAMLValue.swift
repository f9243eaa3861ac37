/// Where something stands in a configuration directory.
struct Place: Hashable, Sendable, CustomStringConvertible {
    /// Relative to the directory.
    var file: String
    /// From 1; 0 when it is about the whole file.
    var line: Int
    /// From 1, in Unicode scalars.
    var column: Int

    init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}

/// A part of a YAML file as the readers see it: text, lists and mappings, each with its place. Types are decided by the
/// reader that knows what it expects, so `code: 0123` stays the text it is.
struct YAMLValue: Sendable {
    struct Pair: Sendable {
        var key: String
        var keyPlace: Place
        var value: YAMLValue
    }

    enum Content: Sendable {
        /// `isPlain`: written without quotes, so `~`, `null` and nothing at all mean "no value".
        case scalar(String, isPlain: Bool)
        case sequence([YAMLValue])
        case mapping([Pair])
    }

    var place: Place
    var content: Content

    /// Whether this is YAML's null.
    var isNull: Bool {
        if case .scalar(let text, isPlain: true) = content {
            return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
        }
        return false
    }

    var isEmptyList: Bool {
        if case .sequence(let values) = content { values.isEmpty } else { false }
    }

    /// The value of a key of a mapping; nil when there is none or this is no mapping.
    subscript(key: String) -> YAMLValue? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs.first { $0.key == key }?.value
    }

    /// The element of a list; nil when there is none or this is no list.
    subscript(index: Int) -> YAMLValue? {
        guard case .sequence(let values) = content, values.indices.contains(index) else { return nil }
        return values[index]
    }

    /// What a message says was found. Never used where a secret might stand.
    var found: String {
        switch content {
        case _ where isNull: "nothing"
        case .scalar(let text, _): quoted(text)
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// Text for a message: in quotes, without control characters, at most 60 characters.
func quoted(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars.prefix(60) {
        shown.unicodeScalars.append(scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? "\u{fffd}" : scalar)
    }
    return text.unicodeScalars.count > 60 ? "\"\(shown)…\"" : "\"\(shown)\""
}
