import MonitoringModel

/// Makes the label set of a series that the cache does not know.
///
/// Follows the receiver of Prometheus 3.5: labels may come in any order, a label with an empty value is no label, and a name
/// that is empty, given twice or not UTF-8, a value that is not UTF-8, and a missing or empty `__name__` are refused.
struct LabelsDecoder {
    /// Labels of a series. Prometheus has no bound; without one, a series of a whole request's size would take seconds.
    static let labelLimit = 1024

    /// - Parameters:
    ///   - range: of `labels` fields, or of a whole `TimeSeries` whose other fields are well-formed.
    func labels(
        _ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>
    ) throws(RemoteWriteError) -> LabelSet {
        var reader = WireReader(bytes, at: range.lowerBound)
        var labels: [Label] = []
        var isAscending = true
        while reader.position < range.upperBound {
            let start = reader.position
            let tag = try reader.varint(before: range.upperBound, "a field of TimeSeries")
            guard tag == 0x0A else {
                try reader.skip(tag, from: start, before: range.upperBound, message: "TimeSeries", known: [])
                continue
            }
            let end = try reader.contentEnd(before: range.upperBound, "TimeSeries.labels")
            let label = try label(bytes, &reader, before: end)
            if let last = labels.last, last.name >= label.name { isAscending = false }
            guard labels.count < Self.labelLimit else {
                throw RemoteWriteError(
                    .labels, expected: "a series of at most \(Self.labelLimit) labels", found: "more", byte: start)
            }
            labels.append(label)
        }
        if !isAscending {
            labels.sort { $0.name < $1.name }
            // Compared as the store does, which takes names for one that differ only in how a character is composed.
            for index in labels.indices.dropFirst() where labels[index].name == labels[index - 1].name {
                throw RemoteWriteError(
                    .labels, expected: "labels with different names",
                    found: "\(RemoteWriteError.quoted(labels[index].name)) twice", byte: range.lowerBound)
            }
        }
        let set = LabelSet(labels)
        guard !set.metricName.isEmpty else {
            throw RemoteWriteError(
                .labels, expected: "a series with the label \"__name__\"",
                found: labels.contains { $0.name == Label.metricName } ? "an empty one" : "one without",
                byte: range.lowerBound)
        }
        return set
    }

    private func label(
        _ bytes: UnsafeBufferPointer<UInt8>, _ reader: inout WireReader, before end: Int
    ) throws(RemoteWriteError) -> Label {
        let start = reader.position
        var (name, value) = (start..<start, start..<start)
        while reader.position < end {
            let start = reader.position
            let tag = try reader.varint(before: end, "a field of Label")
            switch tag {
            case 0x0A:
                let contentEnd = try reader.contentEnd(before: end, "Label.name")
                name = reader.position..<contentEnd
                reader.move(to: contentEnd)
            case 0x12:
                let contentEnd = try reader.contentEnd(before: end, "Label.value")
                value = reader.position..<contentEnd
                reader.move(to: contentEnd)
            default:
                try reader.skip(tag, from: start, before: end, message: "Label", known: Self.fields)
            }
        }
        guard !name.isEmpty else {
            throw RemoteWriteError(.labels, expected: "the name of a label", found: "none", byte: start)
        }
        return Label(
            try UTF8Text.string(bytes, name, .labels, "the name of a label"),
            try UTF8Text.string(bytes, value, .labels, "the value of a label"))
    }

    private static let fields = [
        KnownField(number: 1, type: 2, name: "name"), KnownField(number: 2, type: 2, name: "value"),
    ]
}

/// Text in a request.
enum UTF8Text {
    /// - Parameter what: the text, for errors.
    static func string(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ code: RemoteWriteError.Code, _ what: StaticString
    ) throws(RemoteWriteError) -> String {
        let content = UnsafeBufferPointer(rebasing: bytes[range])
        if let string = String(validating: content, as: UTF8.self) { return string }
        throw RemoteWriteError(
            code, expected: "UTF-8 in \(what)", found: "other bytes", byte: range.lowerBound + validLength(content))
    }

    /// The bytes before the first that is not part of UTF-8.
    private static func validLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .valid(let scalar) = parser.parseScalar(from: &iterator) { length += scalar.count }
        return length
    }
}
