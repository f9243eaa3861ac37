import HTTPTypes
import Hummingbird
import MonitoringModel
import WebUI

/// The overview page at `/`, in the language of `?lang=`, else of the browser, else Vietnamese.
struct OverviewEndpoint: Sendable {
    let assembler: OverviewAssembler
    let pages: Pages

    func page(_ request: Request, scope: QueryScope) async throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let language = try Self.language(parameters["lang"], accepted: request.headers[.acceptLanguage])
        let theme = try Self.theme(parameters["theme"])
        let model = try await assembler.model(language: language.rawValue, scope: scope)
        return Reply.bytes(
            Array(pages.overview(model, language: language, theme: theme, wall: parameters["wall"] != nil).utf8),
            contentType: "text/html; charset=utf-8")
    }

    /// Nil: as the browser prefers.
    private static func theme(_ asked: String?) throws -> PageTheme? {
        guard let asked else { return nil }
        guard let theme = PageTheme(rawValue: asked) else {
            throw BadParameter(
                "theme", expected: PageTheme.allCases.map(\.rawValue).joined(separator: " or "), found: asked)
        }
        return theme
    }

    private static func language(_ asked: String?, accepted: String?) throws -> PageLanguage {
        if let asked {
            guard let language = PageLanguage(rawValue: asked) else {
                throw BadParameter(
                    "lang", expected: PageLanguage.allCases.map(\.rawValue).joined(separator: " or "), found: asked)
            }
            return language
        }
        for part in (accepted ?? "").split(separator: ",") {
            if let language = PageLanguage(rawValue: String(part.drop { $0 == " " }.prefix(2)).lowercased()) {
                return language
            }
        }
        return .vietnamese
    }
}
