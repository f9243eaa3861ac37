import AnswerDisplay
import Foundation
import MonitoringModel
import Testing

@Suite struct AnswerChartTests {
    /// 2026-03-01T00:00:00Z
    private static let start = Timestamp(milliseconds: 1_772_323_200_000)
    private static let hours = QueryWindow(start: start, end: start + .seconds(21_600), step: .seconds(300))
    private static let days = QueryWindow(start: start, end: start + .seconds(7 * 86_400), step: .seconds(7200))

    private static func style(colours: Bool = false, width: Int = 60) -> AnswerChart.Style {
        var style = AnswerChart.Style()
        (style.width, style.rows, style.hasColours) = (width, 8, colours)
        return style
    }

    /// A value a step; nil is a gap.
    private static func series(
        _ labels: LabelSet, in window: QueryWindow = hours, _ value: (Int) -> Double?
    ) -> SeriesSamples {
        let steps = Int((window.end - window.start) / window.step)
        let samples = (0...steps).compactMap { step in
            value(step).map { Sample(window.start + window.step * step, $0) }
        }
        return SeriesSamples(labels: labels, samples: samples)
    }

    private static func link(_ name: String, _ value: @escaping (Int) -> Double?) -> SeriesSamples {
        series(LabelSet(metric: "link_load_ratio", [Label("link", name), Label("site", "hq")]), value)
    }

    private static let links = [
        link("a") { 0.2 + Double($0) / 180 }, link("b") { $0 < 50 ? 0.8 : nil }, link("c") { _ in 0.4 },
    ]

    private func chart(
        _ series: [SeriesSamples], _ unit: ValueUnit = .number, in window: QueryWindow = hours,
        style: AnswerChart.Style = style()
    ) -> String {
        AnswerChart(series, unit: unit, window: window, style: style).lines.joined(separator: "\n")
    }

