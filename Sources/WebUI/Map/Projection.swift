/// Maps degrees to the drawing: the extent of the areas fills the frame. Schematic on purpose: both axes stretch on
/// their own, since what must stay true is who lies north, south, west and east of whom.
struct Projection {
    /// Where geography has each group.
    let anchors: [Point]
    /// Courses of the rivers that pass the areas.
    let rivers: [(name: String, course: [Point])]
    /// Kept free of areas at the right, for a river.
    let eastMargin: Double

    /// Share of the frame's sides around the outermost areas' middles.
    private static let inset = 0.1

    init(_ groups: [OverviewModel.AreaGroup], waterways: [Waterway], frame: CityMapLayout.Frame) {
        let positions = groups.map(Self.position)
        let known = positions.compactMap { $0 }
        guard let first = known.first else {
            anchors = Self.circle(groups.count, in: frame)
            rivers = []
            eastMargin = 0
            return
        }
        var south = first.latitude
        var north = first.latitude
        var west = first.longitude
        var east = first.longitude
        for position in known {
            south = min(south, position.latitude)
            north = max(north, position.latitude)
            west = min(west, position.longitude)
            east = max(east, position.longitude)
        }
        let passing = waterways.filter { waterway in
            waterway.course.count { (latitude, longitude) in
                latitude > south && latitude < north && longitude > west && longitude < east
            } >= 3
        }
        let eastMargin = passing.isEmpty ? 0 : frame.width * 0.06
        func project(_ latitude: Double, _ longitude: Double) -> Point {
            let x = east - west > 1e-6 ? (longitude - west) / (east - west) : 0.5
            let y = north - south > 1e-6 ? (north - latitude) / (north - south) : 0.5
            return Point(
                x: (Self.inset + x * (1 - 2 * Self.inset)) * (frame.width - eastMargin),
                y: (Self.inset + y * (1 - 2 * Self.inset)) * frame.height)
        }
        anchors = positions.map { position in
            position.map { project($0.latitude, $0.longitude) }
                ?? Point(x: frame.width / 2, y: frame.height / 2)
        }
        rivers = passing.map { waterway in
            (waterway.name, waterway.course.map { project($0.latitude, $0.longitude) })
        }
        self.eastMargin = eastMargin
    }

    /// The group's own position, else the mean of its tiles'.
    private static func position(_ group: OverviewModel.AreaGroup) -> (latitude: Double, longitude: Double)? {
        if let latitude = group.latitude, let longitude = group.longitude, latitude.isFinite, longitude.isFinite {
            return (latitude, longitude)
        }
        let known = group.tiles.compactMap { tile -> (Double, Double)? in
            guard let latitude = tile.latitude, let longitude = tile.longitude else { return nil }
            return latitude.isFinite && longitude.isFinite ? (latitude, longitude) : nil
        }
        guard !known.isEmpty else { return nil }
        let count = Double(known.count)
        return (known.reduce(0) { $0 + $1.0 } / count, known.reduce(0) { $0 + $1.1 } / count)
    }

    /// Places for groups of which nothing is known.
    private static func circle(_ count: Int, in frame: CityMapLayout.Frame) -> [Point] {
        (0..<count).map { index in
            let (x, y) = unitCircle(Double(index) / Double(count))
            return Point(x: frame.width * (0.5 + 0.38 * x), y: frame.height * (0.5 + 0.38 * y))
        }
    }
}
