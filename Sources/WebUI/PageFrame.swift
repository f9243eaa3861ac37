import Foundation

/// What surrounds the content of every page: language, theme, links to assets and to the page in another guise.
struct PageFrame {
    /// The pages that the navigation leads to, by path.
    enum Place: String, CaseIterable {
        case overview = "/"
        case capacity = "/capacity"
        case load = "/load"
        case explore = "/explore"
    }

    let catalogue: Catalogue
    let theme: PageTheme?
    let place: Place
    /// Parameters of the page that its links to itself keep, as "&wall=1".
    var keptParameters = ""
    /// Path with version, by path.
    let assetPaths: [String: String]

    var values: TemplateValues {
        let language = catalogue.language
        var values: TemplateValues = [
            "language": language.rawValue, "theme": false,
            "stylePath": asset("/assets/overview.css"), "themeScriptPath": asset("/assets/theme.js"),
            "logoPath": asset("/assets/logo.svg"), "overviewLink": link(to: .overview),
            "capacityLink": link(to: .capacity), "onCapacity": place == .capacity,
            "loadLink": link(to: .load), "onLoad": place == .load,
            "exploreLink": link(to: .explore), "onExplore": place == .explore,
            "themeLink": link(language, theme == .dark ? .light : .dark),
            "themeToDark": catalogue.text(.themeToDark), "themeToLight": catalogue.text(.themeToLight),
            "themeLabel": catalogue.text(theme == .dark ? .themeToLight : .themeToDark),
            "languages": PageLanguage.allCases.map { other in
                [
                    "code": other.rawValue, "label": other.rawValue.uppercased(), "link": link(other, theme),
                    "current": other == language,
                ] as TemplateValues
            },
        ]
        if let theme { values["theme"] = theme.rawValue }
        return values
    }

    func asset(_ path: String) -> String { assetPaths[path] ?? "" }

    var selfLink: String { link(catalogue.language, theme) }

    /// A page in the same language and theme; of the page itself, its content.
    private func link(to other: Place) -> String { other == place ? "#main" : link(to: other.rawValue) }

    /// A page in the same language and theme.
    func link(to address: String) -> String { address + query(catalogue.language, theme) }

    /// The capacity page with a resource in its chart.
    func link(toResource address: [(name: String, value: String)]) -> String {
        link(to: Place.capacity.rawValue) + Self.parameters(address) + "#chosen"
    }

    /// To follow others in a link; those without a value are left out.
    static func parameters(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { $0.value.isEmpty ? "" : "&\($0.name)=\(encoded($0.value))" }.joined()
    }

    /// For a parameter of a link.
    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private func link(_ language: PageLanguage, _ theme: PageTheme?) -> String {
        query(language, theme) + keptParameters
    }

    private func query(_ language: PageLanguage, _ theme: PageTheme?) -> String {
        "?lang=\(language.rawValue)" + (theme.map { "&theme=\($0.rawValue)" } ?? "")
    }
}
