/// Places boxes near where geography has them, pushed apart until none overlaps. Deterministic: the same boxes and
/// anchors always give the same places.
struct Placement {
    /// The drawing's extent.
    var width: Double
    var height: Double
    /// Kept free between two boxes.
    var gap: Point
    /// Kept free between two boxes joined by a line, for the line and its label.
    var lineGap: Point
    /// Pairs of box indices joined by a line; other boxes move out of its way.
    var lines: [(Int, Int)]

    private static let rounds = 640
    /// Rounds in which boxes are also drawn back toward their anchors and out of the way of lines.
    private static let shapingRounds = 240

    private func gap(between first: Int, and second: Int) -> Point {
        let isJoined = lines.contains { ($0 == first && $1 == second) || ($0 == second && $1 == first) }
        return isJoined ? lineGap : gap
    }

    /// The boxes moved, or nil when there is not enough room for them.
    func place(_ anchored: [Box]) -> [Box]? {
        var boxes = anchored.map(clamped)
        let gaps = boxes.indices.map { first in boxes.indices.map { gap(between: first, and: $0) } }
        for round in 0..<Self.rounds {
            let isShaping = round < Self.shapingRounds
            if isShaping {
                for index in boxes.indices {
                    let home = clamped(anchored[index]).middle
                    boxes[index].middle = boxes[index].middle + (home - boxes[index].middle) * 0.01
                }
                clearLines(&boxes)
            }
            let moved = separate(&boxes, gaps: gaps)
            for index in boxes.indices { boxes[index] = clamped(boxes[index]) }
            if !moved, !isShaping { return boxes }
        }
        return nil
    }

    /// How far a placement is from a good one, in units of the drawing: boxes moved from their anchors, compass order
    /// turned round, lines through boxes or through each other.
    func cost(of boxes: [Box], anchored: [Box]) -> Double {
        var cost = zip(boxes, anchored).reduce(0) { $0 + ($1.0.middle - clamped($1.1).middle).length }
        for first in boxes.indices {
            for second in boxes.indices where second > first {
                let wanted = anchored[second].middle - anchored[first].middle
                let found = boxes[second].middle - boxes[first].middle
                if abs(wanted.x) > 0.1 * width, wanted.x * found.x < 0 { cost += 120 }
                if abs(wanted.y) > 0.1 * height, wanted.y * found.y < 0 { cost += 120 }
            }
        }
        for (index, line) in lines.enumerated() {
            let from = boxes[line.0].middle
            let to = boxes[line.1].middle
            // A line too short for its label.
            let free = (to - from).length - boxes[line.0].reach(toward: to) - boxes[line.1].reach(toward: from)
            cost += max(0, lineGap.y + 14 - free) * 5
            for box in boxes.indices where box != line.0 && box != line.1 {
                if let depth = Self.depth(of: boxes[box], from: from, to: to), depth > 0.15 {
                    cost += 150 + 250 * depth
                }
            }
            for other in lines[(index + 1)...]
            where Self.cross(from, to, boxes[other.0].middle, boxes[other.1].middle) {
                cost += 250
            }
        }
        return cost
    }

    /// How deep a line runs through a box: 0 at its edge, 1 through its middle; nil when it passes by.
    private static func depth(of box: Box, from: Point, to: Point) -> Double? {
        let along = to - from
        let toBox = box.middle - from
        let position = (toBox.x * along.x + toBox.y * along.y) / max(along.x * along.x + along.y * along.y, 1e-9)
        guard position > 0, position < 1 else { return nil }
        let side = toBox - along * position
        let normal = side.length > 1e-6 ? side.unit : Point(x: -along.y, y: along.x).unit
        let reach = abs(normal.x) * box.halfWidth + abs(normal.y) * box.halfHeight
        return side.length < reach ? 1 - side.length / reach : nil
    }

    /// Whether two lines cross between their ends.
    private static func cross(_ a: Point, _ b: Point, _ c: Point, _ d: Point) -> Bool {
        func side(_ from: Point, _ to: Point, _ point: Point) -> Double {
            (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x)
        }
        return side(a, b, c) * side(a, b, d) < -1e-6 && side(c, d, a) * side(c, d, b) < -1e-6
    }

    private func clamped(_ box: Box) -> Box {
        var box = box
        box.middle.x = min(max(box.middle.x, box.halfWidth), max(width - box.halfWidth, box.halfWidth))
        box.middle.y = min(max(box.middle.y, box.halfHeight), max(height - box.halfHeight, box.halfHeight))
        return box
    }

    /// Moves overlapping pairs apart along the axis on which less is needed; says whether any overlapped.
    private func separate(_ boxes: inout [Box], gaps: [[Point]]) -> Bool {
        var moved = false
        for first in boxes.indices {
            for second in boxes.indices where second > first {
                let overlap = boxes[first].overlap(boxes[second]) + gaps[first][second]
                guard overlap.x > 0.01, overlap.y > 0.01 else { continue }
                moved = true
                let away = boxes[second].middle - boxes[first].middle
                if overlap.x < overlap.y {
                    let step = (away.x < 0 ? -0.51 : 0.51) * overlap.x
                    boxes[first].middle.x -= step
                    boxes[second].middle.x += step
                } else {
                    let step = (away.y < 0 ? -0.51 : 0.51) * overlap.y
                    boxes[first].middle.y -= step
                    boxes[second].middle.y += step
                }
            }
        }
        return moved
    }

    /// Moves boxes that a line between two others runs through sideways, and the line's ends a little the other way.
    private func clearLines(_ boxes: inout [Box]) {
        for (from, to) in lines {
            for index in boxes.indices where index != from && index != to {
                let start = boxes[from].middle
                let along = boxes[to].middle - start
                let length = along.length
                guard length > 1 else { continue }
                let toBox = boxes[index].middle - start
                let position = (toBox.x * along.x + toBox.y * along.y) / (length * length)
                guard position > 0.05, position < 0.95 else { continue }
                let side = toBox - along * position
                let normal = side.length > 1e-6 ? side.unit : Point(x: -along.y / length, y: along.x / length)
                let reach = abs(normal.x) * boxes[index].halfWidth + abs(normal.y) * boxes[index].halfHeight
                guard side.length < reach * 0.8 else { continue }
                boxes[index].middle = boxes[index].middle + normal * 1.6
                boxes[from].middle = boxes[from].middle - normal * 0.5
                boxes[to].middle = boxes[to].middle - normal * 0.5
            }
        }
    }
}
