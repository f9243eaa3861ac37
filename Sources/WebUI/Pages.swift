/// The languages of the pages.
package enum PageLanguage: String, CaseIterable, Sendable {
    case vietnamese = "vi"
    case english = "en"
}

/// Renders pages and holds the assets they refer to. Everything from a device is escaped here.
package struct Pages: Sendable {
    /// A file served as it is, under its path.
    package struct Asset: Sendable {
        /// As "/assets/overview.css".
        package var path: String
        package var contentType: String
        package var body: [UInt8]
    }

    /// - Throws: when an embedded template or catalogue does not parse, which a test rules out.
    package init() throws {
    }

    package var assets: [Asset] { [] }

    /// The whole overview page.
    package func overview(_ model: OverviewModel, language: PageLanguage) -> String { "" }
}
