import MonitoringModel

/// Reads a page of OpenMetrics 1.0.
struct OpenMetricsPageReader {
    /// The metric types of the format and the suffixes of their samples.
    private enum MetricType: String {
        case counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown

        var suffixes: [String] {
            switch self {
            case .counter: ["_total", "_created"]
            case .gauge, .stateset, .unknown: [""]
            case .histogram: ["_bucket", "_count", "_sum", "_created"]
            case .gaugehistogram: ["_bucket", "_gcount", "_gsum"]
            case .summary: ["", "_count", "_sum", "_created"]
            case .info: ["_info"]
            }
        }
    }

    /// A family as the page declares it.
    private struct Declaration {
        var name: String
        var type = MetricType.unknown
        var hasType = false
        var unit: String?
        var help: String?
        /// The families that its samples go to: one, or one for each sample name of a gauge histogram.
        var familyByName: [String: Int] = [:]
        var family: Int?
    }

    private var cursor: PageCursor
    private let limits: ExpositionLimits
    private var families: [MetricFamily] = []
    private var current: Declaration?
    /// Names and types of the families that are complete; none of them may go on.
    private var finished: [String: MetricType] = [:]
    private var sampleCount = 0
    private var previous: (bytes: Range<Int>, name: String, family: Int)?

    init(_ page: [UInt8], limits: ExpositionLimits) {
        cursor = PageCursor(page, limits: limits)
        self.limits = limits
    }

    mutating func read() throws(ExpositionError) -> [MetricFamily] {
        while try cursor.nextLine() {
            guard cursor.byte == UInt8(ascii: "#") else {
                try readSample()
                continue
            }
            if try readDescriptor() {
                finish()
                guard try !cursor.nextLine() else { throw cursor.expected("the end of the page behind \"# EOF\"") }
                return families
            }
        }
        throw cursor.errorAtEnd("expected \"# EOF\", found the end of the page")
    }

    /// `# TYPE name type`, `# HELP name text`, `# UNIT name unit`; true for `# EOF`.
    private mutating func readDescriptor() throws(ExpositionError) -> Bool {
        cursor.advance()
        try cursor.consume(UInt8(ascii: " "), "one space behind \"#\"")
        let keyword = cursor.token()
        if cursor.isText(keyword, "EOF") {
            try cursor.expectEndOfLine()
            return true
        }
        let isType = cursor.isText(keyword, "TYPE")
        let isHelp = cursor.isText(keyword, "HELP")
        guard isType || isHelp || cursor.isText(keyword, "UNIT") else {
            throw cursor.expected("TYPE, HELP, UNIT or EOF", found: keyword)
        }
        try cursor.consume(UInt8(ascii: " "), "one space behind the keyword")
        let range = try cursor.name("a metric name", allowsColons: true)
        let name = cursor.text(range)
        if isHelp, cursor.byte == nil {
            // An empty text may have lost its space on the way.
        } else {
            try cursor.consume(UInt8(ascii: " "), "one space behind the metric name")
        }
        let rest = cursor.rest()
        if current?.name != name { try begin(name, at: range.lowerBound) }
        guard current?.family == nil, current?.familyByName.isEmpty ?? true else {
            throw cursor.error("expected the description of \(name) before its samples", at: range.lowerBound)
        }
        let isRepeated = isType ? current?.hasType ?? false : (isHelp ? current?.help : current?.unit) != nil
        guard !isRepeated else {
            throw cursor.error("expected \(cursor.text(keyword)) of \(name) once, found it again", at: range.lowerBound)
        }
        if isType {
            guard let type = MetricType(rawValue: cursor.text(rest)) else {
                throw cursor.expected(
                    "counter, gauge, histogram, gaugehistogram, summary, info, stateset or unknown", found: rest)
            }
            current?.type = type
            current?.hasType = true
        } else if isHelp {
            current?.help = try cursor.helpText(rest, .openMetrics)
        } else {
            let unit = try cursor.validText(cursor.page[rest], from: rest.lowerBound)
            guard unit.isEmpty || name.hasSuffix("_" + unit) else {
                throw cursor.expected("a unit that ends the name \(name)", found: rest)
            }
            current?.unit = unit
        }
        return false
    }

