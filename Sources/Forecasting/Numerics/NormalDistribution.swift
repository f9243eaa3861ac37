import Glibc

/// The standard normal distribution.
enum NormalDistribution {
    /// P(Z ≤ z).
    static func probability(below z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    static func density(_ z: Double) -> Double { exp(-0.5 * z * z) / (2 * Double.pi).squareRoot() }

    /// The z with P(Z ≤ z) = p; -∞ at 0 and below, +∞ at 1 and above.
    ///
    /// Acklam's rational approximation, relative error below 1.2e-9.
    static func quantile(_ p: Double) -> Double {
        if !(p > 0) { return -.infinity }
        if p >= 1 { return .infinity }
        let tail = 0.02425
        if p < tail { return tailQuantile(p) }
        if p > 1 - tail { return -tailQuantile(1 - p) }
        let q = p - 0.5
        let r = q * q
        let upper =
            (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r
                - 30.66479806614716) * r + 2.506628277459239) * q
        let lower =
            ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r
                - 13.28068155288572) * r + 1
        return upper / lower
    }

    private static func tailQuantile(_ p: Double) -> Double {
        let q = (-2 * log(p)).squareRoot()
        let upper =
            ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q
                + 4.374664141464968) * q + 2.938163982698783
        let lower =
            (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1
        return upper / lower
    }
}
