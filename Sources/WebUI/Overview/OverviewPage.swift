import MonitoringModel

/// Gathers what the overview templates show from the parts of the page.
struct OverviewPage {
    let writer: PageWriter
    let theme: PageTheme?
    let wall: Bool
    /// Path with version, by path.
    let assetPaths: [String: String]
    let layouts: MapLayoutCache

    private var model: OverviewModel { writer.model }

    var values: TemplateValues {
        let parts = [
            framed, head, foot, FiguresPart(writer).values, MapPart(writer, layouts: layouts).values,
            IncidentsPart(writer).values,
            StoragePart(writer, frame: frame).values, TargetsPart(writer).values,
        ]
        return parts.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
    }

    private var frame: PageFrame {
        PageFrame(
            catalogue: writer.catalogue, theme: theme, place: .overview, keptParameters: wall ? "&wall=1" : "",
            assetPaths: assetPaths)
    }

    private var framed: TemplateValues {
        let own: TemplateValues = [
            "wall": wall, "isDemo": model.isDemo,
            "title": writer.text(
                model.incidents.isEmpty ? .pageTitleCalm : .pageTitle,
                [
                    "n": writer.numbers.integer(model.incidents.count),
                    "city": DisplayText.readable(model.cityName, limit: 60),
                ]),
            "scriptPath": frame.asset("/assets/overview.js"), "hex": MapPart.hexagon, "selfLink": frame.selfLink,
        ]
        return frame.values.merging(own) { first, _ in first }
    }

    private var head: TemplateValues {
        let areas = model.groups.count { !$0.isCentre }
        let sites = model.groups.reduce(0) { $0 + $1.tiles.count }
        return [
            "scope": writer.text(
                .scope,
                [
                    "areas": writer.numbers.integer(areas), "sites": writer.numbers.integer(sites),
                    "city": DisplayText.readable(model.cityName, limit: 60),
                ]),
            "now": writer.dateTime(model.now), "nowISO": writer.machineTime(model.now),
            "utcOffset": "\(CivilTime(model.now, in: writer.times.zone).offset)",
            "isOld": writer.isOld(model.dataAge), "dataAgeRaw": PageWriter.raw(model.dataAge),
            "dataAge": model.dataAge.map { writer.text(.dataAge, ["ago": writer.ago($0)]) } ?? writer.text(.dataNone),
        ]
    }

    private var foot: TemplateValues {
        [
            "series": writer.numbers.integer(model.seriesCount), "seriesRaw": "\(model.seriesCount)",
            "samples": writer.text(
                .samplesPerSecond,
                [
                    "n": writer.numbers.decimal(
                        model.samplesPerSecond, digits: model.samplesPerSecond.magnitude < 100 ? 1 : 0)
                ]),
            "samplesRaw": PageWriter.raw(model.samplesPerSecond),
            "database": writer.numbers.bytes(Double(model.databaseBytes)), "databaseRaw": "\(model.databaseBytes)",
            "traps": writer.numbers.integer(model.trapCount), "trapsRaw": "\(model.trapCount)",
            "footAge": model.dataAge.map(writer.ago) ?? writer.text(.dataNone),
            "version": DisplayText.readable(model.version, limit: 60),
        ]
    }
}
