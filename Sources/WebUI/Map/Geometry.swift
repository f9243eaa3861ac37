/// A point of the drawing, in its user units; y grows downward.
package struct Point: Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }

    static func + (lhs: Point, rhs: Point) -> Point { Point(x: lhs.x + rhs.x, y: lhs.y + rhs.y) }
    static func - (lhs: Point, rhs: Point) -> Point { Point(x: lhs.x - rhs.x, y: lhs.y - rhs.y) }
    static func * (lhs: Point, factor: Double) -> Point { Point(x: lhs.x * factor, y: lhs.y * factor) }

    var length: Double { (x * x + y * y).squareRoot() }

    /// The direction of this vector, or that of the x axis when it has none.
    var unit: Point { length > 1e-9 ? self * (1 / length) : Point(x: 1, y: 0) }
}

/// A rectangle around its middle.
package struct Box: Sendable, Equatable {
    package var middle: Point
    package var halfWidth: Double
    package var halfHeight: Double

    package init(middle: Point, halfWidth: Double, halfHeight: Double) {
        self.middle = middle
        self.halfWidth = halfWidth
        self.halfHeight = halfHeight
    }

    /// How far the boxes reach into each other along both axes; positive in both when they overlap.
    package func overlap(_ other: Box) -> Point {
        Point(
            x: halfWidth + other.halfWidth - abs(middle.x - other.middle.x),
            y: halfHeight + other.halfHeight - abs(middle.y - other.middle.y))
    }

    package func intersects(_ other: Box) -> Bool {
        let overlap = overlap(other)
        return overlap.x > 1e-6 && overlap.y > 1e-6
    }

    func contains(_ point: Point) -> Bool {
        abs(point.x - middle.x) < halfWidth && abs(point.y - middle.y) < halfHeight
    }

    func grown(by margin: Double) -> Box {
        Box(middle: middle, halfWidth: halfWidth + margin, halfHeight: halfHeight + margin)
    }

    /// The way from the middle to the edge in the direction of `point`.
    func reach(toward point: Point) -> Double {
        let direction = (point - middle).unit
        return min(halfWidth / max(abs(direction.x), 1e-9), halfHeight / max(abs(direction.y), 1e-9))
    }

    /// Where the ray from the middle toward `point` leaves the ellipse inside this box, scaled by `share`.
    func ellipseEdge(toward point: Point, share: Double) -> Point {
        let direction = (point - middle).unit
        let a = direction.x / max(halfWidth, 1e-6)
        let b = direction.y / max(halfHeight, 1e-6)
        return middle + direction * (share / max((a * a + b * b).squareRoot(), 1e-9))
    }
}

/// A coordinate of SVG with one decimal, without needless zeros.
func svgNumber(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e7 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let whole = tenths.magnitude / 10
    let rest = tenths.magnitude % 10
    return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
}
