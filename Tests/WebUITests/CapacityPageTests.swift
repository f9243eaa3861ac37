import Foundation
import MonitoringModel
import Testing
import WebUI

/// A city whose pools fill soon, later, never, and of which nothing is known.
enum SampleCapacity {
    static let madeAt = Timestamp(milliseconds: 1_795_454_400_000)

    static func resource(
        _ id: String, name: String, unit: CapacityModel.Unit = .bytes, fill: CapacityModel.FillDays,
        orderWithin: Double?, abstention: CapacityModel.Abstention? = nil, scale: Double = 1e12
    ) -> CapacityModel.Resource {
        let used = (0..<180).map { 15 * scale + 0.05 * scale * Double($0) + 0.1 * scale * sin(Double($0)) }
        let now = used[179]
        return CapacityModel.Resource(
            id: id, address: [("resource", id)], name: name, unit: unit, used: now, size: 30 * scale, limit: 27 * scale,
            growthPerDay: 0.05 * scale,
            abstention: abstention, fill: fill, orderWithin: orderWithin, fullWithin: [0.31, 0.97, 1],
            record: [
                CapacityModel.RecordLine(horizonDays: 7, count: 80, medianError: 0.004, heldShare: 0.81),
                CapacityModel.RecordLine(horizonDays: 90, count: 12, medianError: 0.04, heldShare: 0.78),
            ], history: used,
            limits: Array(repeating: 25 * scale, count: 100) + Array(repeating: 27 * scale, count: 80),
            band: [1, 7, 30, 60, 90, 180, 365].map {
                CapacityModel.UsePoint(
                    day: $0, p10: min(27 * scale, now + 0.03 * scale * Double($0)),
                    p50: min(27 * scale, now + 0.05 * scale * Double($0)),
                    p90: min(27 * scale, now + 0.07 * scale * Double($0)))
            }, age: 42)
    }

    static func model(name: String = "SAN-01 · camera", chosen: String = "san") -> CapacityModel {
        var unsized = resource(
            "new", name: "NAS mới", fill: CapacityModel.FillDays(p10: nil, p50: nil, p90: nil), orderWithin: nil,
            abstention: .sizeUnknown)
        unsized.size = nil
        unsized.limit = nil
        unsized.history = []
        unsized.band = []
        unsized.age = nil
        let resources = [
            resource(
                "san", name: name, fill: CapacityModel.FillDays(p10: 33.2, p50: 41.4, p90: 55), orderWithin: -12),
            resource(
                "backup", name: "Backup-01", fill: CapacityModel.FillDays(p10: 101, p50: 129, p90: nil),
                orderWithin: 56),
            resource(
                "power", name: "UPS", unit: .watts, fill: CapacityModel.FillDays(p10: 250, p50: nil, p90: nil),
                orderWithin: 205, scale: 1_000),
            resource(
                "lic", name: "Giấy phép", unit: .count, fill: CapacityModel.FillDays(p10: nil, p50: nil, p90: nil),
                orderWithin: nil, scale: 10),
            resource(
                "odd", name: "vSAN", fill: CapacityModel.FillDays(p10: 20, p50: nil, p90: nil), orderWithin: nil,
                abstention: .unstable), unsized,
        ]
        return CapacityModel(
            cityName: name, now: madeAt + .seconds(3_600), timeZone: "Asia/Ho_Chi_Minh", madeAt: madeAt,
            resources: resources, chosen: resources.firstIndex { $0.id == chosen }, unknown: nil,
            reasons: CapacityReasons(
                findings: [
                    .regularDrops(everyDays: 7, size: 4e11), .purges(atUse: 2.1e13, confidence: 0.8),
                    .weekdays(highest: 1), .monthDay(3, size: 1e11), .monthDay(31, size: 1e11),
                    .step(daysAgo: 80, size: 2e12), .bursts(perYear: 9, size: 3e11), .compound(perMonth: 0.031),
                    .saturation(atUse: 2.6e13), .yearlyCycle(perDay: 1e10), .rateChange(daysAgo: 89, perDay: 5e10),
                    .rest,
                ],
                components: CapacityReasons.Model.allCases.map {
                    CapacityReasons.Component(model: $0, weight: 0.3, growthPerDay: 5e10, backtestError: 1e9)
                }, gaps: 3, excursions: 1, stuckReadings: 0),
            record: [CapacityModel.RecordLine(horizonDays: 30, count: 900, medianError: 0.012, heldShare: 0.8)],
            pollInterval: 60, seriesCount: 23_481, databaseBytes: 412_300_000, version: "0.1.0", isDemo: true)
    }
}

