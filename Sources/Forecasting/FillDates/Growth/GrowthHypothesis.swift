/// One reading of how use grows from today on, with what it leaves uncertain.
struct GrowthHypothesis {
    enum Model: Int, CaseIterable, Sendable {
        case localLinearTrend, changepoint, levelDependent, yearlyCycle, window, drift
    }

    let model: Model
    /// The logarithm of its weight, up to a constant shared by all.
    var logWeight: Double
    /// Growth per day today, and the deviation of that estimate.
    var rate: Double
    var rateDeviation: Double
    /// The deviation of the rate's change over one day.
    var wander = 0.0
    /// By how much the rate changes with the level, per day; negative: growth slows toward a ceiling.
    var onLevel = 0.0
    var onLevelDeviation = 0.0
    /// The yearly cycle of the rate: amplitudes of cosine and sine of the day since today.
    var yearCosine = 0.0
    var yearSine = 0.0
    /// For a changepoint the day it happened, for a window its length; days before today.
    var reach = 0.0
}
