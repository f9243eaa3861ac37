import Hummingbird
import MonitoringModel
import WebUI

/// The overview page at `/`, in the language of `?lang=`, else of the browser, else Vietnamese.
struct OverviewEndpoint: Sendable {
    let assembler: OverviewAssembler
    let pages: Pages

    func page(_ request: Request, scope: QueryScope) async throws -> Response {
        let guise = try PageGuise(request)
        let model = try await assembler.model(language: guise.language.rawValue, scope: scope)
        return Reply.page(
            pages.overview(model, language: guise.language, theme: guise.theme, wall: guise.parameters["wall"] != nil))
    }
}
