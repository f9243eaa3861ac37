import MonitoringModel
import RE2
import TestSupport
import Testing
import TimeSeriesStore

@Suite("Matchers")
struct MatcherTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var matchers: [LabelMatcher]
        var expected: Set<String>

        init(_ matchers: [LabelMatcher], _ expected: Set<String>) {
            self.matchers = matchers
            self.expected = expected
        }

        var testDescription: String {
            matchers.map { "\($0.name)\($0.operation.rawValue)\"\($0.value)\"" }.joined(separator: ",")
        }
    }

    /// By the value of `id`, which names each series.
    static let series: [LabelSet] = [
        LabelSet("up", ["id": "a", "site": "north", "instance": "router-north-district-1"]),
        LabelSet("up", ["id": "b", "site": "south", "instance": "router-south-district-1"]),
        LabelSet("up", ["id": "c", "instance": "router-south-district-2"]),
        LabelSet("ifHCInOctets", ["id": "d", "site": "north", "instance": "router-north-district-1"]),
        LabelSet(["id": "e"].map { Label($0.key, $0.value) }),
    ]

    static let cases: [Case] = [
        Case([], ["a", "b", "c", "d", "e"]),
        Case([LabelMatcher("__name__", .equal, "up")], ["a", "b", "c"]),
        Case([LabelMatcher("__name__", .equal, "down")], []),
        Case([LabelMatcher("__name__", .notEqual, "up")], ["d", "e"]),
        Case([LabelMatcher("__name__", .equal, "up"), LabelMatcher("site", .equal, "north")], ["a"]),
        Case([LabelMatcher("site", .equal, "")], ["c", "e"]),
        Case([LabelMatcher("site", .notEqual, "")], ["a", "b", "d"]),
        Case([LabelMatcher("site", .notEqual, "north")], ["b", "c", "e"]),
        Case([LabelMatcher("nowhere", .equal, "")], ["a", "b", "c", "d", "e"]),
        Case([LabelMatcher("nowhere", .notEqual, "")], []),
        Case([LabelMatcher("site", .matches, "n.*|s.*")], ["a", "b", "d"]),
        Case([LabelMatcher("site", .matches, "nor")], []),
        Case([LabelMatcher("site", .matches, ".*")], ["a", "b", "c", "d", "e"]),
        Case([LabelMatcher("site", .matches, ".+")], ["a", "b", "d"]),
        Case([LabelMatcher("site", .matches, "|north")], ["a", "c", "d", "e"]),
        Case([LabelMatcher("site", .doesNotMatch, ".*")], []),
        Case([LabelMatcher("site", .doesNotMatch, ".+")], ["c", "e"]),
        Case([LabelMatcher("site", .doesNotMatch, "south")], ["a", "c", "d", "e"]),
        Case([LabelMatcher("site", .doesNotMatch, "|south")], ["a", "d"]),
        Case(
            [
                LabelMatcher("instance", .matches, "router-.*-1"), LabelMatcher("__name__", .equal, "up"),
                LabelMatcher("site", .notEqual, "south"),
            ], ["a"]),
    ]

    @Test("a matcher finds the series Prometheus would find", arguments: cases)
    func finds(given: Case) async throws {
        let fixture = try StoreFixture()
        fixture.append(Self.series.map { ($0, 1) }, at: fixture.clock.now)
        for _ in 0..<2 {
            let found = try await fixture.store.everything(given.matchers)
            #expect(Set(found.compactMap { $0.labels["id"] }) == given.expected)
            try await fixture.reopen()
        }
        try await fixture.store.close()
    }

    @Test("a bad pattern is an error")
    func badPattern() async throws {
        let fixture = try StoreFixture()
        await #expect(throws: PatternError.self) {
            try await fixture.store.everything([LabelMatcher("site", .matches, "(")])
        }
        try await fixture.store.close()
    }
}
