/// From steps of time and values to the large chart of a forecast. Step 0 is that of the newest reading.
struct ChartScale {
    let steps: ClosedRange<Int>
    /// Round values.
    let ticks: [Double]
    private let low: Double
    private let high: Double

    static let width = 1120.0
    private static let height = 330.0
    private static let left = 78.0
    private static let right = 14.0
    private static let top = 26.0
    private static let bottom = 28.0

    /// - Parameters:
    ///   - values: All that must be seen.
    ///   - leastTick: The least difference between ticks.
    init(steps: ClosedRange<Int>, values: [Double], leastTick: Double = 0) {
        self.steps = steps
        let least = values.min() ?? 0
        let most = values.max() ?? 1
        let span = max(most - least, most.magnitude * 0.01, 1e-9)
        // What is far from 0 is not drawn from 0, so that its changes can be seen.
        low = least < 0.35 * most ? min(0, least) : least - span * 0.06
        high = most + span * 0.08
        ticks = Self.roundValues(from: low, to: high, atLeast: leastTick)
    }

    func x(_ step: Double) -> Double {
        let share = (step - Double(steps.lowerBound)) / Double(max(steps.count - 1, 1))
        return Self.left + share * (Self.width - Self.left - Self.right)
    }

    func y(_ value: Double) -> Double {
        let bottom = Self.height - Self.bottom
        return bottom - (value - low) / max(high - low, 1e-12) * (bottom - Self.top)
    }

    func point(_ step: Double, _ value: Double) -> Point { Point(x: x(step), y: y(value)) }

    private static func roundValues(from low: Double, to high: Double, atLeast least: Double) -> [Double] {
        let rough = max((high - low) / 6, least)
        guard rough.isFinite, rough > 0 else { return [] }
        var power = 1.0
        while power * 10 <= rough { power *= 10 }
        while power > rough { power /= 10 }
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
        var ticks: [Double] = []
        var tick = (low / step).rounded(.up) * step
        while tick <= high, ticks.count < 20 {
            ticks.append(tick)
            tick += step
        }
        return ticks
    }

    // MARK: Template

    /// What the template `chart` shows of every forecast; marks and a limit may be added.
    ///
    /// - Parameters:
    ///   - notches: Steps with a notch below, and the text under it or nil.
    ///   - tick: Writes a value.
    func values(
        _ lines: ForecastLines, notches: [(step: Int, text: String?)], nowLabel: String, summary: String,
        tick: (Double) -> String
    ) -> TemplateValues {
        [
            "width": svgNumber(Self.width), "height": svgNumber(Self.height), "left": svgNumber(Self.left),
            "right": svgNumber(Self.width - Self.right), "top": svgNumber(Self.top),
            "bottom": svgNumber(Self.height - Self.bottom), "now": svgNumber(x(0)), "nowLabel": nowLabel,
            "past": lines.past, "ahead": lines.ahead, "band": lines.band, "summary": summary,
            "limit": false, "limitLabel": false, "marks": [TemplateValues](),
            "ticks": ticks.map { value in
                ["y": svgNumber(y(value)), "textY": svgNumber(y(value) + 4), "text": tick(value)] as TemplateValues
            },
            "notches": notches.map { step, text in
                ["x": svgNumber(x(Double(step))), "text": text ?? false as Any] as TemplateValues
            },
        ]
    }

    /// A dashed line down from a value.
    ///
    /// - Parameters:
    ///   - label: Beside a dot at the value; nil: neither.
    ///   - tone: The class that colours it, or "".
    func mark(at step: Int, value: Double, label: String?, tone: String) -> TemplateValues {
        let (x, y) = (x(Double(step)), y(value))
        let isLate = x > Self.width * 0.8
        return [
            "x": svgNumber(x), "y": svgNumber(y), "tone": tone.isEmpty ? "" : " " + tone,
            "label": label ?? false as Any, "anchor": isLate ? "end" : "start",
            "textX": svgNumber(isLate ? x - 6 : x + 6), "textY": svgNumber(y - 8),
        ]
    }
}
