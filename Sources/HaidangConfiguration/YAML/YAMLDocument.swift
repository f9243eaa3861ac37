import Yams

/// The one door to the YAML library: bytes in, a `YAMLValue` or problems out.
enum YAMLDocument {
    /// Files above this many bytes are refused: ten thousand devices take about 3 MB.
    static let maximumSize = 8 << 20

    /// Reads one document. Nil when the file is empty or holds only comments, and after a problem was reported.
    static func parse(_ bytes: [UInt8], file: String, problems: ProblemList) -> YAMLValue? {
        guard bytes.count <= maximumSize else {
            problems.report(Place(file: file), "expected at most \(maximumSize) bytes, found \(bytes.count)")
            return nil
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            let place = placeOfInvalidUTF8(bytes, file: file)
            problems.report(place, "expected UTF-8, found a byte that is not part of it")
            return nil
        }
        if text.unicodeScalars.first == "\u{feff}" { text.unicodeScalars.removeFirst() }
        if let place = placeOfAliasFlood(bytes, file: file) {
            problems.report(place, "expected no anchors and aliases, found many")
            return nil
        }
        do {
            // The basic resolver leaves every scalar a string; the default one runs regular expressions over each of them.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let root = try parser.singleRoot() else { return nil }
            let before = problems.problems.count
            // Nodes hold their anchors weakly; the parser owns them.
            let value = withExtendedLifetime(parser) { convert(root, file: file, problems: problems) }
            // What is left of a file with parts taken out would only raise follow-on problems.
            return problems.problems.count == before ? value : nil
        } catch let error as YamlError {
            let (place, message) = explain(error, text: text, file: file)
            problems.report(place, message)
        } catch {
            problems.report(Place(file: file), "expected YAML, found something that cannot be read as it")
        }
        return nil
    }

    // MARK: Conversion

    private static func convert(_ node: Node, file: String, problems: ProblemList) -> YAMLValue? {
        let place = Place(file: file, line: node.mark?.line ?? 0, column: node.mark?.column ?? 0)
        // An alias refers to an anchored node, so stopping here keeps an alias from being followed even once.
        guard node.anchor == nil else {
            problems.report(place, "expected no anchors and aliases, found one")
            return nil
        }
        switch node {
        case .scalar(let scalar):
            return YAMLValue(place: place, content: .scalar(scalar.string, isPlain: scalar.style == .plain))
        case .sequence(let sequence):
            let values = sequence.compactMap { convert($0, file: file, problems: problems) }
            return YAMLValue(place: place, content: .sequence(values))
        case .mapping(let mapping):
            var pairs: [YAMLValue.Pair] = []
            for (key, value) in mapping {
                let keyPlace = Place(file: file, line: key.mark?.line ?? 0, column: key.mark?.column ?? 0)
                guard case .scalar(let scalar) = key else {
                    problems.report(keyPlace, "expected a word as a key, found a list or mapping")
                    continue
                }
                guard let value = convert(value, file: file, problems: problems) else { continue }
                pairs.append(YAMLValue.Pair(key: scalar.string, keyPlace: keyPlace, value: value))
            }
            return YAMLValue(place: place, content: .mapping(pairs))
        case .alias:
            problems.report(place, "expected no anchors and aliases, found one")
            return nil
        }
    }

    // MARK: Damage

    private static func explain(_ error: YamlError, text: String, file: String) -> (Place, String) {
        func at(_ mark: Mark) -> Place { Place(file: file, line: mark.line, column: mark.column) }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            if scalar(of: text, at: mark) == "\t" {
                return (at(mark), "expected spaces before a key or value, found a tab")
            }
            let activity = context.map { " \($0.text)" } ?? ""
            return (at(mark), "expected YAML, found an error\(activity): \(problem)")
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.utf8.count { $0 == UInt8(ascii: "\n") } + 1
            let column = before.unicodeScalars.reversed().prefix { $0 != "\n" }.count + 1
            return (Place(file: file, line: line, column: column), "expected YAML, found an error: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let key = duplicates.first ?? ""
            let place = DuplicateKeySearch(text: text).second(key, after: at(context.mark))
            return (
                place ?? at(context.mark),
                "expected each key once, found \(quoted(key)) again (first at \(at(context.mark)))"
            )
        default:
            return (Place(file: file), "expected YAML, found something that cannot be read as it")
        }
    }

    private static func scalar(of text: String, at mark: Mark) -> Unicode.Scalar? {
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(mark.line - 1) else { return nil }
        return lines[mark.line - 1].dropFirst(mark.column - 1).first
    }

    private static func placeOfInvalidUTF8(_ bytes: [UInt8], file: String) -> Place {
        var line = 1
        for (number, part) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where String(validating: part, as: UTF8.self) == nil {
            line = number + 1
            // The longest valid beginning ends where the damage begins.
            var valid = part.count
            while valid > 0, String(validating: part.prefix(valid), as: UTF8.self) == nil { valid -= 1 }
            let column = String(decoding: part.prefix(valid), as: UTF8.self).unicodeScalars.count + 1
            return Place(file: file, line: line, column: column)
        }
        return Place(file: file, line: line, column: 1)
    }

    /// The library compares the keys of each mapping, following aliases in them, before `convert` sees anything: a few dozen
    /// aliases of aliases would keep it busy for ever. Anchors are refused anyway, so a text that seems to use many is refused
    /// before it is parsed. With 24 aliases at most 3^8 nodes can be made.
    private static func placeOfAliasFlood(_ bytes: [UInt8], file: String) -> Place? {
        var anchor: Place?
        var aliases = 0
        var line = 1
        var column = 1
        var isComment = false
        var previous = UInt8(ascii: "\n")
        for (index, byte) in bytes.enumerated() {
            let follows = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: " ")
            let isWord = follows > 0x20 && follows != byte
            let isOpen = " \n\t[{,:-".utf8.contains(previous)
            if byte == UInt8(ascii: "#"), previous <= 0x20 { isComment = true }
            if isOpen, isWord, !isComment {
                if byte == UInt8(ascii: "&"), anchor == nil { anchor = Place(file: file, line: line, column: column) }
                if byte == UInt8(ascii: "*") { aliases += 1 }
            }
            column += byte & 0xc0 == 0x80 ? 0 : 1
            if byte == UInt8(ascii: "\n") { (line, column, isComment) = (line + 1, 1, false) }
            previous = byte
        }
        return aliases > 24 ? anchor : nil
    }
}
