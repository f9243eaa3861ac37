import HTTPTypes
import Hummingbird
import WebUI

/// How a request wants a page: the language of `?lang=`, else of the browser, else Vietnamese; the theme of `?theme=`.
struct PageGuise: Sendable {
    let parameters: RequestParameters
    let language: PageLanguage
    /// Nil: as the browser prefers.
    let theme: PageTheme?

    init(_ request: Request) throws {
        parameters = RequestParameters(query: request.uri.query ?? "")
        language = try Self.language(parameters["lang"], accepted: request.headers[.acceptLanguage])
        theme = try Self.theme(parameters["theme"])
    }

    private static func theme(_ asked: String?) throws -> PageTheme? {
        guard let asked else { return nil }
        guard let theme = PageTheme(rawValue: asked) else {
            throw BadParameter(
                "theme", expected: PageTheme.allCases.map(\.rawValue).joined(separator: " or "), found: asked)
        }
        return theme
    }

    private static func language(_ asked: String?, accepted: String?) throws -> PageLanguage {
        if asked != nil { return try PageLanguage(asked: asked) }
        for part in (accepted ?? "").split(separator: ",") {
            if let language = PageLanguage(rawValue: String(part.drop { $0 == " " }.prefix(2)).lowercased()) {
                return language
            }
        }
        return .vietnamese
    }
}

extension PageLanguage {
    /// - Parameter asked: the parameter `lang`; nil: English, as of answers to programs.
    init(asked: String?) throws {
        guard let language = PageLanguage(rawValue: asked ?? PageLanguage.english.rawValue) else {
            throw BadParameter(
                "lang", expected: PageLanguage.allCases.map(\.rawValue).joined(separator: " or "), found: asked)
        }
        self = language
    }
}
