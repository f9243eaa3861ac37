import CapacityPlanning
import Hummingbird
import MonitoringModel
import WebUI

/// The loads of the coming week: the page and the JSON.
struct LoadEndpoints: Sendable {
    let assembler: LoadAssembler
    let pages: Pages

    /// Parameters: `kind` shows one group of loads, `q` those whose names hold its words, `series` is the name of the one in the chart.
    func page(_ request: Request, scope: QueryScope) throws -> Response {
        let guise = try PageGuise(request)
        var group: LoadModel.Group?
        if let asked = guise.parameters["kind"], !asked.isEmpty {
            guard let known = LoadModel.Group(rawValue: asked) else {
                let groups = LoadModel.Group.allCases.map(\.rawValue).joined(separator: " or ")
                throw BadParameter("kind", expected: groups, found: asked)
            }
            group = known
        }
        let model = assembler.model(
            language: guise.language.rawValue, scope: scope, group: group,
            search: SearchText(guise.parameters["q"] ?? ""), asked: guise.parameters["series"])
        return Reply.page(pages.load(model, language: guise.language, theme: guise.theme))
    }

    /// Parameters: `load`, any number of names, gives these alone and with their hours; `lang` is that of names, English
    /// when it is left out. 404 before the first forecast, and when a name is not known.
    func forecasts(_ request: Request, scope: QueryScope) throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let language = try PageLanguage(asked: parameters["lang"])
        guard let outlook = assembler.capacity.loads else {
            return Reply.failure(.notFound, "not_found", "there is no forecast yet: the first is being made")
        }
        var loads = assembler.loads(of: outlook, scope: scope, language: language.rawValue)
        let asked = Set(parameters.all("load"))
        if !asked.isEmpty {
            loads = loads.filter { asked.contains($0.0.name) }
            if let unknown = asked.subtracting(loads.map(\.0.name)).min() {
                return Reply.failure(.notFound, "not_found", "there is no forecast of \"\(unknown.prefix(200))\"")
            }
        }
        return try Reply.success(LoadReport(outlook, loads: loads, hasDetails: !asked.isEmpty))
    }
}
