package import MonitoringModel

/// Reads an archive piece by piece, whatever the size of the file.
///
/// Samples may come in any order, series after series or time after time. OpenMetrics metrics may come again behind others; every
/// sample needs a timestamp; exemplars are checked and dropped. The caller takes away what was read before it gives the next
/// piece.
package struct ArchiveReader {
    /// A line of JSON may hold a whole series, as other programs write them.
    private static let jsonLineBytes = 256 << 20
    /// Series texts that are remembered, so that none is parsed twice while they are few.
    private static let rememberedSeries = 500_000

    private struct Series {
        var labels: LabelSet
        var samples: [Sample] = []
    }

    private let format: ArchiveFormat
    private let limits: ExpositionLimits
    /// The beginning of a line whose end has not come.
    private var rest: [UInt8] = []
    private var linesBefore = 0
    private var isEnded = false
    private var series: [Series] = []
    private var indexByText: [[UInt8]: Int] = [:]
    private var indexByLabels: [LabelSet: Int] = [:]
    private var touched: [Int] = []
    private var descriptions: [String: OpenMetricsDescription] = [:]
    private var changedDescriptions: Set<String> = []
    private var previous: (text: [UInt8], index: Int)?

    /// Samples that wait to be taken away.
    package private(set) var sampleCount = 0

    /// - Parameter format: not CSV.
    package init(_ format: ArchiveFormat) {
        self.format = format
        limits = ExpositionLimits(lineBytes: format == .jsonLines ? Self.jsonLineBytes : 1 << 20)
    }

    /// Reads the lines that end in the next piece of the file.
    ///
    /// - Throws: where the file is wrong; what stands before is there to be taken away, and nothing further can be read.
    package mutating func read(_ piece: ArraySlice<UInt8>) throws(ExpositionError) {
        guard let end = piece.lastIndex(of: UInt8(ascii: "\n")) else {
            rest += piece
            guard rest.count <= limits.lineBytes else {
                throw ExpositionError(
                    line: linesBefore + 1, column: 1,
                    message: "expected a line of at most \(limits.lineBytes) bytes, found more")
            }
            return
        }
        var page = rest
        page += piece[...end]
        rest = Array(piece[(end + 1)...])
        try readLines(page)
    }

    package mutating func read(_ piece: [UInt8]) throws(ExpositionError) { try read(piece[...]) }

    /// Reads the last line, whose line feed may be missing.
    ///
    /// - Throws: where the file is wrong: an OpenMetrics file ends with `# EOF`.
    package mutating func finish() throws(ExpositionError) {
        if !rest.isEmpty {
            let page = rest
            rest = []
            try readLines(page)
        }
        guard format == .jsonLines || isEnded else {
            throw ExpositionError(
                line: linesBefore + 1, column: 1,
                message: "expected \"# EOF\", found the end of the file, which seems to be cut off")
        }
    }

    /// The samples read since the last call.
    package mutating func takeSamples() -> [(labels: LabelSet, samples: [Sample])] {
        var taken: [(labels: LabelSet, samples: [Sample])] = []
        taken.reserveCapacity(touched.count)
        for index in touched {
            taken.append((series[index].labels, series[index].samples))
            series[index].samples = []
        }
        touched = []
        sampleCount = 0
        if series.count > Self.rememberedSeries {
            series = []
            indexByText = [:]
            indexByLabels = [:]
            previous = nil
        }
        return taken
    }

    /// The descriptions read since the last call.
    package mutating func takeDescriptions() -> [MetricMetadata] {
        defer { changedDescriptions = [] }
        return changedDescriptions.sorted().compactMap { descriptions[$0]?.metadata(named: $0) }
    }

    private mutating func readLines(_ page: [UInt8]) throws(ExpositionError) {
        var cursor = PageCursor(page, limits: limits)
        do throws(ExpositionError) {
            while try cursor.nextLine() {
                switch format {
                case .jsonLines: try readJSON(&cursor)
                default: try readOpenMetrics(&cursor)
                }
            }
        } catch {
            throw ExpositionError(line: error.line + linesBefore, column: error.column, message: error.message)
        }
        linesBefore += cursor.line
    }

    // MARK: OpenMetrics

    private mutating func readOpenMetrics(_ cursor: inout PageCursor) throws(ExpositionError) {
        guard !isEnded else { throw cursor.expected("the end of the file behind \"# EOF\"") }
        guard cursor.byte == UInt8(ascii: "#") else { return try readSample(&cursor) }
        cursor.advance()
        try cursor.consume(UInt8(ascii: " "), "one space behind \"#\"")
        let keyword = cursor.token()
        if cursor.isText(keyword, "EOF") {
            try cursor.expectEndOfLine()
            isEnded = true
            return
        }
        let isHelp = cursor.isText(keyword, "HELP")
        let isType = cursor.isText(keyword, "TYPE")
        guard isHelp || isType || cursor.isText(keyword, "UNIT") else {
            throw cursor.expected("TYPE, HELP, UNIT or EOF", found: keyword)
        }
        try cursor.consume(UInt8(ascii: " "), "one space behind the keyword")
        let name = cursor.text(try cursor.name("a metric name", allowsColons: true))
        // An empty text may have lost its space on the way.
        if cursor.byte != nil { try cursor.consume(UInt8(ascii: " "), "one space behind the metric name") }
        let text = cursor.rest()
        var description = descriptions[name] ?? OpenMetricsDescription()
        if isHelp {
            description.help = try cursor.helpText(text, .openMetrics)
        } else if isType {
            guard let type = OpenMetricsDescription.Kind(rawValue: cursor.text(text)) else {
                let all = OpenMetricsDescription.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw cursor.expected("one of \(all)", found: text)
            }
            description.kind = type
        } else {
            description.unit = try cursor.validText(cursor.page[text], from: text.lowerBound)
        }
        descriptions[name] = description
        changedDescriptions.insert(name)
    }

    /// `name{labels} value seconds [# {labels} value [seconds]]`.
    private mutating func readSample(_ cursor: inout PageCursor) throws(ExpositionError) {
        let start = cursor.index
        let end = Self.endOfSeries(cursor.page, from: start, to: cursor.lineEnd)
        let index: Int
        if let previous, cursor.page[start..<end].elementsEqual(previous.text) {
            index = previous.index
            cursor.move(to: end)
        } else {
            let text = Array(cursor.page[start..<end])
            if let known = indexByText[text] {
                index = known
                cursor.move(to: end)
            } else {
                index = self.index(of: try labels(&cursor))
                // Only what was parsed as a whole stands for the labels.
                if cursor.index == end { indexByText[text] = index }
            }
            previous = cursor.index == end ? (text, index) : nil
        }
        try cursor.consume(UInt8(ascii: " "), "one space before the value")
        let value = try cursor.value()
        try cursor.consume(UInt8(ascii: " "), "one space and a timestamp behind the value")
        guard cursor.byte != UInt8(ascii: "#") else { throw cursor.expected("a timestamp in seconds") }
        let timestamp = try cursor.openMetricsTimestamp()
        if cursor.byte != nil {
            try cursor.consume(UInt8(ascii: " "), "one space behind the timestamp")
            try cursor.skipExemplar(labelLimit: limits.labels)
        }
        append(Sample(timestamp, value), to: index)
    }

    private func labels(_ cursor: inout PageCursor) throws(ExpositionError) -> LabelSet {
        let name = cursor.text(try cursor.name("a metric name or \"#\"", allowsColons: true))
        var labels = [Label(Label.metricName, name)]
        if cursor.byte == UInt8(ascii: "{") { try cursor.labels(.openMetrics, into: &labels, limit: limits.labels) }
        return LabelSet(labels)
    }

    /// The first blank outside of quotes.
    private static func endOfSeries(_ page: [UInt8], from start: Int, to end: Int) -> Int {
        page.withUnsafeBufferPointer { page in
            var isQuoted = false
            var index = start
            while index < end {
                let byte = page[index]
                if isQuoted, byte == UInt8(ascii: "\\") {
                    index += 1
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted.toggle()
                } else if byte == UInt8(ascii: " "), !isQuoted {
                    return index
                }
                index += 1
            }
            return end
        }
    }

    // MARK: JSON lines

    private mutating func readJSON(_ cursor: inout PageCursor) throws(ExpositionError) {
        cursor.skipBlanks()
        guard cursor.byte != nil else { return }
        let start = cursor.index
        let line = try JSONSeriesLine(&cursor)
        guard !line.labels.labels.isEmpty else {
            throw cursor.error("expected labels in \"metric\", found none", at: start)
        }
        guard line.values.count == line.timestamps.count else {
            throw cursor.error(
                "expected as many timestamps as values (\(line.values.count)), found \(line.timestamps.count)",
                at: start)
        }
        let index = index(of: line.labels)
        for (value, timestamp) in zip(line.values, line.timestamps) {
            append(Sample(Timestamp(milliseconds: timestamp), value), to: index)
        }
    }

    // MARK: Series

    private mutating func index(of labels: LabelSet) -> Int {
        if let known = indexByLabels[labels] { return known }
        series.append(Series(labels: labels))
        indexByLabels[labels] = series.count - 1
        return series.count - 1
    }

    private mutating func append(_ sample: Sample, to index: Int) {
        if series[index].samples.isEmpty { touched.append(index) }
        series[index].samples.append(sample)
        sampleCount += 1
    }
}

/// What an OpenMetrics file says of a family.
private struct OpenMetricsDescription {
    enum Kind: String, CaseIterable {
        case counter, gauge, histogram, gaugehistogram, summary, info, stateset, unknown
    }

    var kind = Kind.unknown
    var help = ""
    var unit = ""

    /// Under the name that samples carry in the store.
    func metadata(named name: String) -> MetricMetadata {
        let suffix =
            switch kind {
            case .counter: "_total"
            case .info: "_info"
            default: ""
            }
        return MetricMetadata(
            name: name + suffix, kind: MetricMetadata.Kind(rawValue: kind.rawValue) ?? .unknown, help: help, unit: unit)
    }
}
