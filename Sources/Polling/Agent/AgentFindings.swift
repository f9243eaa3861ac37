import Inventory

/// What one poll of an agent found beside samples, for people: kept only where somebody asks.
package struct AgentFindings: Sendable {
    package var identity = DeviceIdentity()
    package var agent: AgentIdentity?
    package var stores: [StoreFigures] = []
    package var refusals = Refusals(keepsDetails: true)
    /// Rows with at least one value, by what a row is.
    package var components: [DeviceModule.Component: Int] = [:]
    /// Values that are measured or say how well a part is.
    package var sensors = 0

    package init() {}

    /// Storage with figures, each store once and without memory. One that two modules describe is one.
    package var storeCount: Int {
        let repetitions = StoreFigures.repetitions(stores)
        var names: Set<String> = []
        for (position, store) in stores.enumerated()
        where store.unit == .bytes && !store.isMemory && repetitions[position] == nil {
            if (try? store.row()) != nil { names.insert(store.name) }
        }
        return names.count
    }

    mutating func count(_ joined: JoinedTable, _ table: ReadingPlan.Table, _ rows: TableSeries) {
        let values = table.values.map(\.metric)
        var counted = 0
        for row in joined.rows.indices where rows.isTaken(row) {
            var hasValue = false
            for value in table.values {
                if case .number? = joined.reading(row, value) {
                    hasValue = true
                    if value.metric.isMeasurement { sensors += 1 }
                } else if value.metric.health(of: joined.firstCell(row, value)) != nil {
                    hasValue = true
                    sensors += 1
                }
            }
            if hasValue || values.isEmpty { counted += 1 }
        }
        if let component = table.component { components[component, default: 0] += counted }
    }
}

extension DeviceModule.Metric {
    /// Whether a value of it comes from a sensor, of a quantity or of a state.
    var isMeasurement: Bool {
        reading.unit?.isMeasured == true || common == .device(.humidity) || !health.isEmpty
    }
}
