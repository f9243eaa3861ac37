internal import Glibc

/// The scale on which the models work: logarithms where no value is negative, since what moves a rate mostly multiplies
/// it, and the values themselves otherwise.
struct RateScale {
    private let isLogarithmic: Bool
    /// By how much values are divided, so that none is too great or too small to be squared.
    private let unit: Double
    /// Added before the logarithm is taken, in units: 0 has one then, and values near it do not rule the fit.
    private let offset: Double

    /// As a share of the mean. Found by backtests: anything up to a fifth forecasts hourly and weekly series as well.
    private static let offsetShare = 0.05

    /// - Parameter values: NaN where there was no reading.
    init(_ values: some Collection<Double>) {
        let sorted = values.filter { !$0.isNaN }.sorted()
        let greatest = max(abs(sorted.first ?? 0), abs(sorted.last ?? 0))
        let unit = greatest > 0 ? greatest : 1
        self.unit = unit
        isLogarithmic = (sorted.first ?? 0) >= 0 && greatest > 0
        func mean(_ values: some Collection<Double>) -> Double {
            values.reduce(0) { $0 + $1 / unit / Double(values.count) }
        }
        // Without the greatest hundredth, so that no single reading decides what is near 0.
        let usual = mean(sorted.dropLast(sorted.count / 100 + 1))
        // Never so small that its logarithm is none.
        offset = max(Self.offsetShare * (usual > 0 ? usual : mean(sorted)), .leastNormalMagnitude)
    }

    /// NaN stays NaN.
    func scaled(_ value: Double) -> Double {
        isLogarithmic ? log(value / unit + offset) : value / unit
    }

    /// The value of a place on the scale: finite, and not negative where no value was.
    func value(_ scaled: Double) -> Double {
        let value = (isLogarithmic ? max(0, exp(scaled) - offset) : scaled) * unit
        return min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    }
}
