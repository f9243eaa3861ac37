/// How the rates of growth of a fleet's pools usually behave, before a pool's own history is looked at.
package struct GrowthPrior: Sendable {
    /// Changepoints of the rate per day.
    package var changepointsPerDay = 0.0015
    /// The prior deviation of a change of rate, as a multiple of the pool's usual rate.
    package var changeScale = 0.7
    /// The prior deviation of the rate's slope on the level, per day: 0.006 is compound growth of 20 % a month.
    package var onLevelScale = 0.006
    /// The prior odds of a rate that depends on the level, and of a yearly cycle, against a constant rate.
    package var levelDependentOdds = 0.2
    package var yearlyOdds = 0.1
    /// The prior deviation of a yearly amplitude, as a share of the rate.
    package var yearlyScale = 0.5
    /// Evidence is raised to these powers, in pools that grow alike on most days and in pools that rest: the shocks of
    /// the latter are far from normal, and each says little.
    package var tempering = 1.0
    package var temperingAtRest = 0.1
    /// How strongly a wandering rate is held against, by its ratio.
    package var wanderPrior = 1.0
    /// Deviations of the rate's daily change as multiples of the daily shock's deviation; the first is a constant rate.
    /// At most eight.
    let wanderRatios = [0, 0.003, 0.008, 0.02, 0.05, 0.12]

    /// Growth of a pool of which nothing is known yet, and its deviation, as shares of its use a day.
    package var fleetRate = 0.001
    package var fleetRateDeviation = 0.0025

    package init() {}
}
