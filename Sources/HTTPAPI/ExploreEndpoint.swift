import Hummingbird
import Inventory
import MonitoringModel
import PromQLSyntax
import WebUI

/// The Explore page at `/explore`. It asks the query API itself, so here is only what it cannot ask.
struct ExploreEndpoint: Sendable {
    let view: any ServiceView
    let pages: Pages
    let clock: any WallClock

    func page(_ request: Request, scope: QueryScope) throws -> Response {
        let guise = try PageGuise(request)
        let facts = view.facts
        let figures = view.figures().narrowed(to: scope)
        let model = ExploreModel(
            cityName: facts.cityName.text(guise.language.rawValue), now: clock.now, timeZone: facts.timeZone,
            pollInterval: facts.pollInterval.inSeconds, functions: PromQLFunction.allCases.map(\.rawValue),
            aggregations: AggregationOperator.allCases.map(\.rawValue), seriesCount: figures.seriesCount,
            databaseBytes: figures.databaseBytes, version: facts.version, isDemo: facts.isDemo)
        return Reply.page(pages.explore(model, language: guise.language, theme: guise.theme))
    }
}
