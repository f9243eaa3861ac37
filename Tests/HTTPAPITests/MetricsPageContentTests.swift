import HTTPAPI
import MonitoringModel
import Testing

@Suite("What a metrics page shows of the store")
struct MetricsPageContentTests {
    private static let sample = Sample(Timestamp(milliseconds: 1000), 1)
    private static let latest = [
        (labels: LabelSet(metric: "up", [Label("site", "a")]), sample: sample),
        (labels: LabelSet(metric: "up", [Label("site", "b")]), sample: sample),
        (labels: LabelSet(metric: "haidang_targets", [Label("site", "a")]), sample: sample),
    ]

    @Test("up to the limit everything shows but the service's own stored figures")
    func whole() {
        let content = MetricsPageContent(Self.latest, scope: .everything, limit: 2)
        #expect(content.rows.map(\.labels) == Self.latest.prefix(2).map(\.labels))
        #expect(content.leftOut == 0)
        #expect(content.notice == nil)
    }

    @Test("above the limit nothing shows, and one comment line says how much is missing and why")
    func truncated() throws {
        let content = MetricsPageContent(Self.latest, scope: .everything, limit: 1)
        #expect(content.rows.isEmpty)
        #expect(content.leftOut == 2)
        let notice = try #require(content.notice)
        #expect(notice.hasPrefix("# 2 series are left out"))
        #expect(notice.contains("at most 1 "))
        #expect(!notice.contains("\n"))
    }

    @Test("series of other sites do not count")
    func scoped() {
        let content = MetricsPageContent(Self.latest, scope: .sites(["b"]), limit: 1)
        #expect(content.rows.map(\.labels) == [Self.latest[1].labels])
        #expect(content.notice == nil)
    }
}