struct CapacityPageTests {
    let pages: Pages

    init() throws {
        pages = try OverviewPageTests.shared.get()
    }

    @Test(arguments: PageLanguage.allCases, [nil, PageTheme.dark])
    func `the page is well formed and obeys a strict content security policy`(
        language: PageLanguage, theme: PageTheme?
    ) {
        for chosen in ["san", "backup", "odd", "new", ""] {
            let check = MarkupCheck(
                pages.capacity(SampleCapacity.model(chosen: chosen), language: language, theme: theme))
            #expect(check.faults == [])
            #expect(check.policyFaults == [])
            let ids = check.tags.compactMap { $0["id"] }
            #expect(Set(ids).count == ids.count, "an id is given twice")
            let references = ["aria-labelledby"].flatMap { name in check.tags.compactMap { $0[name] } }
            #expect(references.filter { !ids.contains($0) } == [])
            #expect(check.tags.first { $0.name == "html" }?["lang"] == language.rawValue)
            #expect(!check.text.contains("{{") && !check.text.contains("{n}") && !check.text.contains("{size}"))
        }
    }

    @Test func `days, ranges, dates and orders are told in the reader's language`() {
        let vietnamese = MarkupCheck(pages.capacity(SampleCapacity.model(), language: .vietnamese)).text
        for text in [
            "(33–55)", "04/01/2027", "quá hạn 12 ngày", "trước 19/01/2027", "(101–&gt;365)", "(250–&gt;365)",
            "chưa cần trong một năm", "quá thất thường", "không rõ dung lượng",
            "trước 90 ngày: sai số trung vị 4,0\u{A0}%, khoảng 80 % đúng 78\u{A0}% (12 dự báo)", "+50,0\u{A0}GB",
        ] {
            #expect(vietnamese.contains(text), "\(text)")
        }
        let english = MarkupCheck(pages.capacity(SampleCapacity.model(), language: .english)).text
        for text in ["4 Jan 2027", "overdue 12 days", "by 19 Jan 2027", "the 80 % range held 78%", "+50.0\u{A0}GB"] {
            #expect(english.contains(text), "\(text)")
        }
    }

    @Test func `the chart has the past, the band, the limit and the date`() throws {
        let check = MarkupCheck(pages.capacity(SampleCapacity.model(), language: .english))
        let start = try #require(check.tags.firstIndex { $0["class"] == "chart" })
        let chart = check.tags[start...]
        for name in ["hist", "band", "ahead", "limit", "now", "due main", "due-dot main"] {
            let tag = try #require(chart.first { $0["class"] == name }, "\(name)")
            #expect(tag["d"] != "", "\(name)")
        }
        #expect(chart.filter { $0["class"] == "due" }.count == 2)
        // The limit rose once: a staircase of two levels.
        let limit = try #require(chart.first { $0["class"] == "limit" }?["d"])
        #expect(limit.filter { $0 == "L" }.count == 3)
        let abstaining = MarkupCheck(pages.capacity(SampleCapacity.model(chosen: "odd"), language: .english))
        #expect(!abstaining.tags.contains { $0["class"] == "due main" })
        let unsized = MarkupCheck(pages.capacity(SampleCapacity.model(chosen: "new"), language: .english))
        #expect(!unsized.tags.contains { $0["class"] == "chart" })
    }

