package import MonitoringModel

/// Reads the body of an answer of the Prometheus HTTP API, whoever wrote it: members in any order, unknown ones passed over.
package struct JSONAnswerReader {
    /// What a server says to a question.
    package enum Reply: Sendable {
        /// - Parameter leftOut: elements that are histograms, which an answer here cannot hold.
        case answer(QueryAnswer, leftOut: Int)
        /// The server's `errorType` and `error`.
        case failure(type: String, message: String)
    }

    private var cursor: JSONCursor
    private var leftOut = 0

    /// - Throws: `JSONAnswerError`: the body is no answer.
    package static func read(_ body: [UInt8]) throws(JSONAnswerError) -> Reply {
        var reader = JSONAnswerReader(cursor: JSONCursor(body))
        return try reader.reply()
    }

    private mutating func reply() throws(JSONAnswerError) -> Reply {
        var status = ""
        var errorType = ""
        var message = ""
        var warnings: [String] = []
        var infos: [String] = []
        var value: QueryAnswer.Value?
        try cursor.expect(UInt8(ascii: "{"), "an object")
        while let name = try cursor.nextMember() {
            switch name {
            case "status": status = try cursor.string()
            case "errorType": errorType = try cursor.string()
            case "error": message = try cursor.string()
            case "warnings": warnings = try texts()
            case "infos": infos = try texts()
            case "data": value = try data()
            default: try cursor.skipValue()
            }
        }
        try cursor.expectEnd()
        switch status {
        case "error": return .failure(type: errorType, message: message)
        case "success":
            guard let value else { throw cursor.error("the member \"data\" with a result") }
            return .answer(QueryAnswer(value, warnings: warnings, infos: infos), leftOut: leftOut)
        default: throw cursor.error("the status \"success\" or \"error\"")
        }
    }

    /// - Returns: nil when it is null, as beside an error.
    private mutating func data() throws(JSONAnswerError) -> QueryAnswer.Value? {
        guard cursor.peek() == UInt8(ascii: "{") else {
            try cursor.skipValue()
            return nil
        }
        var type: String?
        var result: JSONCursor?
        try cursor.expect(UInt8(ascii: "{"), "an object")
        while let name = try cursor.nextMember() {
            switch name {
            case "resultType": type = try cursor.string()
            case "result":
                // Read when the type is known, which need not stand before it.
                result = cursor
                try cursor.skipValue()
            default: try cursor.skipValue()
            }
        }
        guard let type, let result else { throw cursor.error("members \"resultType\" and \"result\"") }
        let end = cursor
        cursor = result
        let value = try self.value(of: type)
        cursor = end
        return value
    }

    private mutating func value(of type: String) throws(JSONAnswerError) -> QueryAnswer.Value {
        switch type {
        case "scalar": return .scalar(try sample())
        case "string":
            let (time, text) = try pair()
            return .string(text, at: time)
        case "vector":
            var elements: [(labels: LabelSet, sample: Sample)] = []
            try forEachElement { (labels, samples, _) in
                if let sample = samples.first { elements.append((labels, sample)) }
            }
            return .vector(elements)
        case "matrix":
            var series: [SeriesSamples] = []
            try forEachElement { (labels, samples, isHistogram) in
                if !samples.isEmpty || !isHistogram { series.append(SeriesSamples(labels: labels, samples: samples)) }
            }
            return .matrix(series)
        default: throw cursor.error("a result of type scalar, string, vector or matrix")
        }
    }

    // MARK: Elements

    private mutating func forEachElement(
        _ body: (LabelSet, [Sample], _ isHistogram: Bool) -> Void
    ) throws(JSONAnswerError) {
        try cursor.expect(UInt8(ascii: "["), "an array")
        while try cursor.nextElement() {
            var labels = LabelSet()
            var samples: [Sample] = []
            var isHistogram = false
            try cursor.expect(UInt8(ascii: "{"), "an object")
            while let name = try cursor.nextMember() {
                switch name {
                case "metric": labels = try self.labels()
                case "value": samples = [try sample()]
                case "values":
                    try cursor.expect(UInt8(ascii: "["), "an array")
                    while try cursor.nextElement() { samples.append(try sample()) }
                case "histogram", "histograms":
                    isHistogram = true
                    try cursor.skipValue()
                default: try cursor.skipValue()
                }
            }
            if isHistogram { leftOut += 1 }
            body(labels, samples, isHistogram)
        }
    }

    private mutating func labels() throws(JSONAnswerError) -> LabelSet {
        var labels: [Label] = []
        try cursor.expect(UInt8(ascii: "{"), "an object")
        while let name = try cursor.nextMember() { labels.append(Label(name, try cursor.string())) }
        return LabelSet(labels)
    }

    private mutating func sample() throws(JSONAnswerError) -> Sample {
        let (time, text) = try pair()
        guard let value = Double(text) else { throw cursor.error("a number in quotes") }
        return Sample(time, value)
    }

    /// `[1435781451.781,"text"]`
    private mutating func pair() throws(JSONAnswerError) -> (Timestamp, String) {
        try cursor.expect(UInt8(ascii: "["), "an array")
        guard try cursor.nextElement() else { throw cursor.error("a time") }
        let time = Timestamp(seconds: try cursor.number())
        guard try cursor.nextElement() else { throw cursor.error("a value") }
        let text = try cursor.string()
        guard try !cursor.nextElement() else { throw cursor.error("the end of a pair") }
        return (time, text)
    }

    private mutating func texts() throws(JSONAnswerError) -> [String] {
        var texts: [String] = []
        guard cursor.peek() == UInt8(ascii: "[") else {
            try cursor.skipValue()
            return texts
        }
        try cursor.expect(UInt8(ascii: "["), "an array")
        while try cursor.nextElement() { texts.append(try cursor.string()) }
        return texts
    }
}

/// Why a body is no answer of the Prometheus HTTP API.
package struct JSONAnswerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Bytes before the place.
    package var offset: Int
    package var expected: String

    package var description: String {
        "expected an answer of the Prometheus HTTP API, found something else: byte \(offset) is not \(expected)"
    }
}
