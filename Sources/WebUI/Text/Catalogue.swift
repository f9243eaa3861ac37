import Foundation

/// An embedded template or catalogue is not as it must be. Ruled out by a test, so a build that ships never throws it.
package struct PageResourceError: Error, CustomStringConvertible {
    package enum Code: String, Sendable {
        case malformedCatalogue, missingMessage, malformedTemplate
    }

    package var code: Code
    package var resource: String
    package var detail: String

    package var description: String { "\(resource): \(detail) (\(code.rawValue))" }
}

/// The texts of one language. Templates name theirs as `{{t.key}}`, code through `Message`.
package struct Catalogue: Sendable {
    package let language: PageLanguage
    package let messages: [String: String]
    /// What a reason code of a failed poll means to a person, by code.
    package let reasons: [String: String]

    private struct File: Decodable {
        var messages: [String: String]
        var reasons: [String: String]
    }

    /// - Throws: `PageResourceError` when the file is not a catalogue or lacks a `Message`.
    init(language: PageLanguage, json: [UInt8]) throws {
        let resource = "\(language.rawValue).json"
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(json))
        } catch {
            throw PageResourceError(code: .malformedCatalogue, resource: resource, detail: "\(error)")
        }
        for message in Message.allCases where file.messages[message.rawValue] == nil {
            throw PageResourceError(code: .missingMessage, resource: resource, detail: "no \"\(message.rawValue)\"")
        }
        self.language = language
        messages = file.messages
        reasons = file.reasons
    }

    /// The text with each `{name}` replaced by its value. One pass: a value that itself holds `{…}` stays as it is.
    package func text(_ message: Message, _ values: KeyValuePairs<String, String> = [:]) -> String {
        let text = messages[message.rawValue] ?? message.rawValue
        guard !values.isEmpty else { return text }
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = rest[rest.index(after: open)..<close]
            result += rest[..<open]
            result += values.first { $0.key == name }?.value ?? String(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// The parts of a list text, as the names of the weekdays.
    func list(_ message: Message) -> [Substring] {
        (messages[message.rawValue] ?? "").split(separator: "|")
    }
}
