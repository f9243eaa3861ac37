import Foundation
import MonitoringModel
import TestSupport
import Testing
import WebUI

struct OverviewPageTests {
    /// Shared, so that each city's map is laid out once.
    static let shared = Result { try Pages() }
    let pages: Pages

    init() throws {
        pages = try Self.shared.get()
    }

    static let models = [
        "calm": SampleCity.calm(), "troubled": SampleCity.troubled(), "empty": emptyModel,
        "forecast": SampleCity.forecast(),
    ]

    static var emptyModel: OverviewModel {
        var model = SampleCity.model(groups: [], trunks: [])
        model.pools = []
        model.dataAge = nil
        model.pollQuality = nil
        model.targetCount = 0
        model.targetsUp = 0
        model.roomCount = 0
        model.roomsReady = 0
        return model
    }

    @Test(arguments: PageLanguage.allCases, ["calm", "troubled", "empty", "forecast"])
    func `a page is well formed and obeys a strict content security policy`(
        language: PageLanguage, name: String
    ) throws {
        let model = try #require(Self.models[name])
        let check = MarkupCheck(pages.overview(model, language: language))
        #expect(check.faults == [])
        #expect(check.policyFaults == [])
        let ids = check.tags.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count, "an id is given twice")
        #expect(check.tags.first { $0.name == "html" }?["lang"] == language.rawValue)
        #expect(!check.text.contains("{{") && !check.text.contains("{n}"))
        #expect(
            ["header", "nav", "main", "footer", "h1"].allSatisfy { name in check.tags.contains { $0.name == name } })
    }

    @Test func `links inside the page lead somewhere`() {
        let check = MarkupCheck(pages.overview(SampleCity.troubled(), language: .vietnamese))
        let ids = Set(check.tags.compactMap { $0["id"] })
        let inside = check.tags.compactMap { $0["href"] }.filter { $0.hasPrefix("#") }.map { String($0.dropFirst()) }
        #expect(!inside.isEmpty)
        #expect(inside.filter { !ids.contains($0) } == [])
        #expect(check.tags.compactMap { $0["aria-labelledby"] }.allSatisfy { ids.contains($0) })
    }

    @Test func `assets the page asks for are served`() {
        let check = MarkupCheck(pages.overview(SampleCity.calm(), language: .english))
        let asked = Set(
            check.tags.compactMap { $0["src"] ?? ($0.name == "link" ? $0["href"] : nil) }
                .map { $0.prefix { $0 != "?" } }.map(String.init))
        #expect(asked == ["/assets/overview.css", "/assets/overview.js", "/assets/theme.js", "/assets/logo.svg"])
        #expect(asked.subtracting(pages.assets.map(\.path)) == [])
        for asset in pages.assets where asked.contains(asset.path) {
            #expect(!asset.body.isEmpty && asset.body.count < 30_000)
        }
    }

    @Test func `every figure carries its raw value`() {
        let model = SampleCity.troubled()
        let check = MarkupCheck(pages.overview(model, language: .vietnamese))
        let tiles = model.groups.flatMap(\.tiles)
        let expected: [String: String] = [
            "sites-reachable": "\(tiles.count { $0.standing == .up || $0.standing == .warning })",
            "sites-total": "\(tiles.count)", "incidents-open": "3", "poll-quality": "0.9921", "targets-up": "1208",
            "targets-total": "1214", "rooms-ready": "78", "rooms-total": "80", "notifications-pending": "2",
            "notifications-delivered": "17", "series": "23481", "samples-per-second": "391.4",
            "database-bytes": "412300000", "traps": "1290", "data-age": "8.0", "pool-fullest": "\(10.12e12 / 11e12)",
        ]
        for (name, value) in expected { #expect(check.figure(name) == [value], "\(name)") }
        #expect(check.figure("pool-used", id: "san-1") == ["10120000000000.0"])
        #expect(check.figure("pool-used", id: "s3") == [""])
        let shown = Dictionary(
            uniqueKeysWithValues: check.tags.compactMap { tag in
                tag["data-site"].map { ($0, tag["data-standing"] ?? "") }
            })
        #expect(shown == Dictionary(uniqueKeysWithValues: tiles.map { ($0.id, $0.standing.rawValue) }))
        #expect(check.tags.compactMap { $0["data-incident"] }.sorted() == model.incidents.map(\.id).sorted())
        #expect(check.tags.count { $0["data-link"] != nil } == model.trunks.count)
        #expect(
            check.tags.compactMap { $0["data-target"] } == model.failedTargets.map { "\($0.job)/\($0.instance)" })
        #expect(check.tags.compactMap { $0["data-reason"] } == model.failedTargets.map(\.reasonCode))
    }

    @Test func `what a reader sees is written in their language`() {
        let model = SampleCity.troubled()
        let vietnamese = MarkupCheck(pages.overview(model, language: .vietnamese)).text
        for text in [
            "Thứ Ba 24/11/2026 09:12:33 (GMT+7)", "99,2\u{A0}%", "1.208", "10,1\u{A0}/\u{A0}11,0\u{A0}TB",
            "dữ liệu mới nhất 8 giây trước", "từ 08:55 · 17 phút", "từ 22/11 05:12 · 2 ngày 4 giờ",
            "không có dữ liệu từ 1 giờ 30 phút nay", "(3) Cần Thơ", "Hết thời gian chờ", "chưa bao giờ",
        ] {
            #expect(vietnamese.contains(text), "\(text)")
        }
        let english = MarkupCheck(pages.overview(model, language: .english)).text
        for text in [
            "Tue 24 Nov 2026 09:12:33 (GMT+7)", "99.2%", "1,208", "10.1\u{A0}/\u{A0}11.0\u{A0}TB",
            "newest data 8 s ago", "since 08:55 · 17 min", "no data for 1 h 30 min", "Timed out", "SIMULATED CITY",
        ] {
            #expect(english.contains(text), "\(text)")
        }
    }

    @Test func `pools with a forecast tell days, date and order, and the next to fill is a figure`() throws {
        let model = SampleCity.forecast()
        let page = pages.overview(model, language: .vietnamese, theme: .dark)
        let check = MarkupCheck(page)
        let days = (0.9 * 11 - 8.2) / 0.0412
        let text = check.text.replacing("\u{A0}", with: " ")
        for expected in [
            "(32–59)", "quá hạn 12 ngày", "trước 14/12/2026", "quá thất thường", "chưa có dự báo",
            "Kho sắp đầy sớm nhất",
            "kho đầy nhất 82 %", "dự báo lúc 03:12",
        ] {
            #expect(text.contains(expected), "\(expected)")
        }
        for name in ["days-to-full", "pool-next"] {
            let raw = try #require(Double(check.figure(name).first ?? ""))
            #expect(abs(raw - days) < 1e-6, "\(name)")
        }
        #expect(check.figure("pool-fullest") == ["\(4.9e12 / 6e12)"])
        #expect(check.tags.contains { $0["href"] == "/capacity?lang=vi&amp;theme=dark&amp;resource=san-1#chosen" })
        #expect(check.tags.count { $0["class"] == "band" } == 4)
        // Nothing is named of what the forecast is silent about.
        #expect(check.figure("days-to-full", id: "vsan") == [])
    }

    @Test func `the pools stand by days to full, then by how full they are`() {
        var model = SampleCity.forecast()
        model.pools.reverse()
        let check = MarkupCheck(pages.overview(model, language: .english))
        let order = check.tags.filter { $0["data-figure"] == "pool-used" }.compactMap { $0["data-id"] }
        #expect(order == ["san-1", "backup", "nas-2", "vsan", "s3"])
    }

    @Test func `a calm city is said to be calm`() {
        let text = MarkupCheck(pages.overview(SampleCity.calm(), language: .vietnamese)).text
        #expect(text.contains("Không có sự cố đang mở"))
        #expect(text.contains("Mọi địa điểm đều bình thường"))
        #expect(text.contains("Mọi thiết bị và dịch vụ đều trả lời"))
        #expect(!text.contains("THÀNH PHỐ MÔ PHỎNG"))
    }

    @Test func `old data looks old`() {
        var model = SampleCity.calm()
        model.dataAge = 131
        #expect(MarkupCheck(pages.overview(model, language: .english)).tags.contains { $0["class"] == "top old" })
        model.dataAge = 129
        #expect(MarkupCheck(pages.overview(model, language: .english)).tags.contains { $0["class"] == "top" })
    }

    @Test func `the page refreshes itself with and without scripts`() {
        let page = pages.overview(SampleCity.calm(), language: .english)
        #expect(page.contains(#"<noscript><meta http-equiv="refresh" content="10"></noscript>"#))
        let script = pages.assets.first { $0.path == "/assets/overview.js" }.map {
            String(decoding: $0.body, as: UTF8.self)
        }
        #expect(script?.contains("innerHTML =") == false)
        #expect(page.contains("data-lost=\"Connection to the server lost since {time}."))
    }

    @Test func `links keep the theme and the wall when the language changes`() {
        let check = MarkupCheck(
            pages.overview(SampleCity.calm(), language: .vietnamese, theme: .dark, wall: true))
        let english = check.tags.first { $0["hreflang"] == "en" }
        #expect(english?["href"] == "?lang=en&amp;theme=dark&amp;wall=1")
        #expect(check.tags.first?["data-theme"] == "dark")
        #expect(check.tags.first?["data-wall"] == "on")
        #expect(check.tags.first { $0["id"] == "theme" }?["href"] == "?lang=vi&amp;theme=light&amp;wall=1")
    }

    @Test func `five hundred sites and two hundred incidents render`() {
        let model = CrowdedCity.model()
        let clock = ContinuousClock()
        var page = ""
        let first = clock.measure { page = pages.overview(model, language: .vietnamese) }
        let next = clock.measure { page = pages.overview(model, language: .vietnamese) }
        print("crowded overview: first \(first), next \(next), \(page.utf8.count) bytes")
        let check = MarkupCheck(page)
        #expect(check.faults == [])
        #expect(check.tags.count { $0["data-site"] != nil } == 500)
        #expect(check.tags.count { $0["data-incident"] != nil } == 200)
    }

    @Test(.enabled(if: programPath("gzip") != nil, "needs gzip"))
    func `the page of a city of 120 sites is small on the wire`() throws {
        let directory = try TemporaryDirectory()
        var page = pages.overview(SampleCity.troubled(), language: .vietnamese)
        let time = ContinuousClock().measure { page = pages.overview(SampleCity.troubled(), language: .vietnamese) }
        try Data(page.utf8).write(to: URL(fileURLWithPath: directory.file("page.html")))
        let gzip = try RunningProgram(
            try #require(programPath("gzip")), ["-k", directory.file("page.html")], log: directory.file("log"))
        while gzip.isRunning { usleep(5000) }
        let packed = try Data(contentsOf: URL(fileURLWithPath: directory.file("page.html.gz")))
        print("overview: \(time), \(page.utf8.count) bytes, \(packed.count) with gzip")
        #expect(packed.count < 100_000)
    }
}
