/// What a fleet's own record of forecasts and fill dates has taught, for all its pools alike.
///
/// The defaults are fitted on public development data of about a thousand pools; a fleet that keeps its own record
/// replaces them.
package struct FleetCalibration: Sendable {
    /// Deviation of a rate's relative change over a day, besides what a pool's own history shows.
    package var rateWander = 0.004
    /// How many more jumps a single jump foretells over as long a time as the history's; each further jump seen
    /// foretells one more.
    package var jumpRecurrence = 0.15
    /// Jumps of a pool that has shown none, as if seen in `fleetJumpDays`: imports, migrations, someone's big copy.
    package var fleetJumps = 0.4
    package var fleetJumpDays = 200.0
    /// Evidence for a model of the growth is raised to this power, since shocks are neither quite normal nor independent.
    package var tempering = 0.4
    /// The share of paths that go on as the last weeks, months and years did, in a pool that grows alike on most days.
    package var windowShare = 0.1
    /// The same share in a pool that rests on most days, and the share that follows its long-run drift.
    package var restWindows = 0.3
    package var restDrift = 0.4
    /// A pool rests wholly when its usual move is nothing, and not at all from this share of its mean move on.
    package var restScale = 0.4
    /// How much wider than the spread within the history the growth of a window is taken to be.
    package var windowSpread = 1.25
    /// Deviation of the logarithm of how lively the pool will be against how lively it was.
    package var activity = 0.3
    /// Fitted to normal scores: a level p is read at Φ(shift + stretch · Φ⁻¹(p)) of the simulated paths.
    package var shift = 0.0
    package var stretch = 0.82

    package init() {}
}
