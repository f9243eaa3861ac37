/// Tries placements that differ in the room left for lines and in the side on which a centre stands of its area, and
/// takes the best. The centre lies inside one of the areas, so which side it is pushed to decides how calm the map is.
struct PlacementSearch {
    var frame: CityMapLayout.Frame
    /// The part of the frame's width that may be used.
    var width: Double
    var lines: [(Int, Int)]
    /// Indices of the centre's boxes.
    var centres: [Int]

    private static let lineRooms = [0.5, 0.72, 1.0]
    private static let sides = 8
    /// With more boxes than this, half of the sides are tried: there the calmest of few is calm enough.
    private static let manyBoxes = 14

    /// The best placement, or nil when not one has room for all.
    /// - Parameter room: 1 for gaps as the frame wants them, less for tighter ones.
    func best(_ anchored: [Box], room: Double) -> [Box]? {
        let area = anchored.reduce(0) { $0 + 4 * $1.halfWidth * $1.halfHeight }
        guard area < 0.75 * width * frame.height else { return nil }
        var best: (boxes: [Box], cost: Double)?
        // The least room first: where that fails, more cannot succeed.
        for lineRoom in Self.lineRooms {
            let placement = Placement(
                width: width, height: frame.height, gap: frame.gap * room, lineGap: frame.lineGap * (room * lineRoom),
                lines: lines)
            let step = anchored.count > Self.manyBoxes ? 2 : 1
            for side in stride(from: 0, to: centres.isEmpty ? 1 : Self.sides, by: step) {
                guard let boxes = placement.place(shifted(anchored, to: side)) else {
                    if best == nil, side >= step { return nil }
                    continue
                }
                let cost = placement.cost(of: boxes, anchored: anchored) + (1 - lineRoom) * 220
                if cost < best?.cost ?? .infinity { best = (boxes, cost) }
            }
            if best == nil { return nil }
        }
        return best?.boxes
    }

    private func shifted(_ boxes: [Box], to side: Int) -> [Box] {
        var boxes = boxes
        let (x, y) = unitCircle(Double(side) / Double(Self.sides))
        for centre in centres {
            let reach = Point(x: 1.6 * boxes[centre].halfWidth, y: 2.4 * boxes[centre].halfHeight)
            boxes[centre].middle = boxes[centre].middle + Point(x: x * reach.x, y: y * reach.y)
        }
        return boxes
    }
}
