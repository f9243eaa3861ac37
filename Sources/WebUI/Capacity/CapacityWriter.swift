import MonitoringModel

/// How amounts, days and reasons of capacity are written.
struct CapacityWriter: TextWriter {
    let catalogue: Catalogue
    let numbers: NumberFormat
    let times: TimeText

    init(catalogue: Catalogue, timeZone: String) {
        self.catalogue = catalogue
        numbers = NumberFormat(catalogue.language)
        times = TimeText(catalogue: catalogue, timeZone: timeZone)
    }

    // MARK: Amounts

    /// "28,4 TB", "3,20 kW", "12 U", "1.214".
    func amount(_ value: Double, _ unit: CapacityModel.Unit) -> String {
        switch unit {
        case .bytes: numbers.bytes(value)
        case .bytesPerSecond: numbers.bytes(value) + "/s"
        case .watts: watts(value)
        case .rackUnits: plain(value) + "\u{A0}U"
        case .cores, .count: plain(value)
        }
    }

    /// "28,4 / 30,0 TB".
    func amount(_ used: Double, of size: Double, _ unit: CapacityModel.Unit) -> String {
        switch unit {
        case .bytes: numbers.bytes(used, of: size)
        case .bytesPerSecond: numbers.bytes(used, of: size) + "/s"
        default: amount(used, unit) + "\u{A0}/\u{A0}" + amount(size, unit)
        }
    }

    /// With its sign: "+1,93 TB".
    func change(_ value: Double, _ unit: CapacityModel.Unit) -> String {
        (value > 0 ? "+" : "") + amount(value, unit)
    }

    private func watts(_ value: Double) -> String {
        let (factor, name) = value.magnitude >= 1e6 ? (1e6, "MW") : value.magnitude >= 1e3 ? (1e3, "kW") : (1, "W")
        return numbers.decimal(value / factor, digits: factor == 1 ? self.digits(value) : 2) + "\u{A0}" + name
    }

    private func plain(_ value: Double) -> String { numbers.decimal(value, digits: digits(value)) }

    private func digits(_ value: Double) -> Int {
        value.magnitude >= 100 || value == value.rounded() ? 0 : value.magnitude < 10 ? 2 : 1
    }

    // MARK: Days

    /// Whole days; what is almost a day ahead is a day.
    func days(_ days: Double) -> String { numbers.integer(Int(days.rounded())) }

    /// A day ahead as a date.
    func date(_ days: Double, after start: Timestamp) -> String {
        times.date(start + .seconds(Int(days.rounded()) * 86_400))
    }

    // MARK: Reasons

    func reason(_ abstention: CapacityModel.Abstention) -> String {
        switch abstention {
        case .tooLittleHistory: text(.capacityTooLittleHistory)
        case .shrinking: text(.capacityShrinking)
        case .unstable: text(.capacityUnstable)
        case .outdated: text(.capacityOutdated)
        case .implausible: text(.capacityImplausible)
        case .sizeUnknown: text(.capacitySizeUnknown)
        }
    }

    /// "90 ngày trước: sai số trung vị 4 %, khoảng 80 % đúng 78 % (41 lần)".
    func record(_ line: CapacityModel.RecordLine) -> String {
        text(
            .capacityRecordLine,
            [
                "n": numbers.integer(line.horizonDays), "error": numbers.percent(line.medianError, digits: 1),
                "held": numbers.percent(line.heldShare), "count": numbers.integer(line.count),
            ])
    }

    func model(_ model: CapacityReasons.Model) -> String {
        switch model {
        case .localLinearTrend: text(.capacityModelTrend)
        case .changepoint: text(.capacityModelChange)
        case .levelDependent: text(.capacityModelLevel)
        case .yearlyCycle: text(.capacityModelYear)
        case .window: text(.capacityModelWindow)
        case .drift: text(.capacityModelDrift)
        }
    }

    func finding(_ finding: CapacityReasons.Finding, _ unit: CapacityModel.Unit) -> String {
        switch finding {
        case .regularDrops(let days, let size):
            return text(.capacityRegularDrops, ["n": numbers.integer(days), "size": amount(size, unit)])
        case .purges(let use, let confidence):
            return text(.capacityPurges, ["amount": amount(use, unit), "share": numbers.percent(confidence)])
        case .weekdays(let highest):
            let names = catalogue.list(.weekdays)
            return text(.capacityWeekdays, ["day": names.indices.contains(highest) ? String(names[highest]) : ""])
        case .monthDay(let day, let size) where day >= 31:
            return text(.capacityMonthEnd, ["size": change(size, unit)])
        case .monthDay(let day, let size):
            return text(.capacityMonthDay, ["n": numbers.integer(day), "size": change(size, unit)])
        case .step(let days, let size):
            return text(.capacityStep, ["n": numbers.integer(days), "size": change(size, unit)])
        case .bursts(let perYear, let size):
            return text(.capacityBursts, ["n": numbers.decimal(perYear, digits: 0), "size": change(size, unit)])
        case .compound(let perMonth):
            return text(.capacityCompound, ["share": numbers.percent(perMonth, digits: 1)])
        case .saturation(let use):
            return text(.capacitySaturation, ["amount": amount(use, unit)])
        case .yearlyCycle(let perDay):
            return text(.capacityYearly, ["amount": amount(perDay, unit)])
        case .rateChange(let days, let perDay):
            return text(.capacityRateChange, ["n": numbers.integer(days), "amount": change(perDay, unit)])
        case .rest: return text(.capacityRest)
        }
    }
}
