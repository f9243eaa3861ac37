/// The text of a `d` attribute, one stroke after the other.
struct PathText {
    private(set) var text = ""
    private var isDown = false

    mutating func draw(to point: Point) {
        text += (isDown ? "L" : "M") + svgNumber(point.x) + " " + svgNumber(point.y)
        isDown = true
    }

    /// A gap in what is known stays a gap in the line.
    mutating func lift() {
        isDown = false
    }
}
