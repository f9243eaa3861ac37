import MonitoringModel
import Testing
import WebUI

struct ExplorePageTests {
    let pages: Pages

    init() throws {
        pages = try OverviewPageTests.shared.get()
    }

    static func model(_ text: String = "Cần Thơ", timeZone: String = "Asia/Ho_Chi_Minh") -> ExploreModel {
        ExploreModel(
            cityName: text, now: Timestamp(milliseconds: 1_795_486_353_000), timeZone: timeZone, pollInterval: 60,
            functions: ["abs", "rate"], aggregations: ["sum"], seriesCount: 23_481, databaseBytes: 412_300_000,
            version: text, isDemo: true)
    }

    @Test(arguments: PageLanguage.allCases, [nil, PageTheme.dark])
    func `the page is well formed and obeys a strict content security policy`(
        language: PageLanguage, theme: PageTheme?
    ) {
        let check = MarkupCheck(pages.explore(Self.model(), language: language, theme: theme))
        #expect(check.faults == [])
        #expect(check.policyFaults == [])
        let ids = check.tags.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count, "an id is given twice")
        let references = ["for", "aria-controls", "aria-labelledby", "list"].flatMap { name in
            check.tags.compactMap { $0[name] }
        }
        #expect(references.filter { !ids.contains($0) } == [])
        #expect(check.tags.first { $0.name == "html" }?["lang"] == language.rawValue)
        #expect(check.tags.first { $0.name == "html" }?["data-theme"] == theme?.rawValue)
        #expect(!check.text.contains("{{") && !check.text.contains("{n}"))
    }

    @Test(arguments: HostileTextTests.texts)
    func `text of the configuration never becomes markup`(text: String) {
        let check = MarkupCheck(pages.explore(Self.model(text, timeZone: text), language: .vietnamese))
        #expect(check.faults == [])
        #expect(check.policyFaults == [])
        let plain = MarkupCheck(pages.explore(Self.model(), language: .vietnamese))
        #expect(check.tags.map(\.name) == plain.tags.map(\.name))
    }

    @Test func `every file that the page or its scripts ask for is served`() throws {
        let served = Dictionary(uniqueKeysWithValues: pages.assets.map { ($0.path, $0) })
        let check = MarkupCheck(pages.explore(Self.model(), language: .english))
        let asked = check.tags.compactMap { $0["src"] ?? $0["href"] }.filter { $0.hasPrefix("/assets/") }
            .map { String($0.prefix { $0 != "?" }) }
        #expect(Set(asked).isSuperset(of: ["/assets/dygraph.js", "/assets/dygraph-licence.txt", "/assets/explore.js"]))
        for path in asked { #expect(served[path]?.body.isEmpty == false, "\(path)") }
        for script in pages.assets where script.path.hasPrefix("/assets/explore") {
            for match in String(decoding: script.body, as: UTF8.self).matches(of: /from "\.\/([^"]+)"/) {
                #expect(served["/assets/\(match.1)"] != nil, "\(script.path) imports \(match.1)")
            }
        }
    }

    @Test func `texts that the scripts ask for are on the page`() throws {
        let check = MarkupCheck(pages.explore(Self.model(), language: .english))
        let texts = try #require(check.tags.first { $0["id"] == "texts" })
        let given = Set(texts.attributes.map(\.name))
        let asked = pages.assets.filter { $0.path.hasPrefix("/assets/explore") && $0.path.hasSuffix(".js") }
            .flatMap { String(decoding: $0.body, as: UTF8.self).matches(of: /[tT]exts\.([a-z][A-Za-z]*)/) }
            .map { match in
                "data-" + match.1.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
            }
        #expect(asked.count > 30)
        #expect(Set(asked).subtracting(given) == [])
    }

    @Test func `the licence of the charting library goes with it`() throws {
        let licence = try #require(pages.assets.first { $0.path == "/assets/dygraph-licence.txt" })
        #expect(String(decoding: licence.body, as: UTF8.self).contains("Permission is hereby granted"))
    }

    @Test func `an unknown time zone becomes UTC`() {
        let check = MarkupCheck(pages.explore(Self.model(timeZone: "Nowhere/Else"), language: .english))
        #expect(check.tags.first { $0.name == "main" }?["data-zone"] == "UTC")
        #expect(check.text.contains("times in GMT"))
    }

    @Test func `the pages lead to each other in the same language and theme`() {
        let explore = MarkupCheck(pages.explore(Self.model(), language: .english, theme: .dark))
        #expect(explore.tags.contains { $0["href"] == "/?lang=en&amp;theme=dark" })
        let overview = MarkupCheck(pages.overview(SampleCity.calm(), language: .english, theme: .dark))
        #expect(overview.tags.contains { $0["href"] == "/explore?lang=en&amp;theme=dark" })
    }
}
