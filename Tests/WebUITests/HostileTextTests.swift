import MonitoringModel
import Testing
import WebUI

struct HostileTextTests {
    static let texts = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</title></svg><b>",
        "{{t.skip}} {{{x}}} {n} {name}", "&lt;b&gt; & co", "`x`", "\u{202E}gnp.exe\u{202C}", "\u{2066}a\u{2069}",
        "\u{0}\u{7}\u{1B}[2J",
        // A combining mark joins the quote or bracket before it into one character.
        "\"\u{301} onload=alert(1) x=\"\u{301}", "<\u{338}img src=x>", "'\u{20DD} onclick=alert(1)",
        String(repeating: "rất-dài-", count: 4000), "Z" + String(repeating: "\u{300}", count: 500), "\n\r\t", "",
    ]

    static func model(_ text: String) -> OverviewModel {
        var model = SampleCity.troubled()
        model.cityName = text
        model.version = text
        model.notificationError = text
        model.timeZone = text
        for group in model.groups.indices {
            model.groups[group].name = text
            for tile in model.groups[group].tiles.indices {
                model.groups[group].tiles[tile].name = text
                model.groups[group].tiles[tile].because = text
                model.groups[group].tiles[tile].id += text.prefix(200)
            }
        }
        for trunk in model.trunks.indices {
            model.trunks[trunk].name = text
            model.trunks[trunk].id += text.prefix(200)
        }
        for incident in model.incidents.indices {
            model.incidents[incident].id += text.prefix(200)
            model.incidents[incident].title = text
            model.incidents[incident].severity = text
            model.incidents[incident].evidence = [text, text]
            model.incidents[incident].unreachable = [text]
        }
        for pool in model.pools.indices {
            model.pools[pool].name = text
            model.pools[pool].id += text.prefix(200)
        }
        for target in model.failedTargets.indices {
            model.failedTargets[target].instance = text.prefix(200) + "\(target)"
            model.failedTargets[target].siteName = text
            model.failedTargets[target].reasonCode = text
            model.failedTargets[target].reasonDetail = text
        }
        return model
    }

    @Test(arguments: texts)
    func `text of devices never becomes markup`(text: String) throws {
        let pages = try OverviewPageTests.shared.get()
        let plain = MarkupCheck(pages.overview(Self.model("x"), language: .vietnamese))
        let check = MarkupCheck(pages.overview(Self.model(text), language: .vietnamese))
        #expect(check.faults == [])
        #expect(check.policyFaults == [])
        // The same tags with the same attributes, whatever the text says.
        if !text.isEmpty {
            func shape(_ check: MarkupCheck) -> [String] {
                check.tags.filter { $0.name != "rect" && $0["class"] != "trunk" }.map { tag in
                    tag.name + " " + tag.attributes.map(\.name).joined(separator: " ")
                }
            }
            #expect(Set(shape(check)).subtracting(shape(plain)) == [])
        }
        #expect(!check.text.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) || $0.value < 9 })
    }

    @Test(arguments: [
        ("plain", "plain"), ("Cần Thơ", "Cần Thơ"), ("a\u{202E}b", "a\u{FFFD}b"), ("a\nb", "a b"),
        ("a\u{7}b", "a\u{FFFD}b"),
        ("\u{200B}x", "\u{FFFD}x"), ("e\u{301}\u{323}", "e\u{301}\u{323}"),
        ("e\u{301}\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}"), ("12345678901", "1234567890…"),
        ("1234567890", "1234567890"),
    ])
    func `readable text shows what is there and no more`(text: String, expected: String) {
        #expect(Array(DisplayText.readable(text, limit: 10).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test func `escaping looks at scalars, not at characters`() {
        #expect(
            Array(escapeHTML("\"\u{301}<\u{338}&'`>").utf8) == Array("&quot;\u{301}&lt;\u{338}&amp;&#39;&#96;&gt;".utf8)
        )
    }
}
