import MonitoringModel

/// How loads, kinds and models are written.
struct LoadWriter: TextWriter {
    let catalogue: Catalogue
    let numbers: NumberFormat
    let times: TimeText

    init(catalogue: Catalogue, timeZone: String) {
        self.catalogue = catalogue
        numbers = NumberFormat(catalogue.language)
        times = TimeText(catalogue: catalogue, timeZone: timeZone)
    }

    /// "34,2 %", "6,81 Gb/s", "3,4".
    func amount(_ value: Double, _ unit: LoadModel.Unit) -> String {
        switch unit {
        case .ratio: numbers.percent(value, digits: value != 0 && value.magnitude < 0.1 ? 1 : 0)
        // Network people count bits.
        case .bytesPerSecond: numbers.bits(value * 8) + "/s"
        case .count: numbers.decimal(value, digits: value == value.rounded() || value.magnitude >= 100 ? 0 : 1)
        }
    }

    func word(_ kind: LoadModel.Kind) -> String {
        switch kind {
        case .processor: text(.loadProcessor)
        case .receive: text(.loadReceive)
        case .transmit: text(.loadTransmit)
        case .inCall: text(.loadInCall)
        case .calls: text(.loadCalls)
        }
    }

    func word(_ group: LoadModel.Group?) -> String {
        switch group {
        case nil: text(.loadAll)
        case .processors: text(.loadProcessors)
        case .links: text(.loadLinks)
        case .rooms: text(.loadRooms)
        }
    }

    /// What a value of an hour is.
    func meaning(_ kind: LoadModel.Kind) -> String {
        switch kind {
        case .processor: text(.loadOfProcessor)
        case .receive: text(.loadOfReceive)
        case .transmit: text(.loadOfTransmit)
        case .inCall: text(.loadOfInCall)
        case .calls: text(.loadOfCalls)
        }
    }

    func reason(_ abstention: LoadModel.Abstention) -> String {
        switch abstention {
        case .tooFewReadings: text(.loadTooFewReadings)
        }
    }

    func record(_ record: LoadModel.Record) -> String {
        text(
            .loadRecordLine,
            ["held": numbers.percent(record.heldShare), "n": numbers.integer(record.hours)])
    }

    func model(_ model: LoadModel.Model) -> String {
        switch model {
        case .seasonalNaive: text(.loadModelNaive)
        case .seasonalSmoothing: text(.loadModelSmoothing)
        case .autoregression: text(.loadModelHours)
        case .shortSeasonAutoregression: text(.loadModelDay)
        case .longSeasonAutoregression: text(.loadModelWeek)
        case .changeAutoregression: text(.loadModelChange)
        case .wideChangeAutoregression: text(.loadModelWide)
        case .pastValues: text(.loadModelPast)
        }
    }
}
