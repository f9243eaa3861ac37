/// What a fleet's own record of forecasts and fill dates has taught, for all its pools alike.
///
/// The defaults are fitted on development data of about three thousand pools, simulated and from public histories, as
/// plain numbers: a fleet that keeps its own record replaces them, `shift` and `stretch` first (see `FleetRecord`).
package struct FleetCalibration: Sendable {
    /// How rates of growth usually behave.
    package var growth = GrowthPrior()
    /// Deviation of a rate's relative change over a day, besides what a pool's own history shows.
    package var rateWander = 0.003
    /// Deviation of that deviation's logarithm between pools.
    package var wanderSpread = 1.0
    /// How many more jumps a single jump foretells over as long a time as the history's; each further jump seen
    /// foretells one more.
    package var jumpRecurrence = 0.15
    /// Jumps of a pool that has shown none, as if seen in `fleetJumpDays`: imports, migrations, someone's big copy.
    package var fleetJumps = 0.4
    package var fleetJumpDays = 100.0
    /// The share of paths that go on as the last weeks, months and years did, in a pool that grows alike on most days.
    package var windowShare = 0.05
    /// The same share in a pool that rests on most days, and the share there that follows its long-run drift.
    package var restWindows = 0.3
    package var restDrift = 0.2
    /// A pool rests wholly when its usual move is nothing, and not at all from this share of its mean move on.
    package var restScale = 0.2
    /// How much wider than the spread within the history the growth of a window is taken to be.
    package var windowSpread = 2.5
    /// Deviation of the logarithm of how lively a resting pool will be against how lively it was.
    package var activity = 0.3
    /// How far a back-test's mean logarithmic score changes the shares of models, windows and drift.
    package var backtestTrust = 0.2
    /// How sure it is that a single large drop from near full was the work of a retention job that goes on. Below a
    /// half, so that a clean-up by hand silences no alarm.
    package var singlePurge = 0.4
    /// A level p is read at Φ(shift + stretch · Φ⁻¹(p)) of the simulated paths: below 1 the paths spread too wide.
    package var shift = 0.0
    package var stretch = 0.87

    package init() {}
}
