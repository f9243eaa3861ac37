import Access
import CapacityPlanning
import HTTPTypes
import Hummingbird
import Logging
import MonitoringModel
import WebUI

/// When everything is full: the page, the JSON and a run on demand.
struct CapacityEndpoints: Sendable {
    let assembler: CapacityAssembler
    let pages: Pages
    let logger: Logger

    /// Parameter `resource`: the id of the one in the chart; `site`, `kind` and `unit` tell it from others of that id.
    func page(_ request: Request, scope: QueryScope) async throws -> Response {
        let guise = try PageGuise(request)
        let model = try await assembler.model(
            language: guise.language.rawValue, scope: scope, asked: ResourceChoice(guise.parameters))
        return Reply.page(pages.capacity(model, language: guise.language, theme: guise.theme))
    }

    /// Parameters: `resource`, any number of ids, gives these alone and with why; `lang` is that of names and reasons,
    /// English when it is left out. 404 before the first forecast, and when an id is not known.
    func forecasts(_ request: Request, scope: QueryScope) throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let language = try PageLanguage(asked: parameters["lang"])
        guard let outlook = assembler.capacity.outlook else {
            return Reply.failure(.notFound, "not_found", "there is no forecast yet: the first is being made")
        }
        var resources = assembler.resources(of: outlook, scope: scope, language: language.rawValue)
        let asked = parameters.all("resource")
        if !asked.isEmpty {
            for id in asked where !resources.contains(where: { $0.0.key.resource == id }) {
                return Reply.failure(.notFound, "not_found", "there is no forecast of \"\(id.prefix(200))\"")
            }
            resources = resources.filter { asked.contains($0.0.key.resource) }
        }
        var report = CapacityReport(outlook, resources: resources, showsRecordOfAll: scope == .everything)
        if !asked.isEmpty {
            for (index, (resource, _)) in resources.enumerated() {
                report.resources[index].details = CapacityReport.Details(resource, in: outlook) { finding in
                    pages.words(
                        for: finding, unit: CapacityModel.Unit(resource.key.unit), language: language)
                }
            }
        }
        return try Reply.success(report)
    }

    /// The same as a table for spreadsheets; without details.
    func table(_ request: Request, scope: QueryScope) throws -> Response {
        let parameters = RequestParameters(query: request.uri.query ?? "")
        let language = try PageLanguage(asked: parameters["lang"])
        guard let outlook = assembler.capacity.outlook else {
            return Reply.failure(.notFound, "not_found", "there is no forecast yet: the first is being made")
        }
        let resources = assembler.resources(of: outlook, scope: scope, language: language.rawValue)
        let report = CapacityReport(outlook, resources: resources, showsRecordOfAll: false)
        var reply = Reply.bytes(CapacityTable(report).csv, contentType: "text/csv; charset=utf-8; header=present")
        let day = CivilDate.text(ofDay: outlook.madeOn)
        reply.headers[.contentDisposition] = "attachment; filename=\"capacity-\(day).csv\""
        return reply
    }

    func run(by principal: Principal) -> Response {
        let capacity = assembler.capacity
        return WorkLines(view: assembler.view, logger: logger).response(
            "forecast", audit: ("capacity.forecast", principal, "")
        ) { try await capacity.run(progress: $0) }
    }
}
