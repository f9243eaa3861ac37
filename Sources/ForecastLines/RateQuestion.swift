import Forecasting

/// How does a rate go on?
struct RateQuestion: Decodable {
    var id: String
    var values: [Double?]
    /// Steps after which it repeats, as far as the asker knows.
    var season: Int
    var periodSeconds: Double
    /// Steps.
    var horizon: Int
    /// Percent.
    var levels: [Double]

    private enum CodingKeys: String, CodingKey {
        case id, values, season, horizon, levels
        case periodSeconds = "period_seconds"
    }
}

extension ForecastLine {
    private static let longestRateHorizon = 100_000
    /// Twice the week of minutes.
    private static let longestSeason = 20_160
    private static let mostLevels = 20

    private struct Answer: Encodable {
        var id: String
        var mean: [Double]
        /// By level.
        var lower: [String: [Double]]
        var upper: [String: [Double]]
    }

    static func rateAnswer(_ question: RateQuestion) throws(ForecastLineError) -> [UInt8] {
        guard (1...longestRateHorizon).contains(question.horizon) else {
            throw ForecastLineError(
                "expected \"horizon\" in 1...\(longestRateHorizon), found \(question.horizon)")
        }
        guard (1...longestSeason).contains(question.season) else {
            throw ForecastLineError("expected \"season\" in 1...\(longestSeason), found \(question.season)")
        }
        guard question.periodSeconds > 0 else {
            throw ForecastLineError("expected \"period_seconds\" above 0, found \(question.periodSeconds)")
        }
        guard question.levels.count <= mostLevels else {
            throw ForecastLineError(
                "expected at most \(mostLevels) \"levels\", found \(question.levels.count)")
        }
        if let bad = question.levels.first(where: { !($0 > 0 && $0 < 100) }) {
            throw ForecastLineError("expected \"levels\" between 0 and 100, found \(bad)")
        }
        let forecast = RateForecaster().forecast(
            readings(question.values), step: question.periodSeconds, season: question.season,
            horizon: question.horizon, levels: question.levels.map { $0 / 100 })
        if case .tooFewReadings(let found, let needed) = forecast.abstention {
            throw ForecastLineError("expected at least \(needed) readings in \"values\", found \(found)")
        }
        var answer = Answer(id: question.id, mean: forecast.mean, lower: [:], upper: [:])
        for (level, interval) in zip(question.levels, forecast.intervals) {
            let name = level == level.rounded() ? "\(Int(level))" : "\(level)"
            answer.lower[name] = interval.lower
            answer.upper[name] = interval.upper
        }
        return try encode(answer)
    }
}
