import MonitoringModel

/// Reads a page of Prometheus text format 0.0.4.
struct TextPageReader {
    private var cursor: PageCursor
    private let limits: ExpositionLimits
    private var families: [MetricFamily] = []
    private var indexByName: [String: Int] = [:]
    private var described: Set<Int> = []
    private var typed: Set<Int> = []
    private var sampleCount = 0
    /// The metric name of the sample line before, which mostly is that of the next one.
    private var previous: (bytes: Range<Int>, name: String, family: Int)?

    init(_ page: [UInt8], limits: ExpositionLimits) {
        cursor = PageCursor(page, limits: limits)
        self.limits = limits
    }

    mutating func read() throws(ExpositionError) -> [MetricFamily] {
        while try cursor.nextLine() {
            if cursor.line == 1 { cursor.skipByteOrderMark() }
            cursor.skipBlanks()
            switch cursor.byte {
            case nil: continue
            case UInt8(ascii: "#"): try readComment()
            default: try readSample()
            }
        }
        return families
    }

    /// `# HELP name text`, `# TYPE name type`, or anything else, which is passed over.
    private mutating func readComment() throws(ExpositionError) {
        cursor.advance()
        cursor.skipBlanks()
        let keyword = cursor.token()
        let isHelp = cursor.isText(keyword, "HELP")
        guard isHelp || cursor.isText(keyword, "TYPE") else { return }
        cursor.skipBlanks()
        let range = try cursor.name("a metric name", allowsColons: true)
        let name = cursor.text(range)
        if let byte = cursor.byte, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") {
            throw cursor.expected("a blank behind the metric name")
        }
        cursor.skipBlanks()
        let family = declare(name)
        previous = nil
        if isHelp {
            guard described.insert(family).inserted else {
                throw cursor.error("expected one HELP line for \(name), found a second", at: range.lowerBound)
            }
            families[family].metadata.help = try cursor.helpText(cursor.rest(), .text)
            return
        }
        guard typed.insert(family).inserted else {
            throw cursor.error("expected one TYPE line for \(name), found a second", at: range.lowerBound)
        }
        let word = cursor.token()
        guard let kind = kind(word) else {
            throw cursor.expected("counter, gauge, histogram, summary or untyped", found: word)
        }
        families[family].metadata.kind = kind
        cursor.skipBlanks()
        try cursor.expectEndOfLine()
    }

    private func kind(_ word: Range<Int>) -> MetricMetadata.Kind? {
        if cursor.isText(word, "counter") { return .counter }
        if cursor.isText(word, "gauge") { return .gauge }
        if cursor.isText(word, "histogram") { return .histogram }
        if cursor.isText(word, "summary") { return .summary }
        if cursor.isText(word, "untyped") { return .unknown }
        return nil
    }

    /// `name{labels} value [timestamp in milliseconds]`.
    private mutating func readSample() throws(ExpositionError) {
        let bytes = try cursor.name("a metric name or \"#\"", allowsColons: true)
        let (name, family) = resolve(bytes)
        sampleCount += 1
        guard sampleCount <= limits.samples else {
            throw cursor.error("expected at most \(limits.samples) samples, found more", at: bytes.lowerBound)
        }
        var labels = [Label(Label.metricName, name)]
        if let byte = cursor.byte, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t"), byte != UInt8(ascii: "{") {
            throw cursor.expected("\"{\" or a blank behind the metric name")
        }
        cursor.skipBlanks()
        if cursor.byte == UInt8(ascii: "{") {
            try cursor.labels(.text, into: &labels, limit: limits.labels)
            cursor.skipBlanks()
        }
        let value = try cursor.value()
        cursor.skipBlanks()
        var timestamp: Timestamp?
        if cursor.byte != nil {
            let token = cursor.token()
            guard let milliseconds = NumberText.integer(cursor.page[token]) else {
                throw cursor.expected("a timestamp in whole milliseconds", found: token)
            }
            timestamp = Timestamp(milliseconds: milliseconds)
            cursor.skipBlanks()
            try cursor.expectEndOfLine()
        }
        families[family].samples.append((LabelSet(labels), value, timestamp))
    }

    /// The name in `bytes` and the family of its samples.
    private mutating func resolve(_ bytes: Range<Int>) -> (name: String, family: Int) {
        if let previous, previous.bytes.count == bytes.count, cursor.page[previous.bytes] == cursor.page[bytes] {
            return (previous.name, previous.family)
        }
        let name = cursor.text(bytes)
        let family = indexByName[name] ?? groupFamily(of: name) ?? declare(name)
        previous = (bytes, name, family)
        return (name, family)
    }

    /// The declared histogram or summary of which `name` is a part.
    private func groupFamily(of name: String) -> Int? {
        for (suffix, kinds) in Self.groupSuffixes where name.hasSuffix(suffix) {
            if let index = indexByName[String(name.dropLast(suffix.count))],
                kinds.contains(families[index].metadata.kind)
            {
                return index
            }
        }
        return nil
    }

    private static let groupSuffixes: [(String, [MetricMetadata.Kind])] = [
        ("_bucket", [.histogram]), ("_count", [.histogram, .summary]), ("_sum", [.histogram, .summary]),
    ]

    private mutating func declare(_ name: String) -> Int {
        if let index = indexByName[name] { return index }
        indexByName[name] = families.count
        families.append(MetricFamily(metadata: MetricMetadata(name: name, kind: .unknown)))
        return families.count - 1
    }
}
