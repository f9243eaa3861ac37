import CapacityPlanning
import Forecasting
import Testing

@Suite("Calibration of a fleet by its own record")
struct FleetRefitTests {
    /// A year, with a refit each month that the next forecasts are made with; as a multiple of the stretch at first.
    private func fitted(
        pools: Int, narrowness: Double, watched: Double = 0, days: Int = 366
    ) async throws -> (shift: Double, widening: Double) {
        var fleet = SimulatedFleet(pools: pools, narrowness: narrowness, watched: watched)
        let calibration = try await fleet.run(days: days, ledger: MemoryLedger())
        return (calibration.shift, calibration.stretch / FleetCalibration().stretch)
    }

    @Test("forecasts that were too narrow by a half become as much wider within a year")
    func narrow() async throws {
        let (shift, widening) = try await fitted(pools: 300, narrowness: 1.5)
        #expect(abs(widening - 1.5) < 0.2, "\(widening)")
        #expect(abs(shift) < 0.15, "\(shift)")
    }

    @Test("forecasts that were too wide become narrower")
    func wide() async throws {
        let (shift, widening) = try await fitted(pools: 300, narrowness: 0.7)
        #expect(abs(widening - 0.7) < 0.07, "\(widening)")
        #expect(abs(shift) < 0.1, "\(shift)")
    }

    @Test("forecasts that were right stay, from the first months on", arguments: [121, 366])
    func right(_ days: Int) async throws {
        let (shift, widening) = try await fitted(pools: 300, narrowness: 1, days: days)
        #expect(abs(widening - 1) < 0.06, "\(widening)")
        #expect(abs(shift) < 0.1, "\(shift)")
    }

    @Test("new disks that come before pools are full make no forecast seem early", arguments: [0.3, 0.9])
    func watched(_ share: Double) async throws {
        let (shift, widening) = try await fitted(pools: 300, narrowness: 1, watched: share)
        #expect(abs(widening - 1) < 0.06, "\(widening)")
        #expect(abs(shift) < 0.1, "\(shift)")
    }

    @Test("a small fleet's year changes nothing, a larger one's goes part of the way")
    func damped() async throws {
        let few = try await fitted(pools: 20, narrowness: 1.5)
        #expect(few == (0, 1))
        let some = try await fitted(pools: 50, narrowness: 1.5).widening
        #expect(some > 1.1 && some < 1.3, "\(some)")
    }
}
