import MonitoringModel

/// Gathers what the capacity templates show.
struct CapacityPage {
    let model: CapacityModel
    let writer: CapacityWriter
    let theme: PageTheme?
    /// Path with version, by path.
    let assetPaths: [String: String]

    /// Rows shown; more can be asked of the API.
    private static let shownRows = 200

    init(model: CapacityModel, catalogue: Catalogue, theme: PageTheme?, assetPaths: [String: String]) {
        self.model = model
        writer = CapacityWriter(catalogue: catalogue, timeZone: model.timeZone)
        self.theme = theme
        self.assetPaths = assetPaths
    }

    var values: TemplateValues {
        let chosen = model.chosen.map { model.resources[$0] }
        let frame = PageFrame(
            catalogue: writer.catalogue, theme: theme, place: .capacity,
            keptParameters: chosen.map { PageFrame.parameters($0.address) } ?? "", assetPaths: assetPaths)
        let city = DisplayText.readable(model.cityName, limit: 60)
        let madeAt = model.madeAt ?? model.now
        let oldAfter = 2 * max(model.pollInterval, 1) + 10
        let rows = model.resources.prefix(Self.shownRows).enumerated().map { place, resource in
            CapacityRow(writer: writer, resource: resource, madeAt: madeAt, oldAfter: oldAfter).values(
                link: frame.link(toResource: resource.address), isChosen: place == model.chosen)
        }
        let own: TemplateValues = [
            "title": writer.text(.capacityTitle, ["city": city]), "isDemo": model.isDemo,
            "forecastStylePath": frame.asset("/assets/forecast.css"),
            "printScriptPath": frame.asset("/assets/print.js"),
            "tableLink": "/api/v1/capacity/forecasts.csv?lang=" + writer.catalogue.language.rawValue,
            "isMade": model.madeAt != nil,
            "made": model.madeAt.map { writer.text(.forecastMade, ["time": writer.times.dateTime($0)]) } ?? "",
            "madeISO": model.madeAt.map(writer.times.machineTime) ?? "", "hasRows": !rows.isEmpty, "rows": rows,
            "more": more,
            "records": model.record.map(writer.record), "hasRecords": !model.record.isEmpty,
            "unknown": model.unknown.map(writer.unknown) ?? false as Any,
            "chosen": chosen.map { self.chosen($0, madeAt: madeAt) } ?? false as Any,
        ]
        return frame.values.merging(own) { first, _ in first }
            .merging(
                writer.foot(series: model.seriesCount, database: model.databaseBytes, version: model.version)
            ) { first, _ in first }
    }

    /// What is not shown, or false.
    private var more: Any {
        guard model.resources.count > Self.shownRows else { return false }
        return writer.text(
            .capacityMore,
            ["n": writer.numbers.integer(model.resources.count), "m": writer.numbers.integer(Self.shownRows)])
    }

    // MARK: The chosen resource

    private func growth(_ unit: CapacityModel.Unit) -> (_ perDay: Double) -> String {
        { perDay in
            perDay < 0
                ? writer.text(.capacityFall, ["amount": writer.amount(-perDay, unit)])
                : writer.text(.capacityGrowth, ["amount": writer.change(perDay, unit)])
        }
    }

    private func chosen(_ resource: CapacityModel.Resource, madeAt: Timestamp) -> TemplateValues {
        let chart = CapacityChart(writer: writer, resource: resource, madeAt: madeAt).values
        let spans: [(Int, Double)] = zip([30, 90, 180], resource.fullWithin).map { ($0, $1) }
        var values: TemplateValues = [
            "heading": writer.text(.capacityChart, ["name": DisplayText.readable(resource.name, limit: 80)]),
            "chart": chart ?? false as Any, "noChart": writer.text(.forecastRestored),
            "abstains": resource.abstention != nil, "reason": resource.abstention.map(writer.reason) ?? "",
            "probabilities": spans.map { days, probability in
                writer.text(
                    .capacityFullWithin,
                    ["n": writer.numbers.integer(days), "share": writer.numbers.percent(probability)])
            },
            "growth": resource.growthPerDay.map(growth(resource.unit)) ?? false as Any,
            "records": resource.record.map(writer.record), "hasRecords": !resource.record.isEmpty,
            "findings": [String](), "components": [TemplateValues](), "hasComponents": false, "cleaned": false,
        ]
        guard let reasons = model.reasons else { return values }
        values["findings"] = reasons.findings.map { writer.finding($0, resource.unit) }
        values["hasComponents"] = !reasons.components.isEmpty
        values["components"] = reasons.components.map { component in
            [
                "model": writer.model(component.model), "weight": writer.numbers.percent(component.weight),
                "growth": writer.change(component.growthPerDay, resource.unit),
                "error": component.backtestError.map { writer.amount($0, resource.unit) } ?? NumberFormat.nothing,
            ] as TemplateValues
        }
        if reasons.gaps + reasons.excursions + reasons.stuckReadings > 0 {
            values["cleaned"] = writer.text(
                .capacityCleaned,
                [
                    "gaps": writer.numbers.integer(reasons.gaps),
                    "excursions": writer.numbers.integer(reasons.excursions),
                    "stuck": writer.numbers.integer(reasons.stuckReadings),
                ])
        }
        return values
    }
}
