import Foundation
import MonitoringModel
import Testing
import WebUI

/// A city at work: busy by day, quiet by night and on weekends.
enum SampleLoad {
    /// Tuesday 24 November 2026, 09:00 in Vietnam.
    static let start = Timestamp(milliseconds: 1_795_485_600_000)

    /// 0 at night to 1 in the busiest hour of a working day; hour 0 is the first ahead.
    static func rhythm(_ hour: Int) -> Double {
        let clock = Double(((hour + 9) % 24 + 24) % 24)
        let day = (((hour + 9 + 24 * 700) / 24) + 2) % 7
        let busy = exp(-pow((clock - 10) / 2.6, 2)) + 0.85 * exp(-pow((clock - 15) / 2.2, 2))
        return busy * [0.25, 1, 0.92, 0.96, 0.9, 0.86, 0.2][day]
    }

    static func row(
        _ id: String, name: String, kind: LoadModel.Kind, unit: LoadModel.Unit, capacity: Double?, base: Double,
        swing: Double, abstention: LoadModel.Abstention? = nil
    ) -> LoadModel.Row {
        let noise = { (hour: Int) in 0.06 * swing * sin(Double(hour) * 2.3) }
        let history = (-336..<0).map { hour in
            (-200..<(-190)).contains(hour) ? .nan : max(0, base + swing * rhythm(hour) + noise(hour))
        }
        let ahead = { (shift: Double) in
            (0..<168).map { max(0, base + swing * (rhythm($0) + shift * (0.06 + Double($0) / 2000))) }
        }
        let p50 = ahead(0)
        let peak = p50.indices.max { p50[$0] < p50[$1] } ?? 0
        return LoadModel.Row(
            id: id, name: name, kind: kind, unit: unit, capacity: capacity, current: history.last,
            history: history,
            ahead: abstention == nil ? LoadModel.Ahead(p10: ahead(-1), p50: p50, p90: ahead(1)) : .none,
            peak: abstention == nil ? LoadModel.Peak(hour: peak, p50: p50[peak], p90: ahead(1)[peak]) : nil,
            abstention: abstention,
            components: abstention == nil
                ? [
                    LoadModel.Component(model: .longSeasonAutoregression, weight: 0.46, error: 0.02 * swing),
                    LoadModel.Component(model: .seasonalSmoothing, weight: 0.31, error: 0.024 * swing),
                    LoadModel.Component(model: .seasonalNaive, weight: 0.23, error: nil),
                ] : [], record: abstention == nil ? LoadModel.Record(hours: 168, heldShare: 0.81) : nil)
    }

    static func model(name: String = "Cái Răng – TTDL", chosen: String = "l1/receive") -> LoadModel {
        LoadModel(
            cityName: name, now: start + .seconds(753), timeZone: "Asia/Ho_Chi_Minh", madeAt: start + .seconds(60),
            start: start,
            rows: [
                row(
                    "l1/receive", name: name, kind: .receive, unit: .bytesPerSecond, capacity: 1.25e9, base: 1.1e8,
                    swing: 1.05e9),
                row("srv", name: "egov-23", kind: .processor, unit: .ratio, capacity: 1, base: 0.2, swing: 0.62),
                row(
                    "l1/transmit", name: name, kind: .transmit, unit: .bytesPerSecond, capacity: 1.25e9, base: 3e7,
                    swing: 9e7),
                row("room", name: "Phòng họp số 1", kind: .inCall, unit: .ratio, capacity: 1, base: 0, swing: 0.55),
                row("mcu", name: "Cầu truyền hình", kind: .calls, unit: .count, capacity: nil, base: 0, swing: 7),
                row(
                    "new", name: "vm-mail-2", kind: .processor, unit: .ratio, capacity: 1, base: 0.1, swing: 0.2,
                    abstention: .tooFewReadings),
            ], group: nil, search: SearchText(), chosen: chosen, unknown: nil, seriesCount: 23_481,
            databaseBytes: 412_300_000,
            version: "0.1.0",
            isDemo: true)
    }
}

struct LoadPageTests {
    let pages: Pages

    init() throws {
        pages = try OverviewPageTests.shared.get()
    }

    @Test(arguments: PageLanguage.allCases, [nil, PageTheme.dark])
    func `the page is well formed and obeys a strict content security policy`(
        language: PageLanguage, theme: PageTheme?
    ) {
        for chosen in SampleLoad.model().rows.map(\.id) + [""] {
            let check = MarkupCheck(pages.load(SampleLoad.model(chosen: chosen), language: language, theme: theme))
            #expect(check.faults == [])
            #expect(check.policyFaults == [])
            let ids = check.tags.compactMap { $0["id"] }
            #expect(Set(ids).count == ids.count, "an id is given twice")
            #expect(check.tags.compactMap { $0["aria-labelledby"] }.filter { !ids.contains($0) } == [])
            #expect(check.tags.first { $0.name == "html" }?["lang"] == language.rawValue)
            #expect(!check.text.contains("{"))
            #expect(check.tags.contains { $0["class"] == "chart" } == !chosen.isEmpty)
        }
    }

