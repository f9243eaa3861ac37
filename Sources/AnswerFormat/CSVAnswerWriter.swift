package import MonitoringModel

/// Writes an answer as a table for spreadsheets and scripts (RFC 4180, with line feeds): first the names of the columns,
/// then one line a sample.
///
/// The columns are the labels that occur anywhere in the answer, sorted by name and empty where a series has no such
/// label, then always `time` (RFC 3339 in UTC with milliseconds) and `value`. A scalar and a string have these two only.
/// Warnings and infos have no place in a table.
package struct CSVAnswerWriter: AnswerWriter {
    private let value: QueryAnswer.Value
    private let chunkSize: Int
    private let names: [String]
    /// Nil before the header is written.
    private var row: (element: Int, sample: Int)?
    /// The cells of the labels of the present series, with the commas behind them.
    private var cells: [UInt8] = []
    private var clock = ClockText()

    /// - Parameter chunkSize: bytes at which a piece is handed over.
    package init(_ answer: QueryAnswer, chunkSize: Int = AnswerChunk.usualSize) {
        value = answer.value
        self.chunkSize = max(chunkSize, 1)
        var names: Set<String> = []
        switch value {
        case .scalar, .string: break
        case .vector(let elements):
            for element in elements { names.formUnion(element.labels.labels.lazy.map(\.name)) }
        case .matrix(let series):
            for element in series { names.formUnion(element.labels.labels.lazy.map(\.name)) }
        }
        self.names = names.sorted()
    }

    package mutating func next(into chunk: inout [UInt8]) -> Bool {
        chunk.removeAll(keepingCapacity: true)
        if row == nil {
            for name in names {
                CSVCell.append(name, to: &chunk)
                chunk.append(UInt8(ascii: ","))
            }
            chunk.append("time,value\n")
            row = (0, 0)
        }
        while chunk.count < chunkSize, appendRow(to: &chunk) {}
        return !chunk.isEmpty
    }

    /// - Returns: whether there was one.
    private mutating func appendRow(to chunk: inout [UInt8]) -> Bool {
        guard let (element, index) = row else { return false }
        switch value {
        case .scalar(let sample):
            guard element == 0 else { return false }
            appendLine(sample, to: &chunk)
            row = (1, 0)
        case .string(let text, let time):
            guard element == 0 else { return false }
            clock.append(time, to: &chunk)
            chunk.append(UInt8(ascii: ","))
            CSVCell.append(text, to: &chunk)
            chunk.append(UInt8(ascii: "\n"))
            row = (1, 0)
        case .vector(let elements):
            guard element < elements.count else { return false }
            takeCells(of: elements[element].labels)
            appendLine(elements[element].sample, to: &chunk)
            row = (element + 1, 0)
        case .matrix(let series):
            guard element < series.count else { return false }
            let samples = series[element].samples
            guard index < samples.count else {
                row = (element + 1, 0)
                return true
            }
            if index == 0 { takeCells(of: series[element].labels) }
            let end = min(index + AnswerChunk.batch, samples.count)
            var next = index
            while next < end, chunk.count < chunkSize {
                appendLine(samples[next], to: &chunk)
                next += 1
            }
            row = (element, next)
        }
        return true
    }

    private mutating func appendLine(_ sample: Sample, to chunk: inout [UInt8]) {
        chunk += cells
        clock.append(sample.timestamp, to: &chunk)
        chunk.append(UInt8(ascii: ","))
        DecimalText.append(sample.value, to: &chunk)
        chunk.append(UInt8(ascii: "\n"))
    }

    private mutating func takeCells(of labels: LabelSet) {
        cells.removeAll(keepingCapacity: true)
        var rest = labels.labels[...]
        for name in names {
            if let label = rest.first, label.name == name {
                CSVCell.append(label.value, to: &cells)
                rest = rest.dropFirst()
            }
            cells.append(UInt8(ascii: ","))
        }
    }
}

/// `Timestamp.utcText` for many times one after the other: the date is made once a day.
private struct ClockText {
    private var day: Int64?
    private var date: [UInt8] = []

    mutating func append(_ time: Timestamp, to output: inout [UInt8]) {
        var (day, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        if rest < 0 { (day, rest) = (day - 1, rest + 86_400_000) }
        if self.day != day {
            self.day = day
            date = Array(time.utcText.utf8.dropLast("00:00:00.000Z".utf8.count))
        }
        output += date
        let seconds = rest / 1000
        DecimalText.append(seconds / 3600, digits: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        DecimalText.append(seconds / 60 % 60, digits: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        DecimalText.append(seconds % 60, digits: 2, to: &output)
        output.append(UInt8(ascii: "."))
        DecimalText.append(rest % 1000, digits: 3, to: &output)
        output.append(UInt8(ascii: "Z"))
    }
}
