import Foundation
import Testing
import WebUI

/// Writes pages and assets for looking at: `HAIDANG_PREVIEW_DIR=/some/dir swift test --filter PreviewTests`, then serve
/// that directory over HTTP.
struct PreviewTests {
    static let directory = ProcessInfo.processInfo.environment["HAIDANG_PREVIEW_DIR"]

    @Test(.enabled(if: directory != nil, "set HAIDANG_PREVIEW_DIR to write previews"))
    func `previews are written`() throws {
        let pages = try Pages()
        let root = URL(fileURLWithPath: try #require(Self.directory))
        for asset in pages.assets {
            let file = root.appendingPathComponent(asset.path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(asset.body).write(to: file)
        }
        for chosen in ["san", "backup", "odd"] {
            for language in PageLanguage.allCases {
                try Data(pages.capacity(SampleCapacity.model(chosen: chosen), language: language).utf8)
                    .write(to: root.appendingPathComponent("capacity-\(chosen)-\(language.rawValue).html"))
            }
        }
        for (place, chosen) in SampleLoad.model().rows.map(\.id).enumerated() {
            for language in PageLanguage.allCases {
                try Data(pages.load(SampleLoad.model(chosen: chosen), language: language).utf8)
                    .write(to: root.appendingPathComponent("load-\(place)-\(language.rawValue).html"))
            }
        }
        let models = [
            "troubled": SampleCity.troubled(), "calm": SampleCity.calm(), "forecast": SampleCity.forecast(),
            "crowded": CrowdedCity.model(),
            "hostile": HostileTextTests.model(String(repeating: "W<b>\u{202E}\"", count: 300)),
        ]
        for (name, model) in models {
            for language in PageLanguage.allCases {
                try Data(pages.overview(model, language: language).utf8)
                    .write(to: root.appendingPathComponent("\(name)-\(language.rawValue).html"))
            }
        }
    }
}
