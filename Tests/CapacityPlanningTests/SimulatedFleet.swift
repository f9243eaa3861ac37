import CapacityPlanning
import Forecasting
import Glibc
import Inventory
import MonitoringModel
import TestSupport

/// Pools that grow at random, and forecasts of which it is known how wrong they are.
///
/// Each pool's use is a random walk with a drift; the true distribution of the day it first reaches its limit is known
/// in closed form (the inverse Gaussian). A forecast is that distribution with its normal scores multiplied by
/// `narrowness`, which makes the range as much too narrow, at the calibration that all fleets begin with.
struct SimulatedFleet {
    struct Pool {
        var drift: Double
        var spread: Double
        var limit: Double
        var used: [Double] = []
        var sizes: [Double] = []

        /// The probability that the limit is reached within so many days.
        func fullWithin(_ days: Double) -> Double {
            guard let level = used.last, days > 0 else { return 0 }
            // What is looked at once a day passes a limit later than what is looked at always (Siegmund 1979).
            let distance = limit - level + 0.5826 * spread
            let deviation = spread * days.squareRoot()
            let overshoot = exp(2 * drift * distance / (spread * spread))
            return Normal.probability(below: (drift * days - distance) / deviation)
                + overshoot * Normal.probability(below: -(drift * days + distance) / deviation)
        }
    }

    static let firstDay = 20_010

    var narrowness: Double
    /// The share of pools that get new disks when nine tenths are in use, before they are full.
    var watched = 0.0
    private var pools: [Pool]
    private var random: SeededGenerator

    init(pools count: Int, narrowness: Double, watched: Double = 0, seed: UInt64 = 20_261) {
        self.narrowness = narrowness
        self.watched = watched
        var random = SeededGenerator(seed: seed)
        pools = (0..<count).map { _ in
            var pool = Pool(
                drift: Double.random(in: 0.1...0.8, using: &random), spread: Double.random(in: 0.5...3, using: &random),
                limit: 100)
            pool.used = [Double.random(in: 10...80, using: &random)]
            pool.sizes = [100]
            return pool
        }
        self.random = random
    }

    /// Lets the days pass, with a night's forecasts in thirty.
    /// - Returns: the calibration of the last night, fitted to what was known by then.
    mutating func run(days: Int, ledger: any ForecastLedger) async throws -> FleetCalibration {
        let settling = ForecastSettling(ledger: ledger)
        var fleet = FleetCalibration()
        for day in 0..<days {
            if day > 0 { grow() }
            guard day % 30 == 0 else { continue }
            let today = Self.firstDay + day
            let record = try await settling.record(histories, through: today - 1)
            fleet = record.fitted(FleetCalibration(), forecastsPerFill: ForecastSettling.forecastsPerFill)
            let entries = pools.indices.map { entry($0, fleet) }
            try await ledger.keep(
                ForecastNight(
                    madeAt: Timestamp(milliseconds: 0), madeOn: today,
                    calibration: ForecastCalibration(fleet, record: record), entries: entries))
        }
        return fleet
    }

    private mutating func grow() {
        for index in pools.indices {
            let level = pools[index].used[pools[index].used.count - 1]
            // New disks come on the day after, or before.
            let isWatched = Double(index) < watched * Double(pools.count)
            if level >= pools[index].limit * (isWatched ? 0.9 : 1) { pools[index].limit += 60 }
            let growth = pools[index].drift + pools[index].spread * Normal.draw(&random)
            pools[index].used.append(max(level + growth, 0))
            pools[index].sizes.append(pools[index].limit)
        }
    }

    private var histories: [ResourceHistory] {
        pools.enumerated().map { index, pool in
            ResourceHistory(
                key: key(index), labels: LabelSet(), firstDay: Self.firstDay, used: pool.used, size: pool.sizes,
                newestDay: Self.firstDay + pool.used.count - 1)
        }
    }

    private func key(_ index: Int) -> ResourceKey {
        ResourceKey(resource: "pool-\(index)", kind: "storage", unit: .bytes, site: "dc")
    }

    private func entry(_ index: Int, _ fleet: FleetCalibration) -> LedgerEntry {
        let pool = pools[index]
        let paths = narrowness * FleetCalibration().stretch
        func within(_ days: Double) -> Double {
            Normal.probability(
                below: (paths * Normal.quantile(pool.fullWithin(days)) - fleet.shift) / fleet.stretch)
        }
        func day(_ score: Double) -> Double? {
            let share = Normal.probability(below: (fleet.shift + fleet.stretch * score) / paths)
            return pool.fullWithin(365) < share ? nil : Normal.root(0...365) { pool.fullWithin($0 - 0.5) - share }
        }
        return LedgerEntry(
            key: key(index), labels: LabelSet(), used: pool.used[pool.used.count - 1], size: pool.limit,
            limit: pool.limit,
            forecast: ResourceForecast(
                fill: FillDays(p10: day(-1.281552), p50: day(0), p90: day(1.281552)),
                fullWithin: FullWithin(days30: within(30), days90: within(90), days180: within(180))))
    }
}

private enum Normal {
    static func probability(below score: Double) -> Double { 0.5 * erfc(-score / 2.0.squareRoot()) }

    static func quantile(_ probability: Double) -> Double {
        root(-9...9) { Self.probability(below: $0) - probability }
    }

    /// Where a function that never decreases passes zero.
    static func root(_ range: ClosedRange<Double>, _ function: (Double) -> Double) -> Double {
        var (low, high) = (range.lowerBound, range.upperBound)
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if function(middle) < 0 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    static func draw(_ random: inout SeededGenerator) -> Double {
        let radius = (-2 * log(Double.random(in: 0x1p-53...1, using: &random))).squareRoot()
        return radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &random))
    }
}
