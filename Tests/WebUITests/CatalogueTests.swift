import Foundation
import Testing
import WebUI

struct CatalogueTests {
    let vietnamese: Catalogue
    let english: Catalogue

    init() throws {
        let pages = try OverviewPageTests.shared.get()
        vietnamese = try #require(pages.catalogues[.vietnamese])
        english = try #require(pages.catalogues[.english])
    }

    private static let checkout = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func `both languages have the same texts, none empty`() {
        #expect(Set(vietnamese.messages.keys) == Set(english.messages.keys))
        #expect(Set(vietnamese.reasons.keys) == Set(english.reasons.keys))
        for catalogue in [vietnamese, english] {
            #expect(catalogue.messages.filter { $0.value.isEmpty } == [:])
            #expect(catalogue.reasons.filter { $0.value.isEmpty } == [:])
        }
    }

    @Test func `every text is used and every text asked for exists`() {
        let templates = PageTemplates.sources.values.reduce(into: Set<String>()) {
            $0.formUnion(PageTemplates.messageKeys(in: String(decoding: $1, as: UTF8.self)))
        }
        let asked = templates.union(Message.allCases.map(\.rawValue))
        #expect(Set(vietnamese.messages.keys).subtracting(asked) == [], "in the catalogue, but nobody asks for it")
        #expect(asked.subtracting(vietnamese.messages.keys) == [], "asked for, but not in the catalogue")
    }

    @Test func `every message of the code is written somewhere`() throws {
        let sources = try Self.swiftFiles(under: "Sources/WebUI").filter { !$0.hasSuffix("Message.swift") }
            .map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
        for message in Message.allCases {
            #expect(sources.contains(".\(message.rawValue)"), "\(message) is never shown")
        }
    }

    @Test func `texts with values name the same values in both languages, dates aside`() {
        for (key, text) in vietnamese.messages where !key.hasPrefix("date") {
            #expect(Self.names(in: text) == Self.names(in: english.messages[key] ?? ""), "\(key)")
        }
    }

    @Test(arguments: ["http_status", "malformed_page", "no_module", "overrun"])
    func `reasons of the poller are explained`(code: String) {
        #expect(vietnamese.reasons[code] != nil)
        #expect(english.reasons[code] != nil)
    }

    /// The codes are read where they are declared, so a new one without a text fails here.
    @Test(arguments: ["Sources/SNMP", "Sources/HTTPTransport"])
    func `reasons of the protocols are explained`(directory: String) throws {
        let directoryPath = Self.checkout.appendingPathComponent(directory).path
        guard FileManager.default.fileExists(atPath: directoryPath) else { return }
        let codes = try Self.swiftFiles(under: directory).flatMap { file in
            Self.codes(in: try String(contentsOfFile: file, encoding: .utf8))
        }
        #expect(codes.count >= 8)
        for code in codes {
            #expect(vietnamese.reasons[code] != nil, "\(code)")
            #expect(english.reasons[code] != nil, "\(code)")
        }
    }

    private static func names(in text: String) -> Set<String> {
        Set(text.matches(of: /\{([a-z0-9]+)\}/).map { String($0.1) })
    }

    private static func swiftFiles(under directory: String) throws -> [String] {
        let root = checkout.appendingPathComponent(directory).path
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
            .map { root + "/" + $0 }
    }

    /// Raw values of each `enum Code: String` of an error type.
    private static func codes(in source: String) -> [String] {
        source.matches(of: /enum Code: String[^{]*\{(?<body>[^}]*)\}/).flatMap { block in
            block.output.body.matches(of: /case (?<name>\w+)(?: = "(?<raw>\w+)")?/).map {
                String($0.output.raw ?? $0.output.name)
            }
        }
    }
}
