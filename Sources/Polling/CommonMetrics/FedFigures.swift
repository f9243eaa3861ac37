import SNMP

/// The values that modules feed to one device's common metrics, combined: a device has one of each.
struct FedFigures {
    private struct Tally {
        var sum = 0.0
        var count = 0.0
        var least = Double.infinity
        var most = -Double.infinity
    }

    private var tallies: [CommonInput.DeviceInput: Tally] = [:]

    /// Takes in one value, in the base unit.
    mutating func feed(_ input: CommonInput.DeviceInput, _ value: Double) {
        switch input {
        case .temperature: if !MetricUnit.Quantity.temperature.plausible.contains(value) { return }
        case .cpuRatio, .humidity, .memoryRatio, .batteryCharge: if !(0...1.0001).contains(value) { return }
        default: break
        }
        var tally = tallies[input] ?? Tally()
        tally.sum += value
        tally.count += 1
        tally.least = min(tally.least, value)
        tally.most = max(tally.most, value)
        tallies[input] = tally
    }

    func mean(_ input: CommonInput.DeviceInput) -> Double? { tallies[input].map { $0.sum / $0.count } }
    func sum(_ input: CommonInput.DeviceInput) -> Double? { tallies[input]?.sum }
    func least(_ input: CommonInput.DeviceInput) -> Double? { tallies[input]?.least }
    func most(_ input: CommonInput.DeviceInput) -> Double? { tallies[input]?.most }

    /// Main memory in bytes as vendor objects say; nil without a size.
    var memory: StorageRow? {
        var figures = StoreFigures(name: "")
        figures.size = sum(.memorySize)
        figures.used = sum(.memoryUsed)
        figures.free = sum(.memoryFree)
        figures.ratio = mean(.memoryRatio)
        return try? figures.row()
    }
}

extension DeviceModule.Metric {
    /// What a value of it says in the base unit; of a state 1 when it is good, by `health` where the module has it, else unless it
    /// is 0. Nil: nothing.
    func number(_ value: SNMPValue, _ reading: ValueReading.Result?) -> Double? {
        if common?.isState == true, !health.isEmpty { return health(of: value).map { $0 == .ok ? 1 : 0 } }
        guard case .number(let number)? = reading else { return nil }
        return common?.isState == true ? (number == 0 ? 0 : 1) : base(number, of: value)
    }

    /// The base-unit value of a number this metric's reading found.
    func base(_ number: Double, of value: SNMPValue) -> Double {
        if let unit = reading.unit { return unit.base(number) }
        // TimeTicks say themselves that they are hundredths of a second.
        if case .timeTicks = value { return number / 100 }
        return number
    }
}
