import Foundation
import MonitoringModel

/// The shell of the Explore page; `explore.js` fills it.
struct ExplorePage {
    let model: ExploreModel
    let catalogue: Catalogue
    let frame: PageFrame

    private static let examples: [(label: Message, expression: String)] = [
        (.exploreExamplePools, "capacity_used_bytes / capacity_size_bytes"),
        (.exploreExampleLinks, "rate(link_receive_bytes_total[5m])"),
        (.exploreExampleProbes, "topk(5, max by (site) (probe_duration_seconds))"),
        (.exploreExampleDown, "up == 0"),
    ]

    var values: TemplateValues {
        let numbers = NumberFormat(catalogue.language)
        let city = DisplayText.readable(model.cityName, limit: 60)
        // An unknown zone is shown as what the page then uses.
        let zone = TimeZone(identifier: model.timeZone)
        let zoneName = CivilTime(model.now, in: zone ?? TimeZone(secondsFromGMT: 0) ?? .current).zoneName
        let own: TemplateValues = [
            "title": catalogue.text(.exploreTitle, ["city": city]), "scope": city, "isDemo": model.isDemo,
            "exploreStylePath": frame.asset("/assets/explore.css"),
            "exploreScriptPath": frame.asset("/assets/explore.js"),
            "dygraphPath": frame.asset("/assets/dygraph.js"),
            "licencePath": frame.asset("/assets/dygraph-licence.txt"),
            "zone": zone == nil ? "UTC" : model.timeZone, "zoneName": zoneName,
            "zoneNote": catalogue.text(.exploreZone, ["zone": zoneName]), "pollInterval": "\(model.pollInterval)",
            "functions": model.functions.joined(separator: " "),
            "aggregations": model.aggregations.joined(separator: " "),
            "ranges": [
                range("1h", .hours, 1), range("6h", .hours, 6), range("24h", .hours, 24), range("7d", .days, 7),
                range("30d", .days, 30), range("90d", .days, 90),
            ],
            "tenSeconds": catalogue.text(.seconds, ["n": "10"]), "sixtySeconds": catalogue.text(.seconds, ["n": "60"]),
            "examples": Self.examples.map { example in
                ["label": catalogue.text(example.label), "expression": example.expression] as TemplateValues
            },
            "series": numbers.integer(model.seriesCount), "database": numbers.bytes(Double(model.databaseBytes)),
            "version": DisplayText.readable(model.version, limit: 60),
        ]
        return frame.values.merging(own) { first, _ in first }
    }

    private func range(_ value: String, _ unit: Message, _ count: Int) -> TemplateValues {
        ["value": value, "label": catalogue.text(unit, ["n": "\(count)"])]
    }
}