    /// `name{labels} value [seconds] [# {labels} value [seconds]]`.
    private mutating func readSample() throws(ExpositionError) {
        let bytes = try cursor.name("a metric name or \"#\"", allowsColons: true)
        let (name, family) = try resolve(bytes)
        sampleCount += 1
        guard sampleCount <= limits.samples else {
            throw cursor.error("expected at most \(limits.samples) samples, found more", at: bytes.lowerBound)
        }
        var labels = [Label(Label.metricName, name)]
        if cursor.byte == UInt8(ascii: "{") {
            try cursor.labels(.openMetrics, into: &labels, limit: limits.labels)
        }
        try cursor.consume(UInt8(ascii: " "), "one space before the value")
        let value = try cursor.value()
        var timestamp: Timestamp?
        if cursor.byte != nil {
            try cursor.consume(UInt8(ascii: " "), "one space behind the value")
            if cursor.byte != UInt8(ascii: "#") {
                timestamp = try cursor.openMetricsTimestamp()
                if cursor.byte != nil { try cursor.consume(UInt8(ascii: " "), "one space behind the timestamp") }
            }
            if cursor.byte != nil { try cursor.skipExemplar(labelLimit: limits.labels) }
        }
        families[family].samples.append((LabelSet(labels), value, timestamp))
    }

    /// The name in `bytes` and the family of its samples.
    private mutating func resolve(_ bytes: Range<Int>) throws(ExpositionError) -> (name: String, family: Int) {
        if let previous, previous.bytes.count == bytes.count, cursor.page[previous.bytes] == cursor.page[bytes] {
            return (previous.name, previous.family)
        }
        let name = cursor.text(bytes)
        if let declaration = current, !Self.isSample(name, of: declaration.name, declaration.type) {
            if name == declaration.name {
                let names = declaration.type.suffixes.map { name + $0 }.joined(separator: ", ")
                throw cursor.expected("a sample of \(declaration.type.rawValue) \(name) (\(names))", found: bytes)
            }
            current = nil
            finish(declaration)
        }
        if current == nil { try begin(name, at: bytes.lowerBound) }
        let family = familyIndex(of: name)
        previous = (bytes, name, family)
        return (name, family)
    }

    private static func isSample(_ name: String, of family: String, _ type: MetricType) -> Bool {
        guard name.hasPrefix(family) else { return false }
        return type.suffixes.contains { $0.utf8.count == name.utf8.count - family.utf8.count && name.hasSuffix($0) }
    }

    /// The family that a sample of the current declaration goes to; created with the first sample.
    private mutating func familyIndex(of name: String) -> Int {
        guard var declaration = current else { return 0 }
        if declaration.type == .gaugehistogram {
            if let index = declaration.familyByName[name] { return index }
            families.append(MetricFamily(metadata: metadata(of: declaration, name: name)))
            declaration.familyByName[name] = families.count - 1
        } else {
            if let index = declaration.family { return index }
            families.append(MetricFamily(metadata: metadata(of: declaration, name: nil)))
            declaration.family = families.count - 1
        }
        current = declaration
        return families.count - 1
    }

    private func metadata(of declaration: Declaration, name: String?) -> MetricMetadata {
        let suffix =
            switch declaration.type {
            case .counter: "_total"
            case .info: "_info"
            default: ""
            }
        return MetricMetadata(
            name: name ?? declaration.name + suffix,
            kind: MetricMetadata.Kind(rawValue: declaration.type.rawValue) ?? .unknown,
            help: declaration.help ?? "", unit: declaration.unit ?? "")
    }

    private mutating func begin(_ name: String, at offset: Int) throws(ExpositionError) {
        finish()
        let resumed = finished[name] != nil ? name : Self.owner(of: name, in: finished)
        if let resumed {
            throw cursor.error("expected \(resumed) in one piece, found it again behind another metric", at: offset)
        }
        current = Declaration(name: name)
        previous = nil
    }

    /// The finished family of which `name` is a sample.
    private static func owner(of name: String, in finished: [String: MetricType]) -> String? {
        guard let underscore = name.lastIndex(of: "_") else { return nil }
        let family = String(name[..<underscore])
        guard let type = finished[family], type.suffixes.contains(String(name[underscore...])) else { return nil }
        return family
    }

    private mutating func finish() {
        guard let declaration = current else { return }
        current = nil
        finish(declaration)
    }

    private mutating func finish(_ declaration: Declaration) {
        finished[declaration.name] = declaration.type
        if declaration.family == nil, declaration.familyByName.isEmpty {
            families.append(MetricFamily(metadata: metadata(of: declaration, name: nil)))
        }
    }
}
