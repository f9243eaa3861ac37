import Forecasting
import MonitoringModel

/// When is a pool full?
struct FillQuestion: Decodable {
    var id: String
    /// The day of the first value, as `2023-03-01`.
    var start: String
    var stepHours: Double?
    /// One a day, the last one today's.
    var values: [Double?]
    /// Today's.
    var capacity: Double
    /// Pairs: a day relative to today, and the capacity from that day on.
    var capacityHistory: [[Double]]?
    var horizonDays: Int
    var quantiles: [Double]

    private enum CodingKeys: String, CodingKey {
        case id, start, values, capacity, quantiles
        case stepHours = "step_hours"
        case capacityHistory = "capacity_history"
        case horizonDays = "horizon_days"
    }

    /// What fits on each day. Before the first pair that one holds.
    func capacities() throws(ForecastLineError) -> [Double] {
        var steps: [(day: Double, capacity: Double)] = []
        for pair in capacityHistory ?? [] {
            guard pair.count == 2 else {
                throw ForecastLineError(
                    "expected pairs of a day and a capacity in \"capacity_history\", found \(pair.count) numbers")
            }
            steps.append((pair[0], pair[1]))
        }
        steps.sort { $0.day < $1.day }
        var next = 0
        var current = steps.first?.capacity ?? capacity
        let today = values.count - 1
        return values.indices.map { index in
            while next < steps.count, steps[next].day <= Double(index - today) {
                current = steps[next].capacity
                next += 1
            }
            return index == today ? capacity : current
        }
    }
}

extension ForecastLine {
    /// Longer horizons than ten years are not forecast.
    private static let longestHorizon = 3_650

    private static let spans = [30, 90, 180]

    private struct Answer: Encodable {
        var id: String
        /// Days from today; null: not within the horizon.
        var quantiles: [String: Double?]
        var full: [String: Double]

        private enum CodingKeys: String, CodingKey {
            case id, quantiles
            case full = "p_full"
        }
    }

    static func fillAnswer(_ question: FillQuestion) throws(ForecastLineError) -> [UInt8] {
        guard question.stepHours ?? 24 == 24 else {
            throw ForecastLineError("expected one value a day, found \"step_hours\" \(question.stepHours ?? 0)")
        }
        guard let start = Timestamp(text: "\(question.start.prefix(10))T00:00:00Z") else {
            throw ForecastLineError("expected a date such as 2023-03-01 in \"start\", found \"\(question.start)\"")
        }
        guard (1...longestHorizon).contains(question.horizonDays) else {
            throw ForecastLineError("expected \"horizon_days\" in 1...\(longestHorizon), found \(question.horizonDays)")
        }
        if let bad = question.quantiles.first(where: { !($0 > 0 && $0 < 1) }) {
            throw ForecastLineError("expected \"quantiles\" between 0 and 1, found \(bad)")
        }
        let history = CapacityHistory(
            used: readings(question.values), capacity: try question.capacities(),
            firstDay: Int((start.seconds / 86_400).rounded(.down)))
        let distribution = FillForecaster().forecast(history, horizon: question.horizonDays).distribution
        var answer = Answer(id: question.id, quantiles: [:], full: [:])
        for quantile in question.quantiles {
            answer.quantiles.updateValue(distribution.quantile(quantile), forKey: "\(quantile)")
        }
        for span in spans where span <= question.horizonDays {
            answer.full["\(span)"] = distribution.probability(within: Double(span))
        }
        return try encode(answer)
    }
}