    @Test func `loads, hours and days are told in the reader's language`() {
        let vietnamese = MarkupCheck(pages.load(SampleLoad.model(), language: .vietnamese)).text
            .replacing("\u{A0}", with: " ")
        for text in [
            "9,32 Gb/s", "93 %", "(có thể 10,4 Gb/s)", "Thứ Hai 30/11 10:00", "Chiều nhận", "Không dự báo:",
            "chưa đủ số đo", "khoảng 80 % đúng 81 % (168 giờ)", "82 %", "Cuộc gọi cùng lúc", "sức tải 10,0 Gb/s",
            "thay đổi so với cùng giờ tuần trước", "dự báo lúc Thứ Ba 24/11/2026 09:01:00 (GMT+7)",
        ] {
            #expect(vietnamese.contains(text), "\(text)")
        }
        let english = MarkupCheck(pages.load(SampleLoad.model(chosen: "mcu"), language: .english)).text
            .replacing("\u{A0}", with: " ")
        for text in [
            "9.32 Gb/s", "93%", "(up to 10.4 Gb/s)", "Mon 30 Nov 10:00", "Receiving", "too few readings",
            "most calls at once in each hour",
        ] {
            #expect(english.contains(text), "\(text)")
        }
    }

    @Test func `the chart has the past, the band, midnights and a capacity in sight`() throws {
        func chart(_ chosen: String) throws -> ArraySlice<MarkupCheck.Tag> {
            let check = MarkupCheck(pages.load(SampleLoad.model(chosen: chosen), language: .english))
            let start = try #require(check.tags.firstIndex { $0["class"] == "chart" })
            return check.tags[start...]
        }
        let link = try chart("l1/receive")
        for name in ["hist", "band", "ahead", "limit", "now", "due peak", "due-dot peak"] {
            let tag = try #require(link.first { $0["class"] == name }, "\(name)")
            #expect(tag["d"] != "", "\(name)")
        }
        #expect(link.count { $0["class"] == "notch" } == 21)
        // A gap in what is known stays a gap in the line.
        #expect(link.first { $0["class"] == "hist" }?["d"]?.filter { $0 == "M" }.count == 2)
        // A tenth of what the link bears: no line.
        #expect(try !chart("l1/transmit").contains { $0["class"] == "limit" })
        let silent = try chart("new")
        #expect(silent.first { $0["class"] == "band" }?["d"] == "")
        #expect(!silent.contains { $0["class"] == "due peak" })
    }

    @Test func `levels follow the share of the capacity`() {
        func level(p50: Double, p90: Double, capacity: Double? = 2) -> String? {
            var model = SampleLoad.model(chosen: "")
            model.rows = [model.rows[0]]
            model.rows[0].capacity = capacity
            model.rows[0].peak = LoadModel.Peak(hour: 3, p50: p50, p90: p90)
            let check = MarkupCheck(pages.load(model, language: .english))
            return check.tags.first { $0["class"]?.hasPrefix("meter ") == true }?["class"]
        }
        #expect(level(p50: 1, p90: 1.79) == "meter good")
        #expect(level(p50: 1, p90: 1.8) == "meter warn")
        #expect(level(p50: 1.6, p90: 1.7) == "meter warn")
        #expect(level(p50: 1.8, p90: 1.9) == "meter crit")
        #expect(level(p50: 1.8, p90: 1.9, capacity: nil) == nil)
        #expect(level(p50: 1.8, p90: 1.9, capacity: 0) == nil)
    }

    @Test func `every figure carries its raw value`() {
        let model = SampleLoad.model()
        let check = MarkupCheck(pages.load(model, language: .vietnamese))
        for row in model.rows {
            #expect(check.figure("load-now", id: row.id) == ["\(row.current ?? .nan)"])
            #expect(check.figure("load-peak", id: row.id) == (row.peak.map { ["\($0.p50)"] } ?? []))
        }
    }

    @Test(arguments: HostileTextTests.texts)
    func `names never become markup`(text: String) {
        let model = { (text: String) in
            var model = SampleLoad.model(name: text)
            model.timeZone = text
            model.version = text
            model.rows[0].id = "x" + text.prefix(300)
            model.chosen = model.rows[0].id
            return model
        }
        let check = MarkupCheck(pages.load(model(text), language: .vietnamese))
        #expect(check.faults == [])
        #expect(check.policyFaults == [])
        let plain = MarkupCheck(pages.load(model("plain"), language: .vietnamese))
        #expect(check.tags.map(\.name) == plain.tags.map(\.name))
    }

