import MonitoringModel

/// Writes exposition pages.
///
/// A family whose samples its type does not allow is split by sample name, so that the page parses whatever the caller
/// hands over: a counter without `_total` (most MIB counters) is `unknown` in OpenMetrics. Bytes that a metric or label
/// name may not hold are written as `_`.
package enum ExpositionWriter {
    /// The families as a whole page.
    package static func page(_ families: [MetricFamily], flavor: ExpositionFlavor) -> [UInt8] {
        var output: [UInt8] = []
        let names = Set(families.lazy.filter { !$0.samples.isEmpty }.map(\.metadata.name))
        for family in families { write(family, flavor: flavor, among: names, into: &output) }
        end(flavor, into: &output)
        return output
    }

    /// The family as text; call once per family, then `end`. A family without samples writes nothing.
    ///
    /// - Parameter names: Of all families of the page. OpenMetrics declares the counter `x_total` as `x`; where a
    ///   family `x` stands beside it, the counter is written as `unknown` under its full name.
    package static func write(
        _ family: MetricFamily, flavor: ExpositionFlavor, among names: Set<String> = [], into output: inout [UInt8]
    ) {
        for group in SampleGroup.groups(of: family, flavor: flavor, among: names) {
            writeDescription(of: group, family.metadata, flavor: flavor, into: &output)
            for index in group.samples { writeSample(family.samples[index], flavor: flavor, into: &output) }
        }
    }

    /// What ends a page: `# EOF` in OpenMetrics.
    package static func end(_ flavor: ExpositionFlavor, into output: inout [UInt8]) {
        if flavor == .openMetrics { append("# EOF\n", to: &output) }
    }

    /// The shortest decimal text that reads back as the same double; `NaN`, `+Inf` and `-Inf` for the others.
    package static func writeValue(_ value: Double, into output: inout [UInt8]) {
        if value.isFinite, abs(value) < 1e15, let whole = Int64(exactly: value), whole != 0 || value.sign == .plus {
            writeInteger(whole, into: &output)
        } else if value.isFinite {
            let text = value.description
            append(text.hasSuffix(".0") ? String(text.dropLast(2)) : text, to: &output)
        } else {
            append(value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf", to: &output)
        }
    }

    static func writeDescription(
        of group: SampleGroup, _ metadata: MetricMetadata, flavor: ExpositionFlavor, into output: inout [UInt8]
    ) {
        if !metadata.help.isEmpty {
            append("# HELP ", to: &output)
            appendName(group.name, allowsColons: true, to: &output)
            output.append(UInt8(ascii: " "))
            appendEscaped(metadata.help, escapesQuotes: flavor == .openMetrics, to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        append("# TYPE ", to: &output)
        appendName(group.name, allowsColons: true, to: &output)
        output.append(UInt8(ascii: " "))
        append(group.type, to: &output)
        output.append(UInt8(ascii: "\n"))
        // OpenMetrics wants the unit at the end of the name.
        if flavor == .openMetrics, !metadata.unit.isEmpty, group.name.hasSuffix("_" + metadata.unit) {
            append("# UNIT ", to: &output)
            appendName(group.name, allowsColons: true, to: &output)
            output.append(UInt8(ascii: " "))
            appendName(metadata.unit, allowsColons: false, to: &output)
            output.append(UInt8(ascii: "\n"))
        }
    }

    private static func writeSample(
        _ sample: (labels: LabelSet, value: Double, timestamp: Timestamp?), flavor: ExpositionFlavor,
        into output: inout [UInt8]
    ) {
        appendName(sample.labels.metricName, allowsColons: true, to: &output)
        var separator = UInt8(ascii: "{")
        for label in sample.labels.labels where label.name != Label.metricName {
            output.append(separator)
            separator = UInt8(ascii: ",")
            appendName(label.name, allowsColons: false, to: &output)
            append("=\"", to: &output)
            appendEscaped(label.value, escapesQuotes: true, to: &output)
            output.append(UInt8(ascii: "\""))
        }
        if separator == UInt8(ascii: ",") { output.append(UInt8(ascii: "}")) }
        output.append(UInt8(ascii: " "))
        writeValue(sample.value, into: &output)
        if let timestamp = sample.timestamp {
            output.append(UInt8(ascii: " "))
            switch flavor {
            case .text: writeInteger(timestamp.milliseconds, into: &output)
            case .openMetrics: writeSeconds(timestamp.milliseconds, into: &output)
            }
        }
        output.append(UInt8(ascii: "\n"))
    }

    /// Milliseconds as seconds with three decimals.
    static func writeSeconds(_ milliseconds: Int64, into output: inout [UInt8]) {
        if milliseconds < 0 { output.append(UInt8(ascii: "-")) }
        let magnitude = milliseconds.magnitude
        writeMagnitude(magnitude / 1000, into: &output)
        output.append(UInt8(ascii: "."))
        var unit: UInt64 = 100
        while unit > 0 {
            output.append(UInt8(ascii: "0") + UInt8(magnitude / unit % 10))
            unit /= 10
        }
    }

    static func writeInteger(_ value: Int64, into output: inout [UInt8]) {
        if value < 0 { output.append(UInt8(ascii: "-")) }
        writeMagnitude(value.magnitude, into: &output)
    }

    private static func writeMagnitude(_ value: UInt64, into output: inout [UInt8]) {
        let start = output.count
        var rest = value
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        output[start...].reverse()
    }

    static func append(_ text: String, to output: inout [UInt8]) {
        output.append(contentsOf: text.utf8)
    }

    /// A name in the alphabet of the formats: any other byte becomes `_`, and so does the start of an empty name or one
    /// that starts with a digit.
    static func appendName(_ name: String, allowsColons: Bool, to output: inout [UInt8]) {
        var isFirst = true
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                output.append(byte)
            case UInt8(ascii: ":") where allowsColons: output.append(byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFirst { output.append(UInt8(ascii: "_")) }
                output.append(byte)
            default: output.append(UInt8(ascii: "_"))
            }
            isFirst = false
        }
        if isFirst { output.append(UInt8(ascii: "_")) }
    }

    static func appendEscaped(_ text: String, escapesQuotes: Bool, to output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): append("\\n", to: &output)
            case UInt8(ascii: "\\"): append("\\\\", to: &output)
            case UInt8(ascii: "\"") where escapesQuotes: append("\\\"", to: &output)
            default: output.append(byte)
            }
        }
    }
}
