import MonitoringModel
import SNMP

/// What became of values that were not written, for people.
package struct Refusals: Sendable {
    package struct Refusal: Hashable, Sendable {
        package var metric: String
        /// Key texts of the row; empty for a scalar.
        package var row: [String]
        /// The raw value as one line of text; hostile.
        package var value: String
        package var reason: String
    }

    package private(set) var count = 0
    package private(set) var details: [Refusal] = []
    /// Whether more than the count is wanted.
    private let keepsDetails: Bool
    private static let mostDetails = 10_000

    package init(keepsDetails: Bool = false) {
        self.keepsDetails = keepsDetails
    }

    mutating func add(_ metric: String, _ row: [String], _ value: SNMPValue, _ reason: String) {
        count += 1
        guard keepsDetails, details.count < Self.mostDetails else { return }
        details.append(Refusal(metric: metric, row: row, value: value.labelText, reason: reason))
    }
}

extension JoinedTable {
    /// The first of a value's cells that holds something, `.null` without any.
    func firstCell(_ row: Int, _ value: ReadingPlan.Table.Value) -> SNMPValue {
        let cell = cell(row, value.column)
        if cell.isPresent { return cell }
        return value.fallbacks.lazy.map { self.cell(row, $0) }.first(where: \.isPresent) ?? .null
    }

    /// The number of a row: of the first column that has one.
    ///
    /// While a column could not be read, those after it do not take its place: a counter of 32 bits has another value than the
    /// one of 64.
    /// - Returns: nil where the agent has nothing.
    func reading(_ row: Int, _ value: ReadingPlan.Table.Value) -> ValueReading.Result? {
        var refusal: ValueReading.Result?
        for column in [value.column] + value.fallbacks {
            guard isRead(column) else { return refusal }
            let cell = cell(row, column)
            guard cell.isPresent else { continue }
            guard let factor = factor(row, value) else { return .refused("expected a factor beside it") }
            var result = value.metric.reading.number(of: cell, times: factor)
            if let high = value.high, column == value.column {
                result = value.metric.reading.number(high: self.cell(row, high), low: cell, times: factor)
            }
            if case .number = result { return result }
            refusal = refusal ?? result
        }
        return refusal
    }
}

extension JoinedTable {
    /// What the row says its number is to be multiplied by; nil when it says nothing that can be.
    private func factor(_ row: Int, _ value: ReadingPlan.Table.Value) -> Double? {
        var factor = 1.0
        if let times = value.factors.times {
            guard let number = number(row, times) else { return nil }
            factor = number
        }
        var exponent = 0
        // Agents that leave the columns out mean units without decimal places.
        if let prefix = number(row, value.factors.prefix) {
            guard (1...17).contains(prefix) else { return nil }
            exponent += 3 * (Int(prefix) - 9)
        }
        if let precision = number(row, value.factors.precision) {
            guard (-8...9).contains(precision) else { return nil }
            exponent -= Int(precision)
        }
        let power = (0..<abs(exponent)).reduce(1.0) { product, _ in product * 10 }
        return exponent < 0 ? factor / power : factor * power
    }
}

extension ValueReading {
    /// The number whose upper and lower 32 bits are two values.
    func number(high: SNMPValue, low: SNMPValue, times factor: Double) -> Result {
        guard let high = high.unsigned32, let low = low.unsigned32 else { return .refused("expected two numbers") }
        return number(of: .counter64(UInt64(high) << 32 | UInt64(low)), times: factor)
    }
}

extension SNMPValue {
    /// The 32 bits of a number; some MIBs hold halves of a 64-bit number in signed ones.
    fileprivate var unsigned32: UInt32? {
        switch self {
        case .integer(let value): UInt32(bitPattern: value)
        case .counter32(let value), .gauge32(let value), .timeTicks(let value): value
        default: nil
        }
    }
}

extension DeviceModule.Metric {
    /// What a raw value is called.
    func text(of value: SNMPValue) -> String {
        let raw = value.labelText(format)
        return reading.missingTexts.contains(raw) ? "" : values[raw] ?? raw
    }

    /// What a raw value says of a part's health; nil: nothing.
    func health(of value: SNMPValue) -> DeviceModule.Health? {
        guard value.isPresent else { return nil }
        return health[value.labelText] ?? health["*"]
    }

    /// Writes the series of a metric of kind `states` or `info`.
    func writeTexts(_ value: SNMPValue, _ labels: [Label], into series: inout TargetSeries) {
        if kind == .info {
            let name = label ?? (name.hasSuffix("_info") ? String(name.dropLast(5)) : name)
            series.write(self.name, labels + [Label(name, text(of: value))], 1)
        } else {
            let raw = value.labelText
            for (number, text) in values { series.write(name, labels + [Label(name, text)], number == raw ? 1 : 0) }
        }
    }
}

extension DeviceModule.RowCondition {
    /// - Parameter text: the raw value as a line of text; empty where the agent has none.
    func holds(_ text: String) -> Bool {
        switch test {
        case .isOneOf(let values): values.contains(text)
        case .isNoneOf(let values): !values.contains(text)
        case .matches(let pattern): pattern.isFound(in: text)
        case .doesNotMatch(let pattern): !pattern.isFound(in: text)
        }
    }
}
