import Foundation

/// A river's course on one drawing, moved aside where areas were pushed into it.
package struct RiverCourse: Sendable {
    package let name: String
    /// The smoothed path, as the `d` attribute of an SVG path.
    package let path: String
    package let label: Point
    /// Degrees the label is turned by.
    package let labelTurn: Double

    /// Kept between the river's middle and an area.
    private static let clearance = 20.0

    /// Nil when too little of the course is left inside the frame.
    init?(_ river: (name: String, course: [Point]), clearOf boxes: [Box], in frame: CityMapLayout.Frame) {
        let middle = boxes.reduce(Point(x: 0, y: 0)) { $0 + $1.middle } * (1 / Double(max(1, boxes.count)))
        let obstacles = boxes.map { $0.grown(by: Self.clearance) }
        var course = Self.densified(river.course).filter {
            $0.x > -60 && $0.x < frame.width + 60 && $0.y > -60 && $0.y < frame.height + 60
        }
        guard course.count >= 4, let first = course.first, let last = course.last else { return nil }
        // Away from the areas: the side of the course on which they do not lie.
        let along = (last - first).unit
        let normal = Point(x: -along.y, y: along.x)
        let toAreas = middle - (first + last) * 0.5
        let outward = normal.x * toAreas.x + normal.y * toAreas.y > 0 ? normal * -1 : normal
        for index in course.indices {
            for _ in 0..<160 where obstacles.contains(where: { $0.contains(course[index]) }) {
                course[index] = course[index] + outward * 2
            }
        }
        for _ in 0..<40 { course = Self.smoothed(course, outward: outward) }
        // The corners that kept clear of an area may be cut a little.
        for _ in 0..<8 { course = Self.smoothed(course, outward: nil) }
        let inside = course.filter { $0.x > 8 && $0.x < frame.width - 8 && $0.y > 8 && $0.y < frame.height - 8 }
        guard inside.count >= 4 else { return nil }

        name = river.name
        path = Self.curve(course)
        let place = inside.count * 3 / 5
        label = inside[place]
        let slope = inside[min(place + 1, inside.count - 1)] - inside[max(place - 1, 0)]
        labelTurn = (atan2(slope.y, slope.x) * 180 / .pi).rounded()
    }

    /// Each leg in four.
    private static func densified(_ course: [Point]) -> [Point] {
        zip(course, course.dropFirst()).flatMap { from, to in
            (0..<4).map { from + (to - from) * (Double($0) / 4) }
        } + course.suffix(1)
    }

    /// Every point half way to the middle of its neighbours, but, with an outward direction, never against it.
    private static func smoothed(_ course: [Point], outward: Point?) -> [Point] {
        var result = course
        for index in course.indices.dropFirst().dropLast() {
            let target = (course[index - 1] + course[index + 1]) * 0.5
            let move = target - course[index]
            guard let outward else {
                result[index] = course[index] + move * 0.5
                continue
            }
            let inward = min(0, move.x * outward.x + move.y * outward.y)
            result[index] = course[index] + (move - outward * inward) * 0.5
        }
        return result
    }

    /// Quadratic curves through the middles of the legs.
    private static func curve(_ course: [Point]) -> String {
        var path = "M\(svgNumber(course[0].x)) \(svgNumber(course[0].y))"
        for index in course.indices.dropFirst().dropLast() {
            let end = (course[index] + course[index + 1]) * 0.5
            path += "Q\(svgNumber(course[index].x)) \(svgNumber(course[index].y))"
            path += " \(svgNumber(end.x)) \(svgNumber(end.y))"
        }
        return path
    }
}

/// The point of the unit circle after `turn` of a full turn, from the top clockwise.
func unitCircle(_ turn: Double) -> (x: Double, y: Double) {
    (sin(turn * 2 * .pi), -cos(turn * 2 * .pi))
}
