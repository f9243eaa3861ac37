/// Where everything on the city map is drawn, in user units of one drawing. Pure geometry; the same model always gives
/// the same layout, so nothing jumps between refreshes.
package struct CityMapLayout: Sendable {
    /// The drawing's extent and its largest hexagons.
    package struct Frame: Sendable {
        package var width: Double
        package var height: Double
        package var largestRadius: Double
        /// Least room between two areas, and between two that a line joins.
        package var gap: Point
        package var lineGap: Point

        /// For screens wider than a phone; higher for more areas than a city usually has.
        package static func wide(areas: Int) -> Frame {
            Frame(
                width: 900, height: max(540, Double(areas) * 27), largestRadius: 15.5, gap: Point(x: 26, y: 12),
                lineGap: Point(x: 58, y: 34))
        }

        /// For phones, at about their own pixels.
        package static func tall(areas: Int) -> Frame {
            Frame(
                width: 366, height: max(720, Double(areas) * 72), largestRadius: 11.5, gap: Point(x: 12, y: 12),
                lineGap: Point(x: 40, y: 30))
        }
    }

    package struct Group: Sendable {
        package var honeycomb: Honeycomb
        /// Radius of the hexagons.
        package var radius: Double
        /// Around the honeycomb and its label.
        package var box: Box
        package var tilesMiddle: Point
        /// Where the label's base line has its middle.
        package var label: Point
        package var labelWidth: Double

        /// Around the label alone.
        var labelBox: Box {
            Box(middle: label - Point(x: 0, y: 5), halfWidth: labelWidth / 2, halfHeight: 9)
        }

        /// Around the honeycomb alone.
        package var tilesBox: Box {
            Box(
                middle: tilesMiddle, halfWidth: honeycomb.halfWidth * radius, halfHeight: honeycomb.halfHeight * radius)
        }
    }

    package struct Trunk: Sendable {
        /// Index in the model's trunks.
        package var index: Int
        package var from: Point
        package var to: Point
        /// Middle of the label; nil where there is no room for one.
        package var label: Point?
    }

    package let frame: Frame
    /// In the model's order.
    package let groups: [Group]
    /// Those whose both ends are on the map.
    package let trunks: [Trunk]
    package let rivers: [RiverCourse]

    /// Characters of a group's name that are drawn.
    static let nameLimit = 22
    private static let labelHeight = 22.0
    private static let characterWidth = 7.4
    private static let centrePadding = 7.0
    /// Departments are many and small beside the areas.
    private static let centreScale = 0.62

    package init(_ model: OverviewModel, in frame: Frame) {
        self.frame = frame
        let combs = model.groups.map { Honeycomb($0.tiles, flatness: $0.isCentre ? 0.42 : 1) }
        let indexByID = Dictionary(
            model.groups.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let ends = model.trunks.enumerated().compactMap { offset, trunk -> (index: Int, from: Int, to: Int)? in
            guard let from = indexByID[trunk.from], let to = indexByID[trunk.to], from != to else { return nil }
            return (offset, from, to)
        }
        let projection = Projection(model.groups, waterways: model.waterways, frame: frame)

        let search = PlacementSearch(
            frame: frame, width: frame.width - projection.eastMargin, lines: ends.map { ($0.from, $0.to) },
            centres: model.groups.indices.filter { model.groups[$0].isCentre })
        var radius = frame.largestRadius
        var room = 1.0
        var placed: [Group]?
        // Smaller hexagons until everything has its room. The last try is taken as it is.
        let tries = 26
        for attempt in 0..<tries where placed == nil {
            let groups = zip(model.groups, combs).map { Self.group($0, $1, radius: radius) }
            let anchored = zip(groups, projection.anchors).map { group, anchor in
                Box(middle: anchor, halfWidth: group.box.halfWidth, halfHeight: group.box.halfHeight)
            }
            if let boxes = search.best(anchored, room: room) ?? (attempt == tries - 1 ? anchored : nil) {
                placed = groups.indices.map { index in
                    let neighbours = ends.filter { $0.from == index || $0.to == index }
                        .map { boxes[$0.from == index ? $0.to : $0.from].middle }
                    return Self.moved(groups[index], to: boxes[index].middle, neighbours: neighbours)
                }
            }
            // Below that, hexagons tell nothing and labels need the room: only the gaps shrink on.
            radius = max(radius * 0.93, 0.5 * frame.largestRadius)
            room *= 0.93
        }
        let groups = placed ?? []
        self.groups = groups
        trunks = Self.trunks(ends, groups: groups, in: frame)
        rivers = projection.rivers.compactMap { RiverCourse($0, clearOf: groups.map(\.box), in: frame) }
    }

    /// The widest the label of a group can be: how many sites are reachable must not move anything.
    static func widestLabel(_ group: OverviewModel.AreaGroup) -> String {
        "\(DisplayText.readable(group.name, limit: nameLimit)) \(group.tiles.count)/\(group.tiles.count)"
    }

    /// A group at the origin.
    private static func group(_ group: OverviewModel.AreaGroup, _ comb: Honeycomb, radius: Double) -> Group {
        let radius = group.isCentre ? radius * centreScale : radius
        let padding = group.isCentre ? centrePadding : 0
        let labelWidth = Double(widestLabel(group).count) * characterWidth
        return Group(
            honeycomb: comb, radius: radius,
            box: Box(
                middle: Point(x: 0, y: 0),
                halfWidth: max(comb.halfWidth * radius, labelWidth / 2) + padding + 2,
                halfHeight: comb.halfHeight * radius + labelHeight / 2 + padding + 2),
            tilesMiddle: Point(x: 0, y: 0), label: Point(x: 0, y: 0), labelWidth: labelWidth)
    }

    /// The group at its place, its label above or, where lines leave mostly upward, below.
    private static func moved(_ group: Group, to middle: Point, neighbours: [Point]) -> Group {
        func steep(_ sign: Double) -> Int {
            neighbours.count { ($0.y - middle.y) * sign > 1.2 * abs($0.x - middle.x) }
        }
        let isBelow = steep(-1) > steep(1)
        let reach = group.honeycomb.halfHeight * group.radius
        let padding = group.box.halfHeight - labelHeight / 2 - 2 - reach
        var group = group
        group.box.middle = middle
        group.tilesMiddle = middle + Point(x: 0, y: isBelow ? -labelHeight / 2 : labelHeight / 2)
        group.label = group.tilesMiddle + Point(x: 0, y: isBelow ? reach + padding + 15 : -reach - padding - 6)
        return group
    }

    private static func trunks(_ ends: [(index: Int, from: Int, to: Int)], groups: [Group], in frame: Frame) -> [Trunk]
    {
        var parallel: [[Int]: Int] = [:]
        let obstacles = groups.flatMap { [$0.tilesBox.grown(by: 1), $0.labelBox] }
        var labels: [Box] = []
        return ends.map { end in
            let from = groups[end.from].tilesBox
            let to = groups[end.to].tilesBox
            // Parallel trunks lie beside each other.
            let pair = [min(end.from, end.to), max(end.from, end.to)]
            let lane = parallel[pair, default: 0]
            parallel[pair] = lane + 1
            let direction = (to.middle - from.middle).unit
            let side = Double((lane + 1) / 2) * (lane.isMultiple(of: 2) ? -12 : 12) * (end.from < end.to ? 1 : -1)
            let shift = Point(x: -direction.y, y: direction.x) * side

            let start = from.ellipseEdge(toward: to.middle, share: 0.95) + shift
            let stop = to.ellipseEdge(toward: from.middle, share: 0.95) + shift
            let across = Point(x: -direction.y, y: direction.x) * 22
            let places = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].map { start + (stop - start) * $0 }
            let label = (places + places.map { $0 + across } + places.map { $0 - across }).first { place in
                let box = Box(middle: place, halfWidth: 20, halfHeight: 10)
                let isInside = place.x > 20 && place.x < frame.width - 20 && place.y > 10 && place.y < frame.height - 10
                return isInside && !obstacles.contains { $0.intersects(box) }
                    && !labels.contains { $0.intersects(box) }
            }
            if let label { labels.append(Box(middle: label, halfWidth: 20, halfHeight: 10)) }
            return Trunk(index: end.index, from: start, to: stop, label: label)
        }
    }
}
