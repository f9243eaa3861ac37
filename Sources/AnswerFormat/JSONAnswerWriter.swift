package import MonitoringModel

/// Writes an answer as the body that the HTTP API of Prometheus 3.5 sends, byte for byte:
///
///     {"status":"success","data":{"resultType":"matrix","result":[
///     {"metric":{"__name__":"up"},"values":[[1435781451.781,"1"],…]},…]},"warnings":["…"],"infos":["…"]}
///
/// without the line breaks. Empty warnings and infos are left out, and so are the values of a series without samples.
package struct JSONAnswerWriter: AnswerWriter {
    private let answer: QueryAnswer
    /// JSON of what the query took.
    private let statistics: String?
    private let chunkSize: Int
    private var place = Place.opening

    /// What comes next.
    private enum Place {
        case opening
        /// The label of an element of a vector or matrix, or what follows its last one.
        case label(element: Int, Int)
        case points(series: Int, from: Int)
        case warning(Int)
        case info(Int)
        case closing
        case end
    }

    /// - Parameters:
    ///   - statistics: a JSON value that becomes `stats` beside the result.
    ///   - chunkSize: bytes at which a piece is handed over.
    package init(_ answer: QueryAnswer, statistics: String? = nil, chunkSize: Int = AnswerChunk.usualSize) {
        self.answer = answer
        self.statistics = statistics
        self.chunkSize = max(chunkSize, 1)
    }

    package mutating func next(into chunk: inout [UInt8]) -> Bool {
        chunk.removeAll(keepingCapacity: true)
        while chunk.count < chunkSize {
            switch place {
            case .opening: place = appendOpening(to: &chunk)
            case .label(let element, let label): place = appendLabel(label, of: element, to: &chunk)
            case .points(let series, let first): place = appendPoints(of: series, from: first, to: &chunk)
            case .warning(let index):
                append(answer.warnings, index, opening: #","warnings":["#, to: &chunk)
                place = index + 1 < answer.warnings.count ? .warning(index + 1) : placeOfInfos
            case .info(let index):
                append(answer.infos, index, opening: #","infos":["#, to: &chunk)
                place = index + 1 < answer.infos.count ? .info(index + 1) : .closing
            case .closing:
                chunk.append(UInt8(ascii: "}"))
                place = .end
            case .end: return !chunk.isEmpty
            }
        }
        return true
    }

    // MARK: Envelope

    private func appendOpening(to chunk: inout [UInt8]) -> Place {
        chunk.append(#"{"status":"success","data":{"resultType":""#)
        switch answer.value {
        case .scalar(let sample):
            chunk.append(#"scalar","result":["#)
            // Scalars and strings are written by other means than samples: the time as a double, the value without
            // exponent.
            DecimalText.append(sample.timestamp.seconds, to: &chunk)
            chunk.append(#",""#)
            DecimalText.appendPositional(sample.value, to: &chunk)
            chunk.append(UInt8(ascii: "\""))
            return closeResult(to: &chunk)
        case .string(let text, let time):
            chunk.append(#"string","result":["#)
            DecimalText.append(time.seconds, to: &chunk)
            chunk.append(UInt8(ascii: ","))
            JSONText.append(text, .value, to: &chunk)
            return closeResult(to: &chunk)
        case .vector(let elements):
            chunk.append(#"vector","result":["#)
            return placeOfElement(0, of: elements.count, to: &chunk)
        case .matrix(let series):
            chunk.append(#"matrix","result":["#)
            return placeOfElement(0, of: series.count, to: &chunk)
        }
    }

    private func closeResult(to chunk: inout [UInt8]) -> Place {
        chunk.append(UInt8(ascii: "]"))
        if let statistics {
            chunk.append(#","stats":"#)
            chunk.append(contentsOf: statistics.utf8)
        }
        chunk.append(UInt8(ascii: "}"))
        return placeOfWarnings
    }

    private var placeOfWarnings: Place { answer.warnings.isEmpty ? placeOfInfos : .warning(0) }

    private var placeOfInfos: Place { answer.infos.isEmpty ? .closing : .info(0) }

    private func append(_ texts: [String], _ index: Int, opening: StaticString, to chunk: inout [UInt8]) {
        chunk.append(index == 0 ? opening : ",")
        JSONText.append(texts[index], .annotation, to: &chunk)
        if index + 1 == texts.count { chunk.append(UInt8(ascii: "]")) }
    }

    // MARK: Elements

    /// Where it goes on after what stands before an element, or after the last one.
    private func placeOfElement(_ index: Int, of count: Int, to chunk: inout [UInt8]) -> Place {
        guard index < count else { return closeResult(to: &chunk) }
        chunk.append(index == 0 ? #"{"metric":{"# : #",{"metric":{"#)
        return .label(element: index, 0)
    }

    private func appendLabel(_ index: Int, of element: Int, to chunk: inout [UInt8]) -> Place {
        switch answer.value {
        case .vector(let elements):
            let labels = elements[element].labels.labels
            guard index == labels.count else { return append(labels, index, of: element, to: &chunk) }
            chunk.append(#"},"value":"#)
            chunk.append(addingCapacity: Self.pointRoom) { Self.append(elements[element].sample, to: &$0) }
            chunk.append(UInt8(ascii: "}"))
            return placeOfElement(element + 1, of: elements.count, to: &chunk)
        case .matrix(let series):
            let labels = series[element].labels.labels
            guard index == labels.count else { return append(labels, index, of: element, to: &chunk) }
            guard !series[element].samples.isEmpty else {
                chunk.append("}}")
                return placeOfElement(element + 1, of: series.count, to: &chunk)
            }
            chunk.append(#"},"values":["#)
            return .points(series: element, from: 0)
        case .scalar, .string:
            preconditionFailure("only vectors and matrices have elements")
        }
    }

    private func append(_ labels: [Label], _ index: Int, of element: Int, to chunk: inout [UInt8]) -> Place {
        if index > 0 { chunk.append(UInt8(ascii: ",")) }
        JSONText.append(labels[index].name, to: &chunk)
        chunk.append(UInt8(ascii: ":"))
        JSONText.append(labels[index].value, to: &chunk)
        return .label(element: element, index + 1)
    }

    // MARK: Points

    private func appendPoints(of series: Int, from first: Int, to chunk: inout [UInt8]) -> Place {
        guard case .matrix(let all) = answer.value else { preconditionFailure("only matrices have series") }
        let samples = all[series].samples
        let free = chunkSize - chunk.count
        let end = min(first + AnswerChunk.batch, samples.count)
        var index = first
        chunk.append(addingCapacity: (end - first) * Self.pointRoom) { span in
            while index < end, span.count < free {
                if index > 0 { span.append(UInt8(ascii: ",")) }
                Self.append(samples[index], to: &span)
                index += 1
            }
        }
        guard index == samples.count else { return .points(series: series, from: index) }
        chunk.append("]}")
        return placeOfElement(series + 1, of: all.count, to: &chunk)
    }

    /// `,[`, a time, `,"`, a number and `"]`.
    private static let pointRoom = 2 * DecimalText.room + 6

    @inline(__always)
    private static func append(_ sample: Sample, to output: inout OutputSpan<UInt8>) {
        output.append(UInt8(ascii: "["))
        DecimalText.appendSeconds(sample.timestamp, to: &output)
        output.append(UInt8(ascii: ","))
        output.append(UInt8(ascii: "\""))
        DecimalText.append(sample.value, to: &output)
        output.append(UInt8(ascii: "\""))
        output.append(UInt8(ascii: "]"))
    }
}
