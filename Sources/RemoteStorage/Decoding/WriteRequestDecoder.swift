import MonitoringModel

/// Decodes `prometheus.WriteRequest` of remote write 1.0:
///
/// ```
/// WriteRequest    1 timeseries*   TimeSeries       3 metadata*   MetricMetadata
/// TimeSeries      1 labels*       Label            2 samples*    Sample
///                 3 exemplars*    (counted)        4 histograms* (counted)
/// Label           1 name          string           2 value       string
/// Sample          1 value         double           2 timestamp   int64, ms since the epoch
/// MetricMetadata  1 type          enum             2 metric_family_name  string
///                 4 help          string           5 unit        string
/// ```
///
/// Fields with other numbers are skipped by their wire type. As in any protobuf message, a field that is absent is zero, and of a
/// repeated scalar the last one holds.
struct WriteRequestDecoder {
    /// Of series, of samples and of descriptions in a request, with those left out, which cost time too.
    let elementLimit: Int
    let hasher: LabelBytesHasher

    /// Decodes a request, but for the labels, which the cache of series may know by their bytes.
    ///
    /// - Parameter request: empty.
    func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, into request: inout DecodedRequest
    ) throws(RemoteWriteError) {
        var reader = WireReader(bytes)
        let end = bytes.count
        while reader.position < end {
            let start = reader.position
            let tag = try reader.varint(before: end, "a field of WriteRequest")
            switch tag {
            case 0x0A:
                let seriesEnd = try reader.contentEnd(before: end, "WriteRequest.timeseries")
                try decodeSeries(bytes, &reader, before: seriesEnd, into: &request)
            case 0x1A:
                let metadataEnd = try reader.contentEnd(before: end, "WriteRequest.metadata")
                try decodeMetadata(bytes, &reader, before: metadataEnd, into: &request)
            default:
                try reader.skip(tag, from: start, before: end, message: "WriteRequest", known: Self.requestFields)
            }
        }
    }

    private func decodeSeries(
        _ bytes: UnsafeBufferPointer<UInt8>, _ reader: inout WireReader, before end: Int,
        into request: inout DecodedRequest
    ) throws(RemoteWriteError) {
        let start = reader.position
        // Every known sender writes the labels first.
        while reader.isNext(0x0A, before: end) {
            reader.move(to: reader.position + 1)
            reader.move(to: try reader.contentEnd(before: end, "TimeSeries.labels"))
        }
        let labelsEnd = reader.position
        let firstSample = request.times.count
        var isScattered = false
        while reader.position < end {
            let start = reader.position
            let tag = try reader.varint(before: end, "a field of TimeSeries")
            switch tag {
            case 0x12:
                let sampleEnd = try reader.contentEnd(before: end, "TimeSeries.samples")
                try decodeSample(&reader, from: start, before: sampleEnd, first: firstSample, into: &request)
            case 0x0A:
                isScattered = true
                reader.move(to: try reader.contentEnd(before: end, "TimeSeries.labels"))
            case 0x1A:
                request.outcome.exemplarsIgnored += 1
                reader.move(to: try reader.contentEnd(before: end, "TimeSeries.exemplars"))
            case 0x22:
                request.outcome.histogramsIgnored += 1
                reader.move(to: try reader.contentEnd(before: end, "TimeSeries.histograms"))
            default:
                try reader.skip(tag, from: start, before: end, message: "TimeSeries", known: Self.seriesFields)
            }
        }
        let count = request.times.count - firstSample
        guard request.series.count + request.outcome.seriesRefused < elementLimit else {
            throw tooMany("series", at: start)
        }
        guard isScattered || labelsEnd > start else {
            request.times.removeLast(count)
            request.values.removeLast(count)
            request.outcome.seriesRefused += 1
            request.outcome.samplesRefused += count
            request.outcome.note(at: start) {
                RemoteWriteError(.labels, expected: "a series with labels", found: "one without", byte: start)
            }
            return
        }
        let labelsStop = isScattered ? end : labelsEnd
        request.series.append(
            DecodedRequest.Series(
                labelsStart: UInt32(start), labelsEnd: UInt32(labelsStop),
                hash: isScattered ? 0 : hasher.hash(UnsafeBufferPointer(rebasing: bytes[start..<labelsStop])),
                sampleCount: UInt32(count), standing: isScattered ? .isScattered : .isRun))
    }

    /// - Parameter first: the index of the first sample of the series.
    @inline(__always)
    private func decodeSample(
        _ reader: inout WireReader, from start: Int, before end: Int, first: Int, into request: inout DecodedRequest
    ) throws(RemoteWriteError) {
        var bits: UInt64 = 0
        var time: Int64 = 0
        while reader.position < end {
            let start = reader.position
            let tag = try reader.varint(before: end, "a field of Sample")
            switch tag {
            case 0x09: bits = try reader.fixed64(before: end, "Sample.value")
            case 0x10: time = Int64(bitPattern: try reader.varint(before: end, "Sample.timestamp"))
            default: try reader.skip(tag, from: start, before: end, message: "Sample", known: Self.sampleFields)
            }
        }
        guard request.times.count + request.outcome.samplesRefused < elementLimit else {
            throw tooMany("samples", at: start)
        }
        if request.times.count > first, let newest = request.times.last, time <= newest {
            request.outcome.samplesRefused += 1
            request.outcome.note(at: start) {
                RemoteWriteError(
                    .sampleOrder, expected: "a sample newer than the one of \(newest) ms before it in its series",
                    found: "one of \(time) ms", byte: start)
            }
            return
        }
        request.times.append(time)
        request.values.append(Double(bitPattern: bits))
    }

    private func decodeMetadata(
        _ bytes: UnsafeBufferPointer<UInt8>, _ reader: inout WireReader, before end: Int,
        into request: inout DecodedRequest
    ) throws(RemoteWriteError) {
        let start = reader.position
        var type: UInt64 = 0
        var (name, help, unit) = (start..<start, start..<start, start..<start)
        while reader.position < end {
            let start = reader.position
            let tag = try reader.varint(before: end, "a field of MetricMetadata")
            switch tag {
            case 0x08: type = try reader.varint(before: end, "MetricMetadata.type")
            case 0x12: name = try Self.content(&reader, before: end, "MetricMetadata.metric_family_name")
            case 0x22: help = try Self.content(&reader, before: end, "MetricMetadata.help")
            case 0x2A: unit = try Self.content(&reader, before: end, "MetricMetadata.unit")
            default:
                try reader.skip(tag, from: start, before: end, message: "MetricMetadata", known: Self.metadataFields)
            }
        }
        guard request.metadata.count + request.outcome.metadataRefused < elementLimit else {
            throw tooMany("descriptions of metrics", at: start)
        }
        do throws(RemoteWriteError) {
            let item = MetricMetadata(
                name: try UTF8Text.string(bytes, name, .metadata, "the name of a metric"), kind: Self.kind(of: type),
                help: try UTF8Text.string(bytes, help, .metadata, "the help of a metric"),
                unit: try UTF8Text.string(bytes, unit, .metadata, "the unit of a metric"))
            guard !item.name.isEmpty else {
                throw RemoteWriteError(.metadata, expected: "the name of a metric", found: "none", byte: start)
            }
            request.metadata.append(item)
        } catch {
            request.outcome.metadataRefused += 1
            request.outcome.note(at: start) { error }
        }
    }

    @inline(never)
    private func tooMany(_ what: String, at byte: Int) -> RemoteWriteError {
        RemoteWriteError(.tooLarge, expected: "at most \(elementLimit) \(what) in a request", found: "more", byte: byte)
    }

    private static func content(
        _ reader: inout WireReader, before end: Int, _ what: StaticString
    ) throws(RemoteWriteError) -> Range<Int> {
        let contentEnd = try reader.contentEnd(before: end, what)
        let content = reader.position..<contentEnd
        reader.move(to: contentEnd)
        return content
    }

    /// `MetricMetadata.MetricType`. What the store has no word for, as the type of gauge histograms (4), is unknown to it.
    private static func kind(of type: UInt64) -> MetricMetadata.Kind {
        switch type {
        case 1: .counter
        case 2: .gauge
        case 3: .histogram
        case 5: .summary
        case 6: .info
        case 7: .stateset
        default: .unknown
        }
    }

    private static let requestFields = [
        KnownField(number: 1, type: 2, name: "timeseries"), KnownField(number: 3, type: 2, name: "metadata"),
    ]
    private static let seriesFields = [
        KnownField(number: 1, type: 2, name: "labels"), KnownField(number: 2, type: 2, name: "samples"),
        KnownField(number: 3, type: 2, name: "exemplars"), KnownField(number: 4, type: 2, name: "histograms"),
    ]
    private static let sampleFields = [
        KnownField(number: 1, type: 1, name: "value"), KnownField(number: 2, type: 0, name: "timestamp"),
    ]
    private static let metadataFields = [
        KnownField(number: 1, type: 0, name: "type"), KnownField(number: 2, type: 2, name: "metric_family_name"),
        KnownField(number: 4, type: 2, name: "help"), KnownField(number: 5, type: 2, name: "unit"),
    ]
}
