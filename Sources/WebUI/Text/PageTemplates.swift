import Mustache

/// The embedded templates, compiled once per language: each `{{t.key}}` is replaced by that language's text before
/// parsing, so a missing text is found at start and costs nothing at rendering.
package enum PageTemplates {
    /// Their sources by name, as partials refer to them.
    package static let sources: [String: [UInt8]] = [
        "head": PackageResources.head_mustache,
        "bar": PackageResources.bar_mustache,
        "switches": PackageResources.switches_mustache,
        "foot": PackageResources.foot_mustache,
        "marks": PackageResources.marks_mustache,
        "spark": PackageResources.spark_mustache,
        "fill": PackageResources.fill_mustache,
        "overview": PackageResources.overview_mustache,
        "map": PackageResources.map_mustache,
        "incidents": PackageResources.incidents_mustache,
        "incident": PackageResources.incident_mustache,
        "storage": PackageResources.storage_mustache,
        "targets": PackageResources.targets_mustache,
        "target": PackageResources.target_mustache,
        "explore": PackageResources.explore_mustache,
        "chart": PackageResources.chart_mustache,
        "capacity": PackageResources.capacity_mustache,
        "load": PackageResources.load_mustache,
    ]

    /// - Throws: `PageResourceError`.
    static func compiled(_ catalogue: Catalogue) throws -> MustacheLibrary {
        MustacheContentTypes.register(ScalarHTMLContentType(), named: ScalarHTMLContentType.name)
        var library = MustacheLibrary()
        for (name, bytes) in sources {
            let source = try translated(String(decoding: bytes, as: UTF8.self), name: name, catalogue)
            do {
                // Each template names its escaping; a partial does not inherit it.
                try library.register("{{% CONTENT_TYPE:\(ScalarHTMLContentType.name)}}" + source, named: name)
            } catch {
                throw PageResourceError(code: .malformedTemplate, resource: "\(name).mustache", detail: "\(error)")
            }
        }
        return library
    }

    /// The keys a template asks the catalogue for.
    package static func messageKeys(in source: String) -> Set<String> {
        Set(source.matches(of: /{{t\.([A-Za-z0-9]+)}}/).map { String($0.1) })
    }

    private static func translated(_ source: String, name: String, _ catalogue: Catalogue) throws -> String {
        var text = source
        for key in messageKeys(in: source) {
            guard let message = catalogue.messages[key] else {
                throw PageResourceError(
                    code: .missingMessage, resource: "\(name).mustache",
                    detail: "asks for \"\(key)\", which \(catalogue.language.rawValue).json lacks")
            }
            text = text.replacing("{{t.\(key)}}", with: escapeHTML(message))
        }
        return text
    }
}
