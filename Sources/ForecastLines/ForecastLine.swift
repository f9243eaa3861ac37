import Foundation

/// The protocol by which forecasters are measured: a JSON object a line is a question, a JSON object a line is its
/// answer.
///
/// An object with `capacity` asks when a pool is full, any other asks how a rate goes on.
package enum ForecastLine {
    /// - Parameter line: without its end.
    /// - Returns: the answer, without an end of line.
    package static func answer(to line: [UInt8]) throws(ForecastLineError) -> [UInt8] {
        switch try decode(line) as Question {
        case .filling(let question): return try fillAnswer(question)
        case .rate(let question): return try rateAnswer(question)
        }
    }

    private enum Question: Decodable {
        case filling(FillQuestion)
        case rate(RateQuestion)

        private enum Key: String, CodingKey {
            case capacity
        }

        init(from decoder: any Decoder) throws {
            let isAboutFilling = try decoder.container(keyedBy: Key.self).contains(.capacity)
            self = isAboutFilling ? .filling(try FillQuestion(from: decoder)) : .rate(try RateQuestion(from: decoder))
        }
    }

    static func decode<Question: Decodable>(_ line: [UInt8]) throws(ForecastLineError) -> Question {
        do {
            return try JSONDecoder().decode(Question.self, from: Data(line))
        } catch DecodingError.keyNotFound(let key, _) {
            throw ForecastLineError("expected the field \"\(key.stringValue)\", found none")
        } catch DecodingError.typeMismatch(let type, let context) {
            throw ForecastLineError("expected \(name(of: type)) in \(place(context)), found something else")
        } catch DecodingError.valueNotFound(let type, let context) {
            throw ForecastLineError("expected \(name(of: type)) in \(place(context)), found null")
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw ForecastLineError("\(place(context)): \(context.debugDescription)")
        } catch {
            throw ForecastLineError("expected a JSON object, found something else")
        }
    }

    /// As JSON calls it.
    private static func name(of type: Any.Type) -> String {
        switch type {
        case is [String: Any].Type: "a JSON object"
        case is [Any].Type: "an array"
        case is String.Type: "a string"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        default: "another type"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
        return path.isEmpty ? "the line" : "\"\(path.drop { $0 == "." })\""
    }

    /// Readings, NaN where there was none.
    static func readings(_ values: [Double?]) -> [Double] { values.map { $0 ?? .nan } }

    static func encode(_ answer: some Encodable) throws(ForecastLineError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(answer))
        } catch {
            throw ForecastLineError("the answer holds what is no number")
        }
    }
}
