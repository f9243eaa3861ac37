/// What is to be expected a number of steps ahead, with the ends of its 80 % range.
struct Expectation {
    /// 1 is the first step ahead.
    var step: Int
    var p10: Double
    var p50: Double
    var p90: Double
}

/// The outlines of a past and of what is expected to follow it, for `d` attributes; "" where there is nothing.
struct ForecastLines {
    let past: String
    let ahead: String
    let band: String
    /// The newest reading, where the forecast starts.
    let end: Point

    /// - Parameters:
    ///   - past: Evenly spaced, the newest last, at step 0; NaN: no reading.
    ///   - spacing: Steps from one value of the past to the next.
    ///   - point: Where a value at a step is drawn.
    init(
        past history: some Collection<Double>, every spacing: Double = 1, ahead expected: some Collection<Expectation>,
        at point: (_ step: Double, _ value: Double) -> Point
    ) {
        var line = PathText()
        var end = point(0, 0)
        for (offset, value) in history.enumerated() {
            guard value.isFinite else {
                line.lift()
                continue
            }
            end = point(Double(offset - history.count + 1) * spacing, value)
            line.draw(to: end)
        }
        past = line.text
        self.end = end
        guard !expected.isEmpty else {
            ahead = ""
            band = ""
            return
        }
        var middle = PathText()
        var around = PathText()
        middle.draw(to: end)
        around.draw(to: end)
        for value in expected {
            middle.draw(to: point(Double(value.step), value.p50))
            around.draw(to: point(Double(value.step), value.p90))
        }
        for value in expected.reversed() { around.draw(to: point(Double(value.step), value.p10)) }
        ahead = middle.text
        band = around.text + "Z"
    }
}
