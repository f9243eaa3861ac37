package import MonitoringModel

/// Writes an archive series by series. The bytes are the caller's to take away.
///
/// Labels come back exactly from JSON lines alone: OpenMetrics names hold letters, digits, `_` and `:` only, and other bytes of
/// names are written as `_`. Values are the shortest texts that give the same bits; of NaNs that are no stale markers, the
/// payload is lost.
package struct ArchiveWriter {
    /// Samples of a line of JSON at most: readers hold a line in memory.
    package static let samplesPerLine = 10_000

    private let format: ArchiveFormat
    private let metadata: [String: MetricMetadata]
    /// Of each metric name: the group that declares it, with the description of its family.
    private var groupOf: [String: (group: SampleGroup, metadata: MetricMetadata)] = [:]
    private var declared: Set<String> = []
    private var output: [UInt8] = []
    /// The date of the last time written to CSV.
    private var date: (day: Int64, text: [UInt8])?
    /// What each line of the series begins with or, in CSV, has between time and value.
    private var series: (labels: LabelSet, text: [UInt8])?

    /// - Parameter metadata: what is known of metrics.
    package init(_ format: ArchiveFormat, metadata: [String: MetricMetadata]) {
        self.format = format
        self.metadata = metadata
    }

    /// The family of a metric: its series have to follow each other.
    package func family(of metric: String) -> String { MetricFamily.name(of: metric, known: metadata) }

    /// Writes what stands at the top.
    ///
    /// - Parameter names: of all metrics that follow: they decide how each is declared.
    package mutating func begin(names: Set<String>) {
        switch format {
        case .csv: ExpositionWriter.append("time,metric,labels,value\n", to: &output)
        case .openMetrics: declareFamilies(names)
        case .jsonLines: break
        }
    }

    private mutating func declareFamilies(_ names: Set<String>) {
        let byFamily = Dictionary(grouping: names, by: family)
        let families = Set(byFamily.keys)
        for (name, members) in byFamily {
            let description = metadata[name] ?? MetricMetadata(name: name, kind: .unknown)
            let samples = members.sorted().map {
                (labels: LabelSet(metric: $0), value: 0.0, timestamp: Timestamp?.none)
            }
            let family = MetricFamily(metadata: description, samples: samples)
            for group in SampleGroup.groups(of: family, flavor: .openMetrics, among: families) {
                for index in group.samples { groupOf[samples[index].labels.metricName] = (group, description) }
            }
        }
    }

    /// Writes samples of a series, rising in time. A series may come in several calls, one after another.
    package mutating func append(_ labels: LabelSet, _ samples: ArraySlice<Sample>) {
        switch format {
        case .openMetrics: appendOpenMetrics(labels, samples)
        case .csv: appendCSV(labels, samples)
        case .jsonLines: appendJSON(labels, samples)
        }
    }

    /// Writes what stands at the end.
    package mutating func end() {
        if format == .openMetrics { ExpositionWriter.append("# EOF\n", to: &output) }
    }

    package var byteCount: Int { output.count }

    /// The bytes since the last call.
    package mutating func takeBytes() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// The text that goes with every sample of a series, made once.
    private mutating func text(of labels: LabelSet, _ make: (inout [UInt8]) -> Void) -> [UInt8] {
        if let series, series.labels == labels { return series.text }
        var text: [UInt8] = []
        make(&text)
        series = (labels, text)
        return text
    }

    // MARK: OpenMetrics

    private mutating func appendOpenMetrics(_ labels: LabelSet, _ samples: ArraySlice<Sample>) {
        guard samples.contains(where: { !StaleMarker.isStale($0.value) }) else { return }
        declare(labels.metricName)
        let text = text(of: labels) { text in
            ExpositionWriter.appendName(labels.metricName, allowsColons: true, to: &text)
            Self.appendLabels(
                labels, named: { ExpositionWriter.appendName($0, allowsColons: false, to: &$1) }, to: &text)
            text.append(UInt8(ascii: " "))
        }
        for sample in samples where !StaleMarker.isStale(sample.value) {
            output += text
            ExpositionWriter.writeValue(sample.value, into: &output)
            output.append(UInt8(ascii: " "))
            ExpositionWriter.writeSeconds(sample.timestamp.milliseconds, into: &output)
            output.append(UInt8(ascii: "\n"))
        }
    }

    private mutating func declare(_ metric: String) {
        guard let (group, metadata) = groupOf[metric], declared.insert(group.name).inserted else { return }
        ExpositionWriter.writeDescription(of: group, metadata, flavor: .openMetrics, into: &output)
    }

    /// `{name="value",…}`, or nothing when there are no labels beside the metric name.
    private static func appendLabels(
        _ labels: LabelSet, named appendName: (String, inout [UInt8]) -> Void, to text: inout [UInt8]
    ) {
        var separator = UInt8(ascii: "{")
        for label in labels.labels where label.name != Label.metricName {
            text.append(separator)
            separator = UInt8(ascii: ",")
            appendName(label.name, &text)
            ExpositionWriter.append("=\"", to: &text)
            ExpositionWriter.appendEscaped(label.value, escapesQuotes: true, to: &text)
            text.append(UInt8(ascii: "\""))
        }
        if separator == UInt8(ascii: ",") { text.append(UInt8(ascii: "}")) }
    }

    // MARK: CSV

    private mutating func appendCSV(_ labels: LabelSet, _ samples: ArraySlice<Sample>) {
        let text = text(of: labels) { text in
            text.append(UInt8(ascii: ","))
            Self.appendField(Array(labels.metricName.utf8), to: &text)
            text.append(UInt8(ascii: ","))
            var list: [UInt8] = []
            Self.appendLabels(labels, named: { $1 += $0.utf8 }, to: &list)
            Self.appendField(Array(list.dropFirst().dropLast()), to: &text)
            text.append(UInt8(ascii: ","))
        }
        for sample in samples where !StaleMarker.isStale(sample.value) {
            appendTime(sample.timestamp)
            output += text
            ExpositionWriter.writeValue(sample.value, into: &output)
            output.append(UInt8(ascii: "\n"))
        }
    }

    /// As `Timestamp.utcText`; the date is made once a day.
    private mutating func appendTime(_ time: Timestamp) {
        var (day, ofDay) = time.milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        if ofDay < 0 { (day, ofDay) = (day - 1, ofDay + 86_400_000) }
        if date?.day != day { date = (day, Array(time.utcText.utf8.prefix { $0 != UInt8(ascii: "T") })) }
        output += date?.text ?? []
        let seconds = ofDay / 1000
        let parts: [(mark: Unicode.Scalar, number: Int64, unit: Int64)] = [
            ("T", seconds / 3600, 10), (":", seconds / 60 % 60, 10), (":", seconds % 60, 10), (".", ofDay % 1000, 100),
        ]
        for (mark, number, largest) in parts {
            output.append(UInt8(ascii: mark))
            var unit = largest
            while unit > 0 {
                output.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
                unit /= 10
            }
        }
        output.append(UInt8(ascii: "Z"))
    }

    /// A field as RFC 4180 has it: in quotes where it holds a comma, a quote or a line feed.
    private static func appendField(_ field: [UInt8], to text: inout [UInt8]) {
        let special = [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        guard field.contains(where: special.contains) else {
            text += field
            return
        }
        text.append(UInt8(ascii: "\""))
        for byte in field {
            if byte == UInt8(ascii: "\"") { text.append(byte) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
    }

    // MARK: JSON lines

    private mutating func appendJSON(_ labels: LabelSet, _ samples: ArraySlice<Sample>) {
        let text = text(of: labels) { text in
            ExpositionWriter.append("{\"metric\":{", to: &text)
            for (index, label) in labels.labels.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                Self.appendString(label.name, to: &text)
                text.append(UInt8(ascii: ":"))
                Self.appendString(label.value, to: &text)
            }
            ExpositionWriter.append("},\"values\":[", to: &text)
        }
        var rest = samples
        while !rest.isEmpty {
            let line = rest.prefix(Self.samplesPerLine)
            rest = rest.dropFirst(line.count)
            output += text
            for (index, sample) in line.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                appendJSONValue(sample.value)
            }
            ExpositionWriter.append("],\"timestamps\":[", to: &output)
            for (index, sample) in line.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                ExpositionWriter.writeInteger(sample.timestamp.milliseconds, into: &output)
            }
            ExpositionWriter.append("]}\n", to: &output)
        }
    }

    private mutating func appendJSONValue(_ value: Double) {
        if value.isFinite {
            ExpositionWriter.writeValue(value, into: &output)
        } else if StaleMarker.isStale(value) {
            ExpositionWriter.append("null", to: &output)
        } else {
            ExpositionWriter.append(value.isNaN ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"", to: &output)
        }
    }

    private static func appendString(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): text += Array("\\n".utf8)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                text += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: text.append(byte)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}
