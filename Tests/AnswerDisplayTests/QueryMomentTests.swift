import AnswerDisplay
import MonitoringModel
import Testing

@Suite struct QueryMomentTests {
    /// 2026-03-01T12:00:00Z
    private static let now = Timestamp(milliseconds: 1_772_366_400_000)

    private static func window(_ start: Int64, _ end: Int64, _ step: Int64) -> QueryMoment {
        .range(
            QueryWindow(start: now + .seconds(start), end: now + .seconds(end), step: .seconds(step)))
    }

    @Test(
        "what is said about times",
        arguments: [
            (MomentOptions(), .instant(nil)), (MomentOptions(time: "now"), .instant(now)),
            (MomentOptions(time: "now-1h30m"), .instant(now - .seconds(5400))),
            (MomentOptions(time: "now+90"), .instant(now + .seconds(90))),
            (MomentOptions(time: "2026-03-01T19:00:00+07:00"), .instant(now)),
            (MomentOptions(time: "1772366400.5"), .instant(now + .milliseconds(500))),
            (MomentOptions(last: "6h"), window(-21_600, 0, 300)),
            (MomentOptions(last: "6h", step: "1m"), window(-21_600, 0, 60)),
            (MomentOptions(end: "now-1d", last: "1h"), window(-90_000, -86_400, 30)),
            (MomentOptions(start: "now-2h"), window(-7200, 0, 60)),
            (MomentOptions(end: "now-1h"), window(-7200, -3600, 30)),
            (MomentOptions(start: "now", end: "now"), window(0, 0, 1)),
            (MomentOptions(start: "2026-02-27T12:00:00Z", end: "now"), window(-172_800, 0, 1800)),
        ] as [(MomentOptions, QueryMoment)])
    func moments(options: MomentOptions, expected: QueryMoment) throws {
        #expect(try options.moment(now: Self.now) == expected)
    }

    @Test("a step that nobody gave is counted from the epoch, one that was given from the start")
    func alignment() throws {
        let now = Self.now + .milliseconds(123_456)
        #expect(try MomentOptions(last: "6h").moment(now: now) == Self.window(-21_600, 0, 300))
        #expect(
            try MomentOptions(last: "6h", step: "300").moment(now: now)
                == .range(QueryWindow(start: now - .seconds(21_600), end: now, step: .seconds(300))))
        #expect(
            try MomentOptions(start: "-100.5", end: "-0.5").moment(now: now)
                == .range(
                    QueryWindow(
                        start: Timestamp(milliseconds: -101_000), end: Timestamp(milliseconds: -1000), step: .seconds(1)
                    )))
    }

    @Test(
        "what cannot be meant is refused with the option's name",
        arguments: [
            (MomentOptions(step: "1m"), "--step goes with --last, --start or --end"),
            (MomentOptions(time: "now", last: "1h"), "--time is for one time"),
            (MomentOptions(start: "now-1h", last: "1h"), "--last and --start both say where it begins"),
            (MomentOptions(start: "now", end: "now-1s"), "expected a start at or before the end"),
            (MomentOptions(time: "yesterday"), "--time: expected an RFC 3339 time"),
            (MomentOptions(time: "nowish"), "--time: expected an RFC 3339 time"),
            (MomentOptions(time: "now-"), "--time: expected an RFC 3339 time"),
            (MomentOptions(last: "6 hours"), "--last: expected seconds or a duration"),
            (MomentOptions(last: "0"), "--last: expected seconds or a duration"),
            (MomentOptions(last: "1h", step: "-5"), "--step: expected seconds or a duration"),
        ])
    func refusals(options: MomentOptions, message: String) {
        let error = #expect(throws: MomentError.self) { try options.moment(now: Self.now) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("a range has about 100 steps of a length that people count by, however long it is")
    func steps() throws {
        var seconds: Int64 = 60
        while seconds < 4 * 365 * 86_400 {
            guard case .range(let window) = try MomentOptions(last: "\(seconds)").moment(now: Self.now) else { return }
            let points = Double(seconds) / window.step.inSeconds
            #expect(seconds < 100 || (50...200).contains(points), "\(seconds) s in steps of \(window.step)")
            #expect(window.step >= .seconds(1))
            seconds += seconds / 3
        }
        guard case .range(let window) = try MomentOptions(last: "130000y").moment(now: Self.now) else { return }
        #expect((50...200).contains((window.end - window.start) / window.step))
    }

    @Test(
        "spans",
        arguments: [
            ("90", 90_000), ("0.25", 250), ("1h30m", 5_400_000), ("1d", 86_400_000), ("250ms", 250),
            ("1w2d3h4m5s6ms", 788_645_006), ("1m1h", nil), ("5", 5000), ("", nil), ("m", nil), ("5x", nil), ("-5", nil),
            ("1h1h", nil), ("nan", nil), ("inf", nil), ("99999999999999999999s", nil), ("300000y", nil),
            ("0.0001", nil),
        ] as [(String, Int64?)])
    func spans(text: String, milliseconds: Int64?) {
        #expect(SpanText.span(text) == milliseconds.map { .milliseconds($0) })
        if let milliseconds { #expect(SpanText.span(SpanText.text(milliseconds)) == .milliseconds(milliseconds)) }
    }
}
