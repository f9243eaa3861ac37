import MonitoringModel

/// How a row tells when something is full: days with their range, the date, the order; or why it names none.
struct FillColumns {
    let writer: CapacityWriter
    let abstention: CapacityModel.Abstention?
    let fill: CapacityModel.FillDays
    let orderWithin: Double?
    let madeAt: Timestamp

    /// An order that has to be out within so many days is a warning.
    private static let orderSoon = 60.0

    /// What the template `fill` shows.
    var values: TemplateValues {
        if let abstention {
            return Self.silence(label: writer.text(.capacityAbstained), text: writer.reason(abstention))
        }
        return [
            "silence": false, "days": days, "daysRaw": daysRaw, "range": range, "fullOn": fullOn, "order": order,
        ]
    }

    /// In place of the columns.
    /// - Parameter label: stands out before the text; nil: none.
    static func silence(label: String?, text: String) -> TemplateValues {
        ["silence": ["label": label ?? false as Any, "text": text] as TemplateValues]
    }

    // MARK: Days

    private var isFull: Bool { fill.p50.map { $0 < 0.5 } ?? false }

    /// "41", ">365", "full".
    var days: String {
        isFull ? writer.text(.capacityFullNow) : fill.p50.map(writer.days) ?? writer.text(.capacityMoreThanYear)
    }

    private var daysRaw: String { isFull ? "0" : PageWriter.raw(fill.p50) }

    /// "(33–55)", or "".
    var range: String {
        guard !isFull, let low = fill.p10 else { return "" }
        return "(\(writer.days(low))–\(fill.p90.map(writer.days) ?? writer.text(.capacityMoreThanYear)))"
    }

    /// "04/01/2027", or "" for what is full.
    var fullOn: String {
        isFull ? "" : fill.p50.map { writer.date($0, after: madeAt) } ?? NumberFormat.nothing
    }

    /// The chip in the column of orders: level, sign and text.
    private var order: TemplateValues {
        guard let within = orderWithin else {
            return ["level": false, "text": writer.text(.capacityNoOrder)]
        }
        if within < 0 {
            let text = writer.text(.capacityOverdue, ["n": writer.days(-within)])
            return ["level": "crit", "sign": "✕", "text": text]
        }
        let text = writer.text(.capacityOrderBy, ["date": writer.date(within, after: madeAt)])
        return within < Self.orderSoon
            ? ["level": "warn", "sign": "▲", "text": text] : ["level": "good", "sign": "●", "text": text]
    }

    // MARK: Level

    /// How urgent the order is; nil: no order is in sight, or nobody can tell.
    var level: Level? {
        guard abstention == nil, let within = orderWithin else { return nil }
        return within < 0 ? .crit : within < Self.orderSoon ? .warn : .good
    }

    /// Critical once full, else as urgent as the order, else a warning from nine tenths of what counts as full.
    static func level(used: Double, limit: Double, order: Level?) -> Level {
        used >= limit ? .crit : order ?? (used >= 0.9 * limit ? .warn : .good)
    }
}
