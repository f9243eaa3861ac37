import MonitoringModel

/// Gathers what the template of load ahead shows.
struct LoadPage {
    let model: LoadModel
    let writer: LoadWriter
    let theme: PageTheme?
    /// Path with version, by path.
    let assetPaths: [String: String]

    /// Rows shown; more can be asked of the API.
    private static let shownRows = 200

    init(model: LoadModel, catalogue: Catalogue, theme: PageTheme?, assetPaths: [String: String]) {
        self.model = model
        writer = LoadWriter(catalogue: catalogue, timeZone: model.timeZone)
        self.theme = theme
        self.assetPaths = assetPaths
    }

    var values: TemplateValues {
        let chosen = model.rows.first { $0.id == model.chosen }
        let frame = PageFrame(
            catalogue: writer.catalogue, theme: theme, place: .load,
            keptParameters: parameters(model.group, series: chosen?.id), assetPaths: assetPaths)
        let rows = model.shown
        let own: TemplateValues = [
            "title": writer.text(.loadTitle, ["city": DisplayText.readable(model.cityName, limit: 60)]),
            "isDemo": model.isDemo, "forecastStylePath": frame.asset("/assets/forecast.css"),
            "printScriptPath": frame.asset("/assets/print.js"), "isMade": model.madeAt != nil,
            "made": model.madeAt.map { writer.text(.forecastMade, ["time": writer.times.dateTime($0)]) } ?? "",
            "madeISO": model.madeAt.map(writer.times.machineTime) ?? "", "groups": groups(frame),
            "hasRows": !rows.isEmpty, "search": DisplayText.readable(model.search.text, limit: 100),
            "kind": model.group?.rawValue ?? false as Any,
            "empty": model.search.isEmpty
                ? writer.text(.loadEmpty)
                : writer.text(.loadNotFound, ["words": DisplayText.readable(model.search.text, limit: 100)]),
            "rows": rows.prefix(Self.shownRows).map { row in
                LoadRow(writer: writer, row: row, start: model.start).values(
                    link: frame.link(to: LoadPage.path) + parameters(model.group, series: row.id) + "#chosen",
                    isChosen: row.id == model.chosen)
            },
            "unknown": model.unknown.map(writer.unknown) ?? false as Any, "more": more(rows.count),
            "chosen": chosen.map(self.chosen) ?? false as Any,
        ]
        return frame.values.merging(own) { first, _ in first }
            .merging(
                writer.foot(series: model.seriesCount, database: model.databaseBytes, version: model.version)
            ) { first, _ in first }
    }

    private static let path = PageFrame.Place.load.rawValue

    /// Of a link to the page with these rows.
    private func parameters(_ group: LoadModel.Group?, series: String?) -> String {
        PageFrame.parameters([
            ("kind", group?.rawValue ?? ""), ("q", model.search.text), ("series", series ?? ""),
        ])
    }

    /// What is not shown, or false.
    private func more(_ count: Int) -> Any {
        guard count > Self.shownRows else { return false }
        return writer.text(
            .loadMore, ["n": writer.numbers.integer(count), "m": writer.numbers.integer(Self.shownRows)])
    }

    /// The links that choose a group, with how many rows each has.
    private func groups(_ frame: PageFrame) -> [TemplateValues] {
        let found = model.found
        return ([nil] + LoadModel.Group.allCases).map { group in
            let count = found.count { group == nil || $0.kind.group == group }
            return [
                "label": writer.word(group), "count": writer.numbers.integer(count), "current": group == model.group,
                "link": frame.link(to: LoadPage.path) + parameters(group, series: nil),
            ]
        }
    }

    // MARK: The chosen row

    private func chosen(_ row: LoadModel.Row) -> TemplateValues {
        [
            "heading": writer.text(
                .loadChart, ["name": DisplayText.readable(row.name, limit: 80), "kind": writer.word(row.kind)]),
            "chart": LoadChart(writer: writer, row: row, start: model.start).values ?? false as Any,
            "noChart": writer.text(.loadNoChart), "words": words(row), "hasComponents": !row.components.isEmpty,
            "components": row.components.map { component in
                [
                    "model": writer.model(component.model), "weight": writer.numbers.percent(component.weight),
                    "error": component.error.map { writer.amount($0, row.unit) } ?? NumberFormat.nothing,
                ] as TemplateValues
            },
        ]
    }

    private func words(_ row: LoadModel.Row) -> [String] {
        var words = [writer.meaning(row.kind)]
        if let abstention = row.abstention {
            words.append(writer.text(.loadAbstained) + " " + writer.reason(abstention) + ".")
        } else if let peak = row.peak {
            words.append(
                writer.text(
                    .loadPeak,
                    [
                        "time": writer.times.dayAndHour(model.start.hour(after: peak.hour)),
                        "amount": writer.amount(peak.p50, row.unit), "high": writer.amount(peak.p90, row.unit),
                    ]))
        }
        if let capacity = row.capacity, row.unit != .ratio {
            words.append(writer.text(.loadCapacityIs, ["amount": writer.amount(capacity, row.unit)]))
        }
        if let record = row.record {
            words.append(
                writer.text(
                    .loadRecordLong,
                    ["n": writer.numbers.integer(record.hours), "held": writer.numbers.percent(record.heldShare)]))
        }
        return words
    }
}
