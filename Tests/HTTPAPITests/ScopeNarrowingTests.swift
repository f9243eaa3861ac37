import HTTPAPI
import MonitoringModel
import Testing

@Suite("What an asker of some sites is told")
struct ScopeNarrowingTests {
    /// Two routers of two sites, one line between them and one within the first site.
    private static func narrowing(_ scope: QueryScope) -> ScopeNarrowing {
        ScopeNarrowing(
            scope: scope, siteOfDevice: ["rt-a": "a", "sw-a": "a", "rt-b": "b"],
            devicesOfLink: ["between": ["rt-b", "rt-a"], "within": ["rt-a", "sw-a"]])
    }

    private static func linkDown(_ link: String, _ deviceA: String, _ deviceB: String) -> Alert {
        Alert(
            labels: LabelSet([
                Label("alertname", "LinkDown"), Label("link", link), Label("site", "a"), Label("device_a", deviceA),
                Label("interface_a", "ge-0"), Label("device_b", deviceB), Label("interface_b", "ge-1"),
            ]),
            annotations: [
                "summary": "Link down: Bravo – Alpha", "summary_vi": "Mất đường truyền: Bravo – Alpha",
                "description": "Unreachable: Bravo", "description_vi": "Mất: Bravo", "evidence": "Bravo: down",
                "evidence_vi": "Bravo: mất", "carrier": "contract 7 of Bravo", "unreachable": "Bravo",
                "unreachable_sites": "b", "unreachable_devices": "12", "folded_into": "device:rt-b",
                "reported_by": "a", "runbook": "call Bravo",
            ], state: .firing, activeAt: Timestamp(milliseconds: 1000))
    }

    @Test("who may see everything is told everything")
    func everything() {
        let alert = Self.linkDown("between", "rt-b", "rt-a")
        let narrowing = Self.narrowing(.everything)
        #expect(narrowing.narrowed([alert]) == [alert])
        #expect(narrowing.cause("of another inventory") == "of another inventory")
    }

    @Test("an alert of a line that leaves the scope names neither its far end nor what it costs")
    func crossing() throws {
        let narrowed = Self.narrowing(.sites(["a"])).narrowed([Self.linkDown("between", "rt-b", "rt-a")])
        let alert = try #require(narrowed.first)
        #expect(
            alert.labels
                == LabelSet([
                    Label("alertname", "LinkDown"), Label("link", "between"), Label("site", "a"),
                    Label("device_b", "rt-a"), Label("interface_b", "ge-1"),
                ]))
        #expect(
            alert.annotations == [
                "summary": "LinkDown between", "summary_vi": "LinkDown between", "reported_by": "a",
            ])
    }

    @Test("an alert of a line within the scope keeps its summary and both ends, but no lists")
    func within() throws {
        let original = Self.linkDown("within", "rt-a", "sw-a")
        let alert = try #require(Self.narrowing(.sites(["a"])).narrowed([original]).first)
        #expect(alert.labels == original.labels)
        #expect(alert.annotations.keys.sorted() == ["reported_by", "summary", "summary_vi"])
        #expect(alert.annotations["summary"] == original.annotations["summary"])
    }

    @Test("alerts of other sites, and of none, are left out")
    func others() {
        let ofNone = Alert(
            labels: LabelSet([Label("alertname", "Custom")]), annotations: [:], state: .firing,
            activeAt: Timestamp(milliseconds: 0))
        let alerts = [Self.linkDown("within", "rt-a", "sw-a"), ofNone]
        #expect(Self.narrowing(.sites(["b"])).narrowed(alerts).isEmpty)
        #expect(Self.narrowing(.sites([])).narrowed(alerts).isEmpty)
    }

    @Test(
        "a cause is named only when all of it is within the scope",
        arguments: [("rt-a", "rt-a"), ("within", "within"), ("rt-b", ""), ("between", ""), ("unknown", "")])
    func causes(cause: String, shown: String) {
        #expect(Self.narrowing(.sites(["a"])).cause(cause) == shown)
    }
}