    @Test("one series is a line of dots, and its gap stays a gap")
    func oneSeries() {
        let labels = LabelSet(metric: "capacity_used_bytes", [Label("resource", "nas")])
        let line = Self.series(labels) { (30..<40).contains($0) ? nil : 6e12 + 4e12 * sin(Double($0) / 10) }
        #expect(
            chart([line]) == """
                10 TB ┤      ⢀⠤⠒⠊⠉⠉⠉⠑⠒⠤⢄⡀                                 ⢀⣀
                      │   ⢠⠒⠉⠁          ⠈⠢⢄                             ⡠⠒⠁
                      │⢀⠤⠊⠁                ⠉⠂                        ⢀⠤⠊
                      │⠁                                           ⢀⠎⠁
                 5 TB ┤                                         ⢀⠤⠊⠁
                      │                             ⢄⣀      ⢀⣀⠤⠊⠁
                      │                               ⠉⠑⠒⠒⠒⠉⠁
                 0 TB ┤
                      └┬────────┬───────┬────────┬────────┬───────┬────────┬
                       03-01  01:00   02:00    03:00    04:00   05:00  06:00
                2026-03-01 00:00 to 06:00, step 5m, UTC

                   last   min    max
                9.17 TB  2 TB  10 TB  capacity_used_bytes{resource="nas"}
                """)
    }

    @Test("without colours several series are told apart by their numbers")
    func digits() {
        #expect(
            chart(Self.links) == """
                link_load_ratio{site="hq"}
                100 % ┤
                      │222222222222222222222222222222222222
                      │
                      │                                        1111111111111
                 50 % ┤33333333333333333333311111111111111111113333333333333
                      │  1111111111111111111
                      │11
                  0 % ┤
                      └┬────────┬───────┬────────┬────────┬───────┬────────┬
                       03-01  01:00   02:00    03:00    04:00   05:00  06:00
                2026-03-01 00:00 to 06:00, step 5m, UTC

                   last   min   max
                1  60 %  20 %  60 %  {link="a"}
                2  80 %  80 %  80 %  {link="b"}  none since 04:05
                3  40 %  40 %  40 %  {link="c"}
                """)
    }

    @Test("with colours they are lines of dots, in the colours of the legend")
    func colours() {
        let escape = "\u{1b}"
        let text = chart(Self.links, style: Self.style(colours: true)).replacing(escape, with: "␛")
        #expect(
            text == """
                link_load_ratio{site="hq"}
                100 % ┤
                      │␛[31m⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤␛[0m
                      │
                      │                                        ␛[36m⣀⣀⣀⡠⠤⠤⠤⠤⠒⠒⠒⠒⠊␛[0m
                 50 % ┤␛[33m⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀␛[36m⣀⣀⣀⣀⣀⣤⣤⣤⣤⣒⣒⣒⣒⣊⣉⣉⣉⣉␛[33m⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀␛[0m
                      │     ␛[36m⢀⣀⣀⣀⣀⠤⠤⠤⠤⠔⠒⠒⠒⠉⠉⠉⠉⠁␛[0m
                      │␛[36m⠒⠉⠉⠉⠉⠁␛[0m
                  0 % ┤
                      └┬────────┬───────┬────────┬────────┬───────┬────────┬
                       03-01  01:00   02:00    03:00    04:00   05:00  06:00
                2026-03-01 00:00 to 06:00, step 5m, UTC

                    last   min   max
                ␛[36m──␛[0m  60 %  20 %  60 %  {link="a"}
                ␛[31m──␛[0m  80 %  80 %  80 %  {link="b"}  none since 04:05
                ␛[33m──␛[0m  40 %  40 %  40 %  {link="c"}
                """)
    }

    @Test("days are told by their dates, in the reader's zone")
    func zone() {
        var style = Self.style()
        style.zone = ClockZone { _ in 7 * 3600 }
        let line = Self.series(LabelSet(), in: Self.days) { Double($0) * 1500 }
        #expect(
            chart([line], in: Self.days, style: style) == """
                150 k ┤
                      │                                               ⢀⣀⣀⠤⠤⠒
                100 k ┤                                       ⢀⣀⣀⠤⠔⠒⠊⠉⠁
                      │                                ⣀⡠⠤⠔⠒⠊⠉⠁
                      │                       ⢀⣀⡠⠤⠔⠒⠊⠉⠉
                 50 k ┤               ⢀⣀⡠⠤⠔⠒⠉⠉⠁
                      │       ⢀⣀⡠⠤⠒⠒⠉⠉⠁
                  0 k ┤⣀⠤⠤⠒⠒⠊⠉⠁
                      └─────┬──────────────┬──────────────┬──────────────┬──
                          03-02          03-04          03-06          03-08
                2026-03-01 07:00 to 2026-03-08 07:00, step 2h, UTC+07:00

                 last  min    max
                126 k    0  126 k  {}
                """)
    }

    @Test("hours are where clocks show them, before and after they are put forward")
    func summerTime() {
        // Central Europe, 2026-03-29: at 01:00 UTC the offset grows from one hour to two.
        let change = Timestamp(milliseconds: 1_774_746_000_000)
        var style = Self.style()
        style.zone = ClockZone { $0 < change ? 3600 : 7200 }
        let window = QueryWindow(start: change - .seconds(10_800), end: change + .seconds(10_800), step: .seconds(300))
        let lines = chart([Self.series(LabelSet(), in: window) { _ in 1 }], in: window, style: style)
        #expect(
            lines.split(separator: "\n").dropFirst(9).prefix(2).joined(separator: "\n") == """
                     23:00  03-29    01:00    03:00    04:00    05:00  06:00
                2026-03-28 23:00 to 2026-03-29 06:00, step 5m, UTC+02:00
                """)
        #expect(lines.contains("2026-03-28 23:00 to 2026-03-29 06:00, step 5m, UTC+02:00"))
    }

    @Test("eight series are drawn and the rest is counted")
    func many() {
        let lines = (1...300).map { number in
            Self.series(LabelSet([Label("i", "\(number)")])) { _ in Double(number) }
        }
        let text = chart(lines)
        #expect(text.hasSuffix("\n8 of 300 series are drawn; topk(8, …) or a narrower selector draws others"))
        #expect(text.contains("\n8     8    8    8  {i=\"8\"}\n"))
        #expect(!text.contains("{i=\"9\"}"))
    }

    @Test(
        "the axis has round numbers whatever the values are",
        arguments: [
            ([0, 1], .number, "1.0", "0.0"), ([5], .number, "6", "0"), ([-5], .number, "0", "-6"),
            ([0], .number, "1.0", "0.0"),
            ([1e9, 1e9 + 1], .number, "1000000001.0", "1000000000.0"), ([-1e308, 1e308], .number, "1e+300", "-1e+300"),
            ([0, 1e308], .ratio, "1e+302 %", "0 %"), ([1e308], .seconds, "1.5e+295 d", "0 d"),
            ([0, 1e-320], .number, "1.0", "0.0"), ([3e-9, 7e-9], .number, "1e-08", "0"),
            ([90, 110], .number, "110", "90"), ([0, 84_199], .number, "100000", "0"),
            ([0, 2e6], .number, "2 M", "0 M"),
            ([0.2, 0.95], .ratio, "100 %", "0 %"), ([0, 5400], .seconds, "1.5 h", "0.0 h"),
            ([.nan, .infinity], .number, "1.0", "0.0"), ([0.001, 0.002], .seconds, "2 ms", "0 ms"),
            ([-20, 35], .celsius, "40 °C", "-20 °C"),
        ] as [([Double], ValueUnit, String, String)])
    func axis(values: [Double], unit: ValueUnit, top: String, bottom: String) {
        let line = Self.series(LabelSet()) { values[$0 % values.count] }
        let labels: [String] = chart([line], unit).split(separator: "\n").compactMap { line in
            line.firstIndex(of: "┤").map { String(line[..<$0].drop { $0 == " " }.dropLast()) }
        }
        #expect(labels.first == top)
        #expect(labels.last == bottom)
        #expect(Set(labels).count == labels.count, "\(labels)")
    }

    @Test("any window, width and height has lines no wider than the terminal unless names are")
    func sizes() {
        for seconds in [0, 1, 59, 3600, 86_400, 40 * 86_400, 3 * 365 * 86_400, 900 * 365 * 86_400] {
            for (width, rows) in [(1, 1), (30, 5), (80, 15), (213, 50)] {
                let window = QueryWindow(
                    start: Self.start, end: Self.start + .seconds(seconds), step: .seconds(max(seconds / 50, 1)))
                let lines = (1...3).map { number in
                    Self.series(LabelSet(metric: "x_bytes", [Label("name", "series \(number)")]), in: window) {
                        Double($0 * number)
                    }
                }
                var style = Self.style(width: width)
                style.rows = rows
                let drawn = AnswerChart(lines, window: window, style: style).lines
                #expect(drawn.filter { $0.contains("┤") }.count >= 2)
                guard width >= 80 else { continue }
                #expect(drawn.allSatisfy { $0.count <= width }, "\(seconds) \(width): \(drawn)")
            }
        }
    }

    @Test("a single point of a single time is drawn, and no series is no chart")
    func points() {
        let window = QueryWindow(start: Self.start, end: Self.start, step: .seconds(1))
        let text = chart([Self.series(LabelSet(metric: "up"), in: window) { _ in 1 }], in: window)
        #expect(text.contains("⠁") || text.contains("⠈"))
        #expect(chart([]) == "")
        #expect(chart([SeriesSamples(labels: LabelSet(metric: "up"), samples: [])]) == "")
    }
}
