import Foundation
import HaidangConfiguration
import Inventory
import Polling
import TestSupport
import Testing

@Suite("Reading a configuration directory")
struct LoadingTests {
    static let service = "cityName: Thử\nmonitorSite: centre\n"
    static let inventory = """
        areas: [{ id: city, name: Thành phố }]
        sites: [{ id: centre, name: Trung tâm, area: city }]

        """

    private func directory(_ files: [String: [UInt8]]) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        var files = files
        files["haidang.yml"] = files["haidang.yml"] ?? Array(Self.service.utf8)
        files["inventory/base.yml"] = files["inventory/base.yml"] ?? Array(Self.inventory.utf8)
        for (name, bytes) in files {
            let url = directory.url.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
        return directory
    }

    private func problems(_ files: [String: [UInt8]]) throws -> String {
        let directory = try directory(files)
        let errors = try #require(throws: ConfigurationErrors.self) {
            _ = try Configuration.load(directory: directory.path)
        }
        return errors.description
    }

    @Test("what haidang.yml does not say has a default")
    func defaults() throws {
        let directory = try directory([:])
        let service = try Configuration.load(directory: directory.path).service
        #expect(service.timeZone == "Asia/Ho_Chi_Minh")
        #expect(service.listen == ListenAddress("127.0.0.1:8470"))
        #expect(!service.allowPlainHTTP && !service.anonymousViewer)
        #expect(service.dataDirectory == nil && service.trapListen == nil && service.trapSources.isEmpty)
        #expect(service.pollInterval == .seconds(60) && service.pollTimeout == .seconds(2))
        #expect(service.pollRetries == 2 && service.missedPolls == 3)
        #expect(service.retention == .seconds(400 * 86400) && service.metricsPageSeries == 100_000)
    }

    @Test("a directory that is not there is one problem")
    func noDirectory() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("absent")
        let errors = try #require(throws: ConfigurationErrors.self) { _ = try Configuration.load(directory: path) }
        #expect(errors.description == "\(path): expected a configuration directory, found none")
    }

    @Test("haidang.yml must be there")
    func noServiceFile() throws {
        let directory = try TemporaryDirectory()
        let errors = try #require(throws: ConfigurationErrors.self) {
            _ = try Configuration.load(directory: directory.path)
        }
        #expect(errors.description == "haidang.yml: expected a file that can be read, found none")
    }

    @Test("an empty haidang.yml lacks keys, an empty inventory file nothing")
    func emptyFiles() throws {
        #expect(try problems(["haidang.yml": []]) == "haidang.yml: expected keys, found an empty file")
        let directory = try directory(["inventory/empty.yml": Array("# nothing yet\n".utf8)])
        _ = try Configuration.load(directory: directory.path)
    }

    @Test("bytes that are not UTF-8 are found where they stand")
    func invalidUTF8() throws {
        let bytes = Array("areas:\n  - { id: a, name: ờ".utf8) + [0xff] + Array(" }\n".utf8)
        #expect(
            try problems(["inventory/x.yml": bytes])
                == "inventory/x.yml:2:21: expected UTF-8, found a byte that is not part of it")
    }

    @Test("a byte order mark at the beginning is passed over")
    func byteOrderMark() throws {
        let directory = try directory(["haidang.yml": [0xef, 0xbb, 0xbf] + Array(Self.service.utf8)])
        _ = try Configuration.load(directory: directory.path)
    }

    @Test("control characters are refused")
    func controlCharacters() throws {
        let text = try problems(["inventory/x.yml": Array("areas:\n  - { id: a, name: \"A\u{1}\" }\n".utf8)])
        #expect(text == "inventory/x.yml:2:22: expected YAML, found an error: control characters are not allowed")
        let escaped = try problems(["inventory/x.yml": Array("areas: [{ id: a, name: \"A\\u0001\" }]\n".utf8)])
        #expect(escaped == "inventory/x.yml:1:24: expected a text in \"name\", found \"A\u{fffd}\"")
    }

    @Test("a file above 8 MB is refused")
    func largeFile() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: (8 << 20) + 1)
        #expect(
            try problems(["inventory/x.yml": bytes])
                == "inventory/x.yml: expected at most 8388608 bytes, found 8388609")
    }

    @Test("aliases of aliases are refused at once, as values and as keys", arguments: ["[*i]", "{ *i : x }"])
    func aliasBomb(end: String) throws {
        var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for (name, below) in zip("bcdefghi", "abcdefgh") {
            let list = Array(repeating: "*\(below)", count: 9).joined(separator: ", ")
            text += "\(name): &\(name) [\(list)]\n"
        }
        text += "areas: \(end)\n"
        #expect(
            try problems(["inventory/x.yml": Array(text.utf8)])
                == "inventory/x.yml:1:4: expected no anchors and aliases, found many")
    }

    @Test("ampersands and asterisks in texts are no anchors")
    func asterisks() throws {
        let name = String(repeating: "**A** & *B* ", count: 20)
        let directory = try directory(["inventory/x.yml": Array("areas: [{ id: a, name: \"\(name)\" }]\n".utf8)])
        let city = try Configuration.load(directory: directory.path).inventory
        #expect(city.areas.contains { $0.name.vietnamese == name })
    }

    @Test("deep nesting is a problem, not a crash", arguments: [900, 5000])
    func deepNesting(depth: Int) throws {
        let text = "areas: " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "\n"
        #expect(try problems(["inventory/x.yml": Array(text.utf8)]).hasPrefix("inventory/x.yml:1:"))
    }

    @Test("a long chain of dependencies is followed to its end")
    func longChain() throws {
        var text = "devices:\n"
        for index in 0..<2000 {
            text +=
                "- { id: d\(index), name: D, kind: server, site: centre, address: 10.1.\(index / 256).\(index % 256) }\n"
        }
        text += "dependencies:\n"
        for index in 0..<2000 { text += "- { device: d\(index), on: [d\((index + 1) % 2000)] }\n" }
        #expect(
            try problems(["inventory/x.yml": Array(text.utf8)])
                .hasPrefix("inventory/x.yml:2003:13: expected dependencies without a cycle, found d0 → d1 → "))
    }

    @Test("a damaged file gives problems or a configuration, never a crash")
    func damage() throws {
        let fixture = try Data(
            contentsOf: URL(fileURLWithPath: "\(ShippedConfiguration.directory)/cantho/inventory/centre-network.yml"))
        let bytes = [UInt8](fixture)
        var state: UInt64 = 2016
        func random(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let directory = try directory([:])
        let target = URL(fileURLWithPath: directory.file("inventory/x.yml"))
        for round in 0..<60 {
            var damaged = round % 2 == 0 ? Array(bytes.prefix(random(below: bytes.count))) : bytes
            for _ in 0..<(round % 5) where !damaged.isEmpty {
                damaged[random(below: damaged.count)] = UInt8(truncatingIfNeeded: random(below: 256))
            }
            try Data(damaged).write(to: target)
            do {
                _ = try Configuration.load(directory: directory.path)
            } catch let errors as ConfigurationErrors {
                #expect(!errors.problems.isEmpty)
            }
        }
    }

    @Test(
        "durations are read as written",
        arguments: [
            ("1s", Duration.seconds(1)), ("1500ms", .milliseconds(1500)), ("1m30s", .seconds(90)),
            ("1h", .seconds(3600)), ("90d", .seconds(90 * 86400)), ("2w", .seconds(14 * 86400)),
            ("1y", .seconds(365 * 86400)),
        ])
    func durations(text: String, expected: Duration) throws {
        let directory = try directory(["haidang.yml": Array((Self.service + "retention: \(text)\n").utf8)])
        #expect(try Configuration.load(directory: directory.path).service.retention == expected)
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "s", "1", "-1s", "1.5h", "30s1m", "1s1s", "99999999999999999999d", "9223372036854775807s", "101y",
        ])
    func badDurations(text: String) throws {
        let found = try problems(["haidang.yml": Array((Self.service + "retention: \"\(text)\"\n").utf8)])
        #expect(found.hasPrefix("haidang.yml:3:12: expected a duration as 60s, 5m or 90d in \"retention\", found"))
    }

    @Test("own modules replace shipped ones of the same name and add to the rest")
    func modules() throws {
        let directory = try directory([
            "modules/a.yml": Array("name: system\nscalars: [{ name: x, oid: 1.3.6.1.4.1, kind: gauge }]\n".utf8),
            "modules/b.yml": Array(
                "name: pump\nmatch: { probes: [.1.3.6.1.4] }\ntables: [{ name: t, metrics: [] }]\n".utf8),
        ])
        let modules = try Configuration.load(directory: directory.path).modules
        #expect(modules.map(\.name).sorted() == (ShippedConfiguration.modules + ["pump"]).sorted())
        #expect(modules.first { $0.name == "system" }?.scalars.map(\.name) == ["x"])
    }
}
