import Forecasting
import Testing

@Suite("Why a date is thought so")
struct ExplanationTests {
    private func explain(
        _ script: PoolScript, change: (inout [Double]) -> Void = { _ in }
    ) -> FillExplanation {
        FillForecaster().forecast(script.history(change: change), horizon: 365).explanation
    }

    @Test("steady growth: its rate, and nothing else")
    func steady() throws {
        let explanation = explain(PoolScript())
        let growth = try #require(explanation.growthPerDay)
        #expect((growth - 0.1).magnitude < 0.03)
        #expect(explanation.findings.isEmpty)
        #expect(explanation.cleaning == FillExplanation.Cleaning())
        let weight = explanation.components.reduce(0) { $0 + $1.weight }
        #expect((weight - 1).magnitude < 1e-9)
        #expect(explanation.components.allSatisfy { ($0.backtestError ?? .infinity) < 0.1 })
    }

    @Test("regular drops: every 14 days, and their size")
    func regularDrops() throws {
        let explanation = explain(PoolScript(rate: 0.05, tooth: 6, toothDays: 14))
        guard case .regularDrops(let days, let size)? = explanation.findings.first else {
            Issue.record("\(explanation.findings)")
            return
        }
        #expect(days == 14)
        #expect((4.5...6.5).contains(size))
    }

    @Test("growth on the last day of months")
    func monthEnd() throws {
        let explanation = explain(PoolScript(rate: 0.03, monthEnd: 4))
        #expect(
            explanation.findings.contains {
                if case .monthDayGrowth(31, let size) = $0 { (3.2...4.8).contains(size) } else { false }
            }, "\(explanation.findings)")
    }

    @Test("weekdays that grow more than weekends")
    func weekdays() throws {
        let explanation = explain(PoolScript(noise: 0.03, week: [1.4, 1.4, 1.4, 1.4, 1.4, 0, 0]))
        #expect(
            explanation.findings.contains {
                // The week's use stands highest above its trend on Friday.
                if case .weekdayProfile(let offsets) = $0 { offsets.max() == offsets[4] } else { false }
            }, "\(explanation.findings)")
    }

    @Test("a step: its day and size", arguments: [20.0, -15.0])
    func step(_ size: Double) throws {
        let explanation = explain(PoolScript(step: (size, 40)))
        #expect(
            explanation.findings.contains {
                if case .step(40, let found) = $0 { (found - size).magnitude < 1 } else { false }
            }, "\(explanation.findings)")
    }

    @Test("bursts: how often and how large")
    func bursts() throws {
        let explanation = explain(PoolScript(days: 500, rate: 0.02, noise: 0.02, wobble: 0.01, burst: 2))
        #expect(
            explanation.findings.contains {
                if case .bursts(let perYear, let size) = $0 { (12...30).contains(perYear) && size > 1 } else { false }
            }, "\(explanation.findings)")
    }

    @Test("a change of rate: about when, and the rate since")
    func rateChange() throws {
        let explanation = explain(PoolScript(noise: 0.05, rateChange: (4, 50)))
        #expect(
            explanation.findings.contains {
                if case .rateChange(let ago, let rate) = $0 {
                    (40...60).contains(ago) && (rate - 0.4).magnitude < 0.08
                } else {
                    false
                }
            }, "\(explanation.findings) \(explanation.components)")
    }

    @Test("compound growth: how much a month")
    func compound() throws {
        let explanation = explain(PoolScript(days: 500, start: 20, rate: 0, compound: 0.003))
        #expect(
            explanation.findings.contains {
                if case .compoundGrowth(let share) = $0 { (0.06...0.12).contains(share) } else { false }
            }, "\(explanation.findings) \(explanation.components)")
    }

    @Test("a pool that rests on most days")
    func rest() throws {
        var random = TestRandom(state: 3)
        var level = 50.0
        let used = (0..<400).map { _ in
            if random.uniform() < 0.1 { level += random.uniform() }
            return level
        }
        let history = CapacityHistory(used: used, capacity: [80], firstDay: 0)
        let components = FillForecaster().forecast(history, horizon: 365).explanation.components
        #expect(components.contains { $0.model == .drift && $0.weight > 0.05 })
    }

    @Test("what cleaning left out")
    func cleaning() throws {
        let explanation = explain(PoolScript()) { used in
            used[100] = .nan
            used[101] = -1
            used[150] = 0
            used[200] *= 2
            for day in 250..<254 { used[day] = used[249] }
        }
        #expect(explanation.cleaning.gaps == 2)
        #expect(explanation.cleaning.excursions == 2)
        #expect(explanation.cleaning.stuckReadings == 4)
    }
}
