import MonitoringModel

/// The city's network: drawings for wide and for narrow screens, the legend, and the same as tables.
struct MapPart {
    let writer: PageWriter
    let layouts: MapLayoutCache
    private var model: OverviewModel { writer.model }

    /// Radius of the hexagons the template defines.
    private static let definedRadius = 15.5
    /// A little smaller than its place, so that neighbours do not touch.
    static let hexagon: String = {
        let radius = definedRadius - 1
        let corners = (0..<6).map { corner -> String in
            let (x, y) = unitCircle(Double(corner) / 6)
            return "\(svgNumber(radius * x)) \(svgNumber(radius * y))"
        }
        return "M" + corners.joined(separator: "L") + "z"
    }()

    init(_ writer: PageWriter, layouts: MapLayoutCache) {
        self.writer = writer
        self.layouts = layouts
    }

    var values: TemplateValues {
        let abnormal = abnormalSites
        let (wide, tall) = layouts.layouts(of: model)
        return [
            "mapCaption": writer.text(.mapCaption),
            "drawings": [
                drawing(wide, shape: "wide"),
                drawing(tall, shape: "tall"),
            ],
            "legend": legend,
            "showTable": writer.text(.showTable, count: abnormal.count),
            "hasAbnormal": !abnormal.isEmpty, "abnormal": abnormal,
            "hasTrunks": !model.trunks.isEmpty, "trunkRows": trunkRows,
        ]
    }

    // MARK: - Drawing

    private func drawing(_ layout: CityMapLayout, shape: String) -> TemplateValues {
        [
            "shape": shape,
            // Only one drawing carries the figures, so that each is on the page once.
            "live": shape == "wide",
            "width": svgNumber(layout.frame.width), "height": svgNumber(layout.frame.height),
            "rivers": layout.rivers.map { river in
                [
                    "path": river.path, "name": river.name, "x": svgNumber(river.label.x),
                    "y": svgNumber(river.label.y), "turn": svgNumber(river.labelTurn),
                ] as TemplateValues
            },
            "trunks": layout.trunks.map(trunk),
            "groups": zip(model.groups, layout.groups).map(group),
            "labels": layout.trunks.compactMap(label),
        ]
    }

    private func trunk(_ placed: CityMapLayout.Trunk) -> TemplateValues {
        let trunk = model.trunks[placed.index]
        return [
            "id": trunk.id, "standing": trunk.standing.rawValue, "tip": tip(trunk),
            "x1": svgNumber(placed.from.x), "y1": svgNumber(placed.from.y), "x2": svgNumber(placed.to.x),
            "y2": svgNumber(placed.to.y),
            "weight": svgNumber(trunk.standing == .down ? 3 : 2.4 + 4 * min(max(trunk.load ?? 0, 0), 1)),
        ]
    }

    private func label(_ placed: CityMapLayout.Trunk) -> TemplateValues? {
        let trunk = model.trunks[placed.index]
        // That a trunk is down is shown even where its label must cover something.
        let middle = (placed.from + placed.to) * 0.5
        guard let at = placed.label ?? (trunk.standing == .down ? middle : nil) else { return nil }
        let isDown = trunk.standing == .down || trunk.standing == .unreachable
        let text = trunk.load.map { writer.numbers.percent($0) } ?? "?"
        let width = isDown ? 26.0 : max(26, 8 + 6.6 * Double(text.count))
        return [
            "standing": isDown ? "down" : trunk.standing.rawValue, "isDown": isDown, "text": text,
            "boxX": svgNumber(at.x - width / 2), "boxY": svgNumber(at.y - 9), "boxWidth": svgNumber(width),
            "x": svgNumber(at.x), "y": svgNumber(at.y + 4),
            "cross": "M\(svgNumber(at.x - 4)) \(svgNumber(at.y - 4))l8 8m0-8l-8 8",
        ]
    }

