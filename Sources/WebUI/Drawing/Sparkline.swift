/// What was and what is expected with its band, as a small picture with a level across.
package struct Sparkline {
    let lines: ForecastLines
    /// Nil without a level.
    package let limitY: Double?
    /// First and last known value.
    package let first: Double
    package let last: Double

    private static let width = 180.0
    private static let height = 36.0

    /// Outlines for `d` attributes.
    package var past: String { lines.past }
    package var ahead: String { lines.ahead }
    package var band: String { lines.band }

    /// Nil without at least two known values.
    ///
    /// - Parameters:
    ///   - past: Evenly spaced, the newest last, at step 0; NaN: no reading.
    ///   - spacing: Steps from one value of the past to the next.
    ///   - steps: What is drawn, from the past to what is ahead.
    init?(
        past: [Double], every spacing: Double = 1, ahead: [Expectation], over steps: ClosedRange<Double>, limit: Double?
    ) {
        let known = past.filter(\.isFinite)
        guard known.count >= 2, let first = known.first, let last = known.last else { return nil }
        let shown = ahead.filter { Double($0.step) <= steps.upperBound && ($0.p90 - $0.p10).isFinite }
        let top = (known + shown.map(\.p90)).reduce(limit ?? first, max)
        let bottom = (known + shown.map(\.p10)).reduce(first, min)
        let range = max((top - bottom) * 1.08, top.magnitude * 1e-6, 1e-9)
        let span = steps.upperBound - steps.lowerBound
        func point(_ step: Double, _ value: Double) -> Point {
            Point(
                x: 3 + (step - steps.lowerBound) / span * (Self.width - 6),
                y: Self.height - 3 - (value - bottom) / range * (Self.height - 6))
        }
        lines = ForecastLines(past: past, every: spacing, ahead: shown, at: point)
        limitY = limit.map { point(0, $0).y }
        self.first = first
        self.last = last
    }

    /// What the template `spark` shows.
    func values(summary: String) -> TemplateValues {
        [
            "past": lines.past, "ahead": lines.ahead, "band": lines.band,
            "limitY": limitY.map(svgNumber) ?? false as Any, "x": svgNumber(lines.end.x), "y": svgNumber(lines.end.y),
            "summary": summary,
        ]
    }
}

extension Collection<Double> where Index == Int {
    /// At most so many values: the means of what is known in each stretch.
    func thinned(to limit: Int) -> [Double] {
        guard count > limit else { return Array(self) }
        return (0..<limit).map { place in
            let known = self[(startIndex + place * count / limit)..<(startIndex + (place + 1) * count / limit)]
                .filter(\.isFinite)
            return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
        }
    }
}
