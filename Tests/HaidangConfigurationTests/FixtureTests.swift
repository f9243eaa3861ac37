import Foundation
import HaidangConfiguration
import Inventory
import TestSupport
import Testing

/// `Fixtures/<case>` holds the files of a good and a bad directory and what is wrong with the bad one. They are laid over
/// `Fixtures/base`, so that a case shows only what it is about.
private enum Fixtures {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static let cases: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path)
        return (names ?? []).filter { $0 != "base" && !$0.hasPrefix(".") }.sorted()
    }()

    /// A directory of the base with the files of `overlay` laid over it.
    static func directory(overlay: URL) throws -> TemporaryDirectory {
        let result = try TemporaryDirectory()
        for source in [directory.appendingPathComponent("base"), overlay] {
            let files = try FileManager.default.subpathsOfDirectory(atPath: source.path)
            for file in files where file.contains(".") {
                let target = result.url.appendingPathComponent(file)
                try FileManager.default.createDirectory(
                    at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(contentsOf: source.appendingPathComponent(file)).write(to: target)
            }
        }
        return result
    }
}

@Suite("Good and bad configuration directories")
struct FixtureTests {
    @Test("the cases are there")
    func casesArePresent() {
        #expect(Fixtures.cases.count >= 30)
    }

    @Test("a good directory is read without a problem", arguments: Fixtures.cases)
    func good(name: String) throws {
        let overlay = Fixtures.directory.appendingPathComponent("\(name)/good")
        let directory = try Fixtures.directory(overlay: overlay)
        let configuration = try Configuration.load(directory: directory.path)
        #expect(configuration.inventory.monitorSite == "centre")
    }

    /// Set `HAIDANG_REWRITE_FIXTURES=1` to take the messages as they are now; the difference is then read in review.
    @Test("a bad directory is refused with every problem and its place", arguments: Fixtures.cases)
    func bad(name: String) throws {
        let overlay = Fixtures.directory.appendingPathComponent("\(name)/bad")
        let directory = try Fixtures.directory(overlay: overlay)
        let expectedFile = Fixtures.directory.appendingPathComponent("\(name)/expected.txt")
        let errors = try #require(throws: ConfigurationErrors.self) {
            _ = try Configuration.load(directory: directory.path)
        }
        let found = errors.description + "\n"
        #expect(!found.contains("s3cret"), "a message shows a secret")
        if ProcessInfo.processInfo.environment["HAIDANG_REWRITE_FIXTURES"] == "1" {
            try Data(found.utf8).write(to: expectedFile)
        }
        let expected = try String(contentsOf: expectedFile, encoding: .utf8)
        #expect(found == expected)
    }
}