    @Test(arguments: HostileTextTests.texts)
    func `names of resources never become markup`(text: String) {
        let model = { (text: String) in
            var model = SampleCapacity.model(name: text)
            model.timeZone = text
            model.version = text
            model.resources[0].id = "x" + text.prefix(300)
            model.resources[0].address = [("resource", model.resources[0].id)]
            return model
        }
        let check = MarkupCheck(pages.capacity(model(text), language: .vietnamese))
        #expect(check.faults == [])
        #expect(check.policyFaults == [])
        let plain = MarkupCheck(pages.capacity(model("plain"), language: .vietnamese))
        #expect(check.tags.map(\.name) == plain.tags.map(\.name))
    }

    @Test func `other languages and themes keep the chosen resource, other pages the language`() {
        let check = MarkupCheck(
            pages.capacity(SampleCapacity.model(chosen: "backup"), language: .english, theme: .dark))
        let links = check.tags.compactMap { $0["href"] }
        #expect(links.contains("?lang=vi&amp;theme=dark&amp;resource=backup"))
        #expect(links.contains("/explore?lang=en&amp;theme=dark"))
        #expect(links.contains("/capacity?lang=en&amp;theme=dark&amp;resource=san#chosen"))
        let overview = MarkupCheck(pages.overview(SampleCity.calm(), language: .english, theme: .dark))
        #expect(overview.tags.contains { $0["href"] == "/capacity?lang=en&amp;theme=dark" })
    }

    @Test func `a resource whose id another has is led to by more than its id`() {
        var model = SampleCapacity.model(chosen: "")
        model.resources[1].id = "san"
        model.resources[1].address = [("resource", "san"), ("site", "b & c"), ("kind", ""), ("unit", "bytes")]
        model.chosen = 1
        let check = MarkupCheck(pages.capacity(model, language: .english))
        let address = "&amp;resource=san&amp;site=b%20%26%20c&amp;unit=bytes"
        let current = check.tags.filter { $0["aria-current"] == "true" }.compactMap { $0["href"] }
        #expect(current.filter { $0.hasSuffix("#chosen") } == ["/capacity?lang=en\(address)#chosen"])
        #expect(check.tags.contains { $0["href"] == "?lang=vi\(address)" })
    }

    @Test(arguments: PageLanguage.allCases)
    func `planners may print the page and take the table with them`(language: PageLanguage) throws {
        let check = MarkupCheck(pages.capacity(SampleCapacity.model(), language: language))
        let table = "/api/v1/capacity/forecasts.csv?lang=\(language.rawValue)"
        #expect(check.tags.contains { $0["href"] == table })
        // Hidden until a script shows it.
        let button = try #require(check.tags.firstIndex { $0["class"] == "print" })
        #expect(check.tags[button - 1]["hidden"] == "")
        let script = try #require(check.tags.compactMap { $0["src"] }.first { $0.hasPrefix("/assets/print.js?v=") })
        #expect(pages.assets.contains { $0.path == script.prefix { $0 != "?" } })
        var empty = SampleCapacity.model(chosen: "")
        empty.resources = []
        #expect(!MarkupCheck(pages.capacity(empty, language: language)).tags.contains { $0["href"] == table })
    }

    @Test func `what is not there leaves no empty line`() {
        var model = SampleCapacity.model()
        model.reasons?.gaps = 0
        model.reasons?.excursions = 0
        model.resources[0].growthPerDay = nil
        let page = pages.capacity(model, language: .english)
        #expect(!page.contains("<li></li>"))
        #expect(!page.contains("<p class=\"note\"></p>"))
    }

    @Test func `before the first forecast the page says so`() {
        var model = SampleCapacity.model(chosen: "")
        model.madeAt = nil
        model.resources = []
        model.reasons = nil
        let check = MarkupCheck(pages.capacity(model, language: .english))
        #expect(check.text.contains("There is no forecast yet"))
    }

    @Test func `ten thousand resources make a page of some`() {
        var model = SampleCapacity.model()
        model.resources = (0..<10_000).map { index in
            var resource = model.resources[1]
            resource.id = "pool-\(index)"
            return resource
        }
        let page = pages.capacity(model, language: .english)
        #expect(page.utf8.count < 1_000_000)
        #expect(page.contains("Only 200 of 10,000"))
    }
}
