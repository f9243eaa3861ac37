import MonitoringModel
import Testing

@Suite("Label sets")
struct LabelSetTests {
    @Test("labels are sorted, the last of a name wins and empty values are no labels")
    func canonical() {
        let set = LabelSet([Label("site", "a"), Label("job", "snmp"), Label("site", "b"), Label("empty", "")])
        #expect(set.labels == [Label("job", "snmp"), Label("site", "b")])
        #expect(set == LabelSet([Label("job", "snmp"), Label("site", "b")]))
        #expect(set["site"] == "b" && set["empty"] == nil)
    }

    @Test("an empty last value removes an earlier one of the same name")
    func emptyWins() {
        #expect(LabelSet([Label("a", "1"), Label("a", "")]).labels.isEmpty)
    }

    @Test("the metric name is a label like the others")
    func metricName() {
        let set = LabelSet(metric: "up", [Label("job", "snmp")])
        #expect(set.metricName == "up")
        #expect(set.withoutMetricName == LabelSet([Label("job", "snmp")]))
        #expect(LabelSet().metricName == "")
    }

    @Test("setting a label replaces it, and an empty value removes it")
    func setting() {
        let set = LabelSet(metric: "up", [Label("job", "snmp")])
        #expect(set.setting("job", to: "page")["job"] == "page")
        #expect(set.setting("job", to: "") == LabelSet(metric: "up"))
        #expect(set.setting("instance", to: "rt-1").labels.map(\.name) == ["__name__", "instance", "job"])
    }

    @Test("sets are ordered by their labels")
    func order() {
        #expect(LabelSet([Label("a", "1")]) < LabelSet([Label("a", "2")]))
        #expect(LabelSet([Label("a", "1")]) < LabelSet([Label("a", "1"), Label("b", "1")]))
    }
}

@Suite("Timestamps")
struct TimestampTests {
    @Test("seconds and milliseconds agree")
    func conversion() {
        #expect(Timestamp(seconds: 1.5).milliseconds == 1500)
        #expect(Timestamp(milliseconds: -1500).seconds == -1.5)
    }

    @Test(
        "seconds out of range become the nearest bound, and none the epoch",
        arguments: [
            (1e300, 9_007_199_254_740_992), (.infinity, 9_007_199_254_740_992), (-1e300, -9_007_199_254_740_992),
            (-.infinity, -9_007_199_254_740_992), (.nan, 0),
        ] as [(Double, Int64)])
    func outOfRange(seconds: Double, milliseconds: Int64) {
        #expect(Timestamp(seconds: seconds).milliseconds == milliseconds)
    }

    @Test("a span is added, taken away and measured")
    func arithmetic() {
        let time = Timestamp(milliseconds: 1_480_000_000_000)
        #expect((time + .seconds(60)) - time == .seconds(60))
        #expect(time - .milliseconds(1) < time)
        #expect((time + .microseconds(1999)).milliseconds == time.milliseconds + 1)
    }

    @Test("spans in seconds keep their fraction")
    func spans() {
        #expect(Duration.milliseconds(1500).inSeconds == 1.5)
        #expect(Duration.milliseconds(-2500).wholeMilliseconds == -2500)
    }

    @Test("spans too long for whole milliseconds become the nearest number")
    func longSpans() {
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
        #expect(Duration.milliseconds(Int64.max).wholeMilliseconds == .max)
    }
}
