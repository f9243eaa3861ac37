import Foundation
import MonitoringModel

/// What the writers of all pages share: the texts of a language, its numbers, and times by the clocks of a time zone.
protocol TextWriter {
    var catalogue: Catalogue { get }
    var numbers: NumberFormat { get }
    var times: TimeText { get }
}

/// How a figure's level is drawn: class, sign and word go together.
enum Level: String {
    case good, warn, crit, none
}

extension TextWriter {
    func text(_ message: Message, _ values: KeyValuePairs<String, String> = [:]) -> String {
        catalogue.text(message, values)
    }

    func word(_ level: Level) -> String {
        switch level {
        case .good: text(.levelGood)
        case .warn: text(.levelWarning)
        case .crit: text(.levelCritical)
        case .none: text(.levelUnknown)
        }
    }

    /// What was asked for by a name that nothing has.
    func unknown(_ name: String) -> String {
        text(.forecastUnknown, ["name": DisplayText.readable(name, limit: 80)])
    }

    /// What the template `foot` shows.
    func foot(series: Int, database bytes: Int64, version: String) -> TemplateValues {
        [
            "series": numbers.integer(series), "database": numbers.bytes(Double(bytes)),
            "version": DisplayText.readable(version, limit: 60),
        ]
    }
}

extension TimeText {
    /// By the clocks of a time zone, or of Greenwich where its name is unknown.
    init(catalogue: Catalogue, timeZone: String) {
        self.init(
            catalogue: catalogue, zone: TimeZone(identifier: timeZone) ?? TimeZone(secondsFromGMT: 0) ?? .current)
    }
}
