/// Arranges the tiles of one area as a honeycomb whose rows run north to south and, within a row, west to east.
package struct Honeycomb: Sendable {
    /// Index of the tile at each place.
    package let order: [Int]
    /// Middle of each place from the middle of the honeycomb, for hexagons of radius 1 that stand on a corner.
    package let places: [Point]
    /// Half of the extent with the hexagons' own size.
    package let halfWidth: Double
    package let halfHeight: Double

    /// Distance of neighbours' middles in a row, and of rows, for hexagons of radius 1.
    static let columnStep = 1.732_050_807_568_877_2
    static let rowStep = 1.5

    /// - Parameter flatness: 1 for about as wide as high, less for wider.
    package init(_ tiles: [OverviewModel.Tile], flatness: Double = 1) {
        let counts = Self.rowCounts(of: tiles.count, flatness: flatness)
        var rest = Self.northToSouth(tiles)[...]
        var order: [Int] = []
        var places: [Point] = []
        for (row, count) in counts.enumerated() {
            let westToEast = Self.sorted(rest.prefix(count), descending: false) { tiles[$0].longitude }
            rest = rest.dropFirst(count)
            let shift = row.isMultiple(of: 2) ? 0 : 0.5
            // The row's start, centred as well as the lattice of its row allows.
            let start = ((1 - Double(count)) / 2 - shift).rounded(.down) + shift
            for (column, tile) in westToEast.enumerated() {
                order.append(tile)
                places.append(
                    Point(x: (start + Double(column)) * Self.columnStep, y: Double(row) * Self.rowStep))
            }
        }
        let xs = places.map(\.x)
        let ys = places.map(\.y)
        let west = xs.min() ?? 0
        let east = xs.max() ?? 0
        let north = ys.min() ?? 0
        let south = ys.max() ?? 0
        let middle = Point(x: (west + east) / 2, y: (north + south) / 2)
        self.order = order
        self.places = places.map { $0 - middle }
        halfWidth = (east - west + Self.columnStep) / 2
        halfHeight = (south - north) / 2 + 1
    }

    /// How many tiles each row holds, the longer rows in the middle.
    static func rowCounts(of count: Int, flatness: Double) -> [Int] {
        guard count > 0 else { return [] }
        let rows = min(count, max(1, Int((Double(count) * flatness).squareRoot().rounded())))
        var counts = Array(repeating: count / rows, count: rows)
        let fromMiddle = counts.indices.sorted {
            (abs(2 * $0 - rows + 1), $0) < (abs(2 * $1 - rows + 1), $1)
        }
        for row in fromMiddle.prefix(count % rows) { counts[row] += 1 }
        return counts
    }

    private static func northToSouth(_ tiles: [OverviewModel.Tile]) -> [Int] {
        sorted(tiles.indices, descending: true) { tiles[$0].latitude }
    }

    /// Sorted by a coordinate; those without one last, ties as given, so that the order never flickers.
    private static func sorted(
        _ indices: some Collection<Int>, descending: Bool, by coordinate: (Int) -> Double?
    ) -> [Int] {
        let sign = descending ? -1.0 : 1.0
        let keyed = indices.map { index -> (key: Double, index: Int) in
            guard let value = coordinate(index), value.isFinite else { return (.infinity, index) }
            return (value * sign, index)
        }
        return keyed.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.map(\.index)
    }
}
