import Glibc

/// The plain growth of a history as independent permanent shocks around a rate.
///
/// Daily growth is read as an ARIMA(0,1,1) process, the reduced form of a local level with noise in its readings
/// (Muth 1960; Harvey, "Forecasting, Structural Time Series Models and the Kalman Filter", 1989): of each surprise v a
/// share `permanence` stays and the rest is gone the day after. Exponential smoothing with that share gives increments
/// of the level behind the noise, which are white, so that every model of the rate may treat them alike.
struct PlainGrowth {
    /// Days before today (0 or less) at the end of each increment.
    private(set) var day: [Double] = []
    /// The days each increment spans: the weight of its rate.
    private(set) var weight: [Double] = []
    /// Growth per day of the level behind the noise, outliers pulled in.
    private(set) var rate: [Double] = []
    /// The use the increment started from.
    private(set) var level: [Double] = []
    /// The variance of one day's permanent shock.
    private(set) var variance = 0.0
    /// What days of lumps, too rare to be usual, add to the variance of the mean growth over many days.
    private(set) var lumpVariance = 0.0
    /// The share of a day's surprise that stays, 0.03…1.
    private(set) var permanence = 1.0

    var count: Int { rate.count }

    init(_ structure: UsageStructure) {
        let increments = structure.increments
        let today = structure.level.count - 1
        var raw: [Double] = []
        var surprises: [Double] = []
        day.reserveCapacity(increments.count)
        weight.reserveCapacity(increments.count)
        raw.reserveCapacity(increments.count)
        surprises.reserveCapacity(increments.count)
        level.reserveCapacity(increments.count)
        for place in 0..<increments.count where structure.isPlain[place] {
            day.append(Double(increments.day[place] - today))
            weight.append(Double(increments.span[place]))
            raw.append(increments.perDay(place))
            surprises.append(structure.surprises.values[place])
            level.append(structure.level[increments.day[place]] - increments.growth[place])
        }
        guard raw.count >= 2 else {
            rate = raw
            variance = raw.first.map { $0 * $0 } ?? 0
            return
        }
        permanence = Self.permanence(surprises)
        smooth(raw)
        let variances = Self.variances(rate, weight)
        variance = variances.usual
        lumpVariance = max(0, variances.full - variances.usual)
    }

    /// From the correlation of neighbouring surprises, -θ/(1+θ²) for a share 1-θ that stays.
    private static func permanence(_ surprises: [Double]) -> Double {
        guard surprises.count >= 20 else { return 1 }
        let limit = 5 * surprises.reduce(0) { $0 + $1.magnitude } / Double(surprises.count)
        var own = 0.0
        var shared = 0.0
        var before = 0.0
        for surprise in surprises {
            let value = min(max(surprise, -limit), limit)
            own += value * value
            shared += value * before
            before = value
        }
        guard own > 0 else { return 1 }
        // The running median takes about 1/31 of the correlation away.
        let correlation = min(max(shared / own + 0.03, -0.4999), 0)
        if correlation > -0.02 { return 1 }
        let theta = (1 - (1 - 4 * correlation * correlation).squareRoot()) / (-2 * correlation)
        return min(max(1 - theta, 0.03), 1)
    }

    private mutating func smooth(_ raw: [Double]) {
        rate = raw
        guard permanence < 1 else { return }
        // The start is the mean of the first days: a single first reading would echo for long.
        let head = raw.prefix(14)
        var smoothed = head.reduce(0, +) / Double(head.count)
        for place in raw.indices {
            smoothed += permanence * (raw[place] - smoothed)
            rate[place] = smoothed
        }
    }

    /// Half the mean square of differences of neighbours, which a wandering rate hardly moves; once without the
    /// wildest, and once with them.
    private static func variances(_ rate: [Double], _ weight: [Double]) -> (usual: Double, full: Double) {
        var squares: [Double] = []
        squares.reserveCapacity(rate.count)
        for place in 1..<rate.count {
            let difference = rate[place] - rate[place - 1]
            squares.append(difference * difference / (1 / weight[place] + 1 / weight[place - 1]))
        }
        let mean = squares.reduce(0, +) / Double(squares.count)
        let limit = 16 * mean
        var sum = 0.0
        for square in squares { sum += min(square, limit) }
        // Few days tell their own spread only roughly, and a little more is meant.
        return (sum / Double(squares.count) * (1 + 3 / Double(squares.count)), mean)
    }
}