    private func group(_ group: OverviewModel.AreaGroup, _ placed: CityMapLayout.Group) -> TemplateValues {
        let name = DisplayText.readable(group.name, limit: CityMapLayout.nameLimit)
        let count = "\(group.reachable)/\(group.tiles.count)"
        let box = placed.tilesBox.grown(by: 6)
        return [
            "name": name, "count": count, "label": "\(name) \(count)", "isCentre": group.isCentre,
            "short": group.reachable < group.tiles.count,
            "labelX": svgNumber(placed.label.x), "labelY": svgNumber(placed.label.y),
            "x": svgNumber(placed.tilesMiddle.x), "y": svgNumber(placed.tilesMiddle.y),
            "scale": hundredths(placed.radius / Self.definedRadius),
            "boxX": svgNumber(box.middle.x - box.halfWidth), "boxY": svgNumber(box.middle.y - box.halfHeight),
            "boxWidth": svgNumber(2 * box.halfWidth), "boxHeight": svgNumber(2 * box.halfHeight),
            "tiles": zip(placed.honeycomb.order, placed.honeycomb.places).map { index, place in
                tile(group.tiles[index], in: group, at: place)
            },
        ]
    }

    private func tile(
        _ tile: OverviewModel.Tile, in group: OverviewModel.AreaGroup, at place: Point
    ) -> TemplateValues {
        [
            "id": tile.id, "standing": tile.standing.rawValue, "tip": tip(tile, in: group),
            "x": svgNumber(place.x * Self.definedRadius), "y": svgNumber(place.y * Self.definedRadius),
            "isLinked": tile.standing != .up, "anchor": PageWriter.anchor("site-", tile.id),
        ]
    }

    private func hundredths(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(CivilTime.two(hundredths % 100))"
    }

    private func tip(_ tile: OverviewModel.Tile, in group: OverviewModel.AreaGroup) -> String {
        let name = DisplayText.readable(tile.name, limit: 80)
        let area = DisplayText.readable(group.name, limit: 80)
        let standing = writer.word(tile.standing)
        guard !tile.because.isEmpty else {
            return writer.text(.tip, ["standing": standing, "area": area, "name": name])
        }
        let because = DisplayText.readable(tile.because)
        return writer.text(
            .tipBecause, ["standing": standing, "because": because, "area": area, "name": name])
    }

    private func tip(_ trunk: OverviewModel.Trunk) -> String {
        writer.text(
            .trunkTip,
            [
                "standing": writer.word(trunk.standing), "load": load(trunk),
                "name": DisplayText.readable(trunk.name, limit: 80),
            ])
    }

    private func load(_ trunk: OverviewModel.Trunk) -> String {
        trunk.load.map { writer.numbers.percent($0) } ?? writer.text(.trunkNoLoad)
    }

    // MARK: - Words and tables

    private var legend: [TemplateValues] {
        OverviewModel.Standing.allCases.compactMap { standing in
            let count = model.groups.reduce(0) { sum, group in sum + group.tiles.count { $0.standing == standing } }
            guard count > 0 || standing == .up else { return nil }
            return [
                "standing": standing.rawValue, "word": writer.word(standing), "raw": "\(count)",
                "count": writer.numbers.integer(count),
            ]
        }
    }

    /// Worst first.
    private static let severityOrder: [OverviewModel.Standing] = [.down, .unreachable, .warning, .unknown, .up]

    private var abnormalSites: [TemplateValues] {
        Self.severityOrder.dropLast().flatMap { standing in
            model.groups.flatMap { group in
                group.tiles.filter { $0.standing == standing }.map { tile in
                    [
                        "anchor": PageWriter.anchor("site-", tile.id), "standing": standing.rawValue,
                        "word": writer.word(standing), "name": DisplayText.readable(tile.name),
                        "area": DisplayText.readable(group.name), "because": DisplayText.readable(tile.because),
                    ] as TemplateValues
                }
            }
        }
    }

    private var trunkRows: [TemplateValues] {
        let names = Dictionary(
            model.groups.map { ($0.id, DisplayText.readable($0.name, limit: 80)) },
            uniquingKeysWith: { first, _ in first })
        return Self.severityOrder.flatMap { standing in
            model.trunks.filter { $0.standing == standing }.map { trunk in
                let from = names[trunk.from] ?? DisplayText.readable(trunk.from)
                let to = names[trunk.to] ?? DisplayText.readable(trunk.to)
                return [
                    "name": DisplayText.readable(trunk.name), "ends": "\(from) – \(to)",
                    "standing": standing.rawValue, "word": writer.word(standing), "load": load(trunk),
                ] as TemplateValues
            }
        }
    }
}
