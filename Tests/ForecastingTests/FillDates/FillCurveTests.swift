import Forecasting
import Glibc
import Testing

@Suite("Points of a distribution of fill dates")
struct FillCurveTests {
    private func probability(below score: Double) -> Double { 0.5 * erfc(-score / 2.0.squareRoot()) }

    /// What a ledger keeps of a distribution.
    private func curve(_ distribution: FillDistribution, _ calibration: FleetCalibration) -> FillCurve {
        FillCurve(
            p10: distribution.quantile(0.1), p50: distribution.quantile(0.5), p90: distribution.quantile(0.9),
            within: [30, 90, 180].map { ($0, distribution.probability(within: Double($0))) },
            shift: calibration.shift, stretch: calibration.stretch)
    }

    @Test("tell nearly what all of it does, whatever it was calibrated with", arguments: Regime.all)
    func likeTheWhole(_ regime: Regime) {
        var calibrated = FleetCalibration()
        calibrated.shift = 0.3
        calibrated.stretch = 1.2
        let history = regime.script.history(change: regime.change)
        for calibration in [FleetCalibration(), calibrated] {
            let whole = FillForecaster(calibration: calibration).forecast(history, horizon: 365).distribution
            let curve = curve(whole, calibration)
            var bias = 0.0
            var error = 0.0
            for day in 1...180 {
                let before = whole.uncalibratedProbability(within: Double(day - 1))
                let after = whole.uncalibratedProbability(within: Double(day))
                let difference = probability(below: curve.score(by: Double(day))) - (before + after) / 2
                bias += (after - before) * difference
                error += (after - before) * abs(difference)
            }
            // Most where all growth comes on one day of the month.
            #expect(abs(bias) < 0.08)
            #expect(error < 0.1)
        }
    }

    private func curve(
        _ quantiles: [Double?], _ within: [Double], shift: Double = 0, stretch: Double = 1
    ) -> FillCurve {
        FillCurve(
            p10: quantiles[0], p50: quantiles[1], p90: quantiles[2],
            within: zip([30, 90, 180], within).map { ($0, $1) }, shift: shift, stretch: stretch)
    }

    @Test("scores never decrease, and stay within their bounds")
    func monotone() {
        let curves = [
            curve([40, 50, 62], [0.02, 1, 1]), curve([2, 2, 2], [1, 1, 1]), curve([2, 2.5, 40], [0.85, 0.99, 1]),
            curve([nil, nil, nil], [0, 0, 0]), curve([nil, nil, nil], [0, 0, 0.04]),
            curve([250, nil, nil], [0, 0, 0]),
            curve([nil, nil, nil], [0.02, 0.02, 0.02]), curve([100, 110, 121], [0, 0.004, 1]),
            curve([29, 31, 33], [0.2, 1, 1]), curve([nil, nil, nil], [1, 1, 1]),
        ]
        for curve in curves {
            let scores = stride(from: 0, through: 200, by: 0.5).map { curve.score(by: $0) }
            #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(scores.allSatisfy { (-3...3).contains($0) })
        }
    }

    @Test("days on a point have its score, before calibration")
    func onPoints() {
        let curve = curve([40, 50, 62], [0, 1, 1], shift: 0.25, stretch: 2)
        #expect(abs(curve.score(by: 50) - 0.25) < 1e-9)
        #expect(abs(curve.score(by: 40) - (0.25 - 2 * 1.2815516)) < 1e-6)
        #expect(curve.score(by: 30) == -3)
        #expect(curve.score(by: 91) == 3)
        // Far out, though certain only at 90 days.
        #expect(curve.score(by: 75) == 3)
    }

    @Test("all quantiles on one day leave that day in the middle, and the next far out")
    func oneDay() {
        let curve = curve([7, 7, 7], [1, 1, 1])
        #expect(curve.score(by: 7) == 0)
        #expect(curve.score(by: 6) < -2 && curve.score(by: 8) > 2)
    }
}
