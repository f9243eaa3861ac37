import CDygraphs
import Mustache

/// The languages of the pages.
package enum PageLanguage: String, CaseIterable, Sendable {
    case vietnamese = "vi"
    case english = "en"
}

/// The look a link asked for; without one the reader's system decides.
package enum PageTheme: String, CaseIterable, Sendable {
    case light, dark
}

/// Renders pages and holds the assets they refer to. Everything from a device is escaped here.
///
/// Pages need no `unsafe-inline`: they go with
/// `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'`.
package struct Pages: Sendable {
    /// A file served as it is, under its path.
    package struct Asset: Sendable {
        /// As "/assets/overview.css". Pages refer to it with its content's hash as the query, so that it may be cached;
        /// modules that a script imports have none.
        package var path: String
        package var contentType: String
        package var body: [UInt8]
    }

    package let assets: [Asset]
    package let catalogues: [PageLanguage: Catalogue]
    private let libraries: [PageLanguage: MustacheLibrary]
    private let versions: [String: String]
    private let layouts = MapLayoutCache()

    private static let style = "text/css; charset=utf-8"
    private static let script = "text/javascript; charset=utf-8"
    private static let dygraphScript = [UInt8](
        UnsafeBufferPointer(start: hd_dygraphs_script, count: hd_dygraphs_script_size))
    private static let dygraphLicence = [UInt8](
        UnsafeBufferPointer(start: hd_dygraphs_licence, count: hd_dygraphs_licence_size))

    /// - Throws: `PageResourceError` when an embedded template or catalogue does not parse, which a test rules out.
    package init() throws {
        assets =
            [
                Asset(path: "/assets/overview.css", contentType: Self.style, body: PackageResources.overview_css),
                Asset(path: "/assets/explore.css", contentType: Self.style, body: PackageResources.explore_css),
                Asset(path: "/assets/forecast.css", contentType: Self.style, body: PackageResources.forecast_css),
                Asset(path: "/assets/logo.svg", contentType: "image/svg+xml", body: PackageResources.logo_svg),
                Asset(path: "/assets/dygraph.js", contentType: Self.script, body: Self.dygraphScript),
                Asset(
                    path: "/assets/dygraph-licence.txt", contentType: "text/plain; charset=utf-8",
                    body: Self.dygraphLicence),
            ]
            + [
                ("theme", PackageResources.theme_js), ("print", PackageResources.print_js),
                ("overview", PackageResources.overview_js),
                ("explore", PackageResources.explore_js), ("explore-api", PackageResources.explore_api_js),
                ("explore-field", PackageResources.explore_field_js),
                ("explore-chart", PackageResources.explore_chart_js),
                ("explore-table", PackageResources.explore_table_js),
                ("explore-format", PackageResources.explore_format_js),
            ].map { Asset(path: "/assets/\($0).js", contentType: Self.script, body: $1) }
        versions = Dictionary(
            uniqueKeysWithValues: assets.map { ($0.path, "\($0.path)?v=" + Self.contentHash($0.body)) })
        catalogues = [
            .vietnamese: try Catalogue(language: .vietnamese, json: PackageResources.vi_json),
            .english: try Catalogue(language: .english, json: PackageResources.en_json),
        ]
        libraries = try catalogues.mapValues(PageTemplates.compiled)
    }

    /// The whole overview page.
    ///
    /// - Parameters:
    ///   - theme: What the link asked for with `?theme=`; nil leaves it to the reader's system and their last choice.
    ///   - wall: For the board in the control room (`?wall`): larger, no controls, a red frame when data is old.
    package func overview(
        _ model: OverviewModel, language: PageLanguage, theme: PageTheme? = nil, wall: Bool = false
    ) -> String {
        guard let catalogue = catalogues[language], let library = libraries[language] else { return "" }
        let page = OverviewPage(
            writer: PageWriter(model, catalogue: catalogue), theme: theme, wall: wall, assetPaths: versions,
            layouts: layouts)
        return library.render(page.values, withTemplate: "overview") ?? ""
    }

    /// The Explore page: what it asks and shows is up to its scripts.
    package func explore(_ model: ExploreModel, language: PageLanguage, theme: PageTheme? = nil) -> String {
        guard let catalogue = catalogues[language], let library = libraries[language] else { return "" }
        let frame = PageFrame(catalogue: catalogue, theme: theme, place: .explore, assetPaths: versions)
        let page = ExplorePage(model: model, catalogue: catalogue, frame: frame)
        return library.render(page.values, withTemplate: "explore") ?? ""
    }

    /// The capacity page: all resources, and one of them in a chart.
    package func capacity(_ model: CapacityModel, language: PageLanguage, theme: PageTheme? = nil) -> String {
        guard let catalogue = catalogues[language], let library = libraries[language] else { return "" }
        let page = CapacityPage(model: model, catalogue: catalogue, theme: theme, assetPaths: versions)
        return library.render(page.values, withTemplate: "capacity") ?? ""
    }

    /// The page of load ahead: what is forecast by the hour, and one of it in a chart.
    package func load(_ model: LoadModel, language: PageLanguage, theme: PageTheme? = nil) -> String {
        guard let catalogue = catalogues[language], let library = libraries[language] else { return "" }
        let page = LoadPage(model: model, catalogue: catalogue, theme: theme, assetPaths: versions)
        return library.render(page.values, withTemplate: "load") ?? ""
    }

    /// A reason of a forecast as the capacity page tells it.
    package func words(
        for finding: CapacityReasons.Finding, unit: CapacityModel.Unit, language: PageLanguage
    ) -> String {
        guard let catalogue = catalogues[language] else { return "" }
        return CapacityWriter(catalogue: catalogue, timeZone: "UTC").finding(finding, unit)
    }

    /// FNV-1a over 64 bits: tells versions of an asset apart, no more.
    private static func contentHash(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}
