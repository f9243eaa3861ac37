import Foundation
import MonitoringModel

/// What a template sees.
typealias TemplateValues = [String: Any]

/// What the parts of a page share: the model, its language, and how times and spans are written.
struct PageWriter: TextWriter {
    let model: OverviewModel
    let catalogue: Catalogue
    let numbers: NumberFormat
    let times: TimeText
    /// How days of forecasts are written.
    let capacity: CapacityWriter

    init(_ model: OverviewModel, catalogue: Catalogue) {
        self.model = model
        self.catalogue = catalogue
        numbers = NumberFormat(catalogue.language)
        times = TimeText(catalogue: catalogue, timeZone: model.timeZone)
        capacity = CapacityWriter(catalogue: catalogue, timeZone: model.timeZone)
    }

    /// A text with one counted number.
    func text(_ message: Message, count: Int) -> String {
        catalogue.text(message, ["n": numbers.integer(count)])
    }

    func word(_ standing: OverviewModel.Standing) -> String {
        switch standing {
        case .up: text(.standingUp)
        case .warning: text(.standingWarning)
        case .down: text(.standingDown)
        case .unreachable: text(.standingUnreachable)
        case .unknown: text(.standingUnknown)
        }
    }

    // MARK: - Times

    /// "Thứ Ba 24/11/2026 09:12:33 (GMT+7)".
    func dateTime(_ time: Timestamp) -> String { times.dateTime(time) }

    /// The clock alone for today, else with the day.
    func shortTime(_ time: Timestamp) -> String { times.shortTime(time, now: model.now) }

    /// As `datetime` attributes want it, in UTC.
    func machineTime(_ time: Timestamp) -> String { times.machineTime(time) }

    /// A span in its one or two largest units: "8 giây", "17 phút", "2 giờ 5 phút", "3 ngày 4 giờ".
    func span(_ seconds: Double) -> String { times.span(seconds) }

    func ago(_ seconds: Double) -> String { times.ago(seconds) }

    /// Whether figures this old must look old: two polls were missed.
    func isOld(_ age: Double?) -> Bool {
        guard let age else { return true }
        return age > 2 * max(model.pollInterval, 1) + 10
    }

    // MARK: - Values with their raw form beside them

    /// A piece of text, naming the figure of the API it shows when it shows one.
    func piece(_ text: String, figure: String? = nil, raw: String = "") -> TemplateValues {
        guard let figure else { return ["text": text, "figure": false] }
        return ["text": text, "figure": ["name": figure, "raw": raw] as TemplateValues]
    }

    /// A number as the JSON API writes it, or "" for none.
    static func raw(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return "\(value)"
    }

    /// An id usable in `id` and `href`: letters and digits stay, everything else becomes its code.
    static func anchor(_ prefix: String, _ id: String) -> String {
        prefix
            + id.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    String(UnicodeScalar(byte))
                default: "_" + String(byte, radix: 16)
                }
            }.joined()
    }
}