    @Test func `numbers that are none leave the page whole`() {
        var model = SampleLoad.model()
        model.rows[0].ahead.p90[7] = .infinity
        model.rows[0].ahead.p50 = model.rows[0].ahead.p50.dropLast(5)
        model.rows[0].peak = LoadModel.Peak(hour: 7, p50: .nan, p90: .infinity)
        model.rows[0].current = .nan
        model.rows[1].history = []
        let check = MarkupCheck(pages.load(model, language: .english))
        #expect(check.faults == [])
        #expect(!check.tags.contains { $0["d"]?.contains("nan") == true || $0["d"]?.contains("inf") == true })
        model.chosen = model.rows[1].id
        let empty = MarkupCheck(pages.load(model, language: .english))
        #expect(empty.text.contains("too few readings to draw"))
    }

    @Test func `a kind is chosen by a link, and kept by the others`() {
        var model = SampleLoad.model()
        model.group = .rooms
        model.chosen = "room"
        let check = MarkupCheck(pages.load(model, language: .english, theme: .dark))
        let links = check.tags.compactMap { $0["href"] }
        for link in [
            "/load?lang=en&amp;theme=dark", "/load?lang=en&amp;theme=dark&amp;kind=links",
            "?lang=vi&amp;theme=dark&amp;kind=rooms&amp;series=room",
            "/load?lang=en&amp;theme=dark&amp;kind=rooms&amp;series=mcu#chosen", "/?lang=en&amp;theme=dark",
            "/capacity?lang=en&amp;theme=dark", "/explore?lang=en&amp;theme=dark",
        ] {
            #expect(links.contains(link), "\(link)")
        }
        #expect(check.tags.compactMap { $0["data-figure"] == "load-now" ? $0["data-id"] : nil } == ["room", "mcu"])
        #expect(check.tags.first { $0["href"]?.hasSuffix("kind=rooms") == true }?["aria-current"] == "true")
    }

    @Test func `a search shows what is called so, and links keep it`() {
        var model = SampleLoad.model(chosen: "room")
        model.search = SearchText("hop  PHONG")
        let check = MarkupCheck(pages.load(model, language: .english))
        #expect(check.tags.compactMap { $0["data-figure"] == "load-now" ? $0["data-id"] : nil } == ["room"])
        let links = check.tags.compactMap { $0["href"] }
        #expect(links.contains("/load?lang=en&amp;q=hop%20%20PHONG&amp;series=room#chosen"))
        #expect(links.contains("/load?lang=en&amp;kind=links&amp;q=hop%20%20PHONG"))
        #expect(links.contains("?lang=vi&amp;q=hop%20%20PHONG&amp;series=room"))
        #expect(check.tags.first { $0["name"] == "q" }?["value"] == "hop  PHONG")
        #expect(check.text.replacing("\u{A0}", with: " ").contains("Links 0"))
        model.search = SearchText("<b>\"nobody\"")
        let none = MarkupCheck(pages.load(model, language: .vietnamese))
        #expect(none.faults == [] && none.policyFaults == [])
        #expect(none.text.contains("tên là"))
        #expect(!none.tags.contains { $0["data-figure"] == "load-now" })
    }

    @Test func `all pages lead to this one in the same language and theme`() {
        let link = "/load?lang=en&amp;theme=dark"
        for page in [
            pages.overview(SampleCity.calm(), language: .english, theme: .dark),
            pages.capacity(SampleCapacity.model(), language: .english, theme: .dark),
            pages.explore(ExplorePageTests.model(), language: .english, theme: .dark),
        ] {
            let check = MarkupCheck(page)
            #expect(check.tags.contains { $0["href"] == link })
            #expect(check.tags.count { $0["aria-current"] == "page" } == 1)
        }
        let own = MarkupCheck(pages.load(SampleLoad.model(), language: .english, theme: .dark))
        #expect(own.tags.filter { $0["aria-current"] == "page" }.map { $0["href"] } == ["#main"])
    }

    @Test func `before the first forecast, and without rows, the page says so`() {
        var model = SampleLoad.model(chosen: "")
        model.rows = []
        #expect(MarkupCheck(pages.load(model, language: .english)).text.contains("There is nothing of this kind"))
        model.madeAt = nil
        #expect(MarkupCheck(pages.load(model, language: .english)).text.contains("There is no forecast yet"))
    }

    @Test func `ten thousand rows make a page of some`() {
        var model = SampleLoad.model()
        model.rows = (0..<10_000).map { index in
            var row = model.rows[1]
            row.id = "device-\(index)"
            return row
        }
        var page = ""
        let time = ContinuousClock().measure { page = pages.load(model, language: .english) }
        print("load of 200 rows: \(time), \(page.utf8.count) bytes")
        #expect(page.utf8.count < 1_000_000)
        #expect(page.contains("Only 200 of 10,000"))
    }
}
