/// A row of entPhySensorTable (RFC 3433).
package enum SensorReading {
    /// The reading in degrees Celsius; nil for sensors of another type, out of order or out of range.
    ///
    /// - Parameters:
    ///   - type: entPhySensorType; celsius is 8.
    ///   - scale: entPhySensorScale; units are 9, each step is a factor of 1,000. Nil: units.
    ///   - precision: decimal places, -8...9. Nil: 0.
    ///   - status: entPhySensorOperStatus; ok is 1. Nil: ok.
    package static func celsius(
        type: Double?, scale: Double?, precision: Double?, value: Double?, status: Double?
    ) -> Double? {
        guard type == 8, let value, status ?? 1 == 1, abs(value) < 1_000_000_000 else { return nil }
        let scale = scale ?? 9
        let precision = precision ?? 0
        guard (1...17).contains(scale), (-8...9).contains(precision) else { return nil }
        let exponent = Int(3 * (scale - 9) - precision)
        let power = (0..<abs(exponent)).reduce(1.0) { product, _ in product * 10 }
        return plausible(exponent < 0 ? value / power : value * power)
    }

    /// The temperature, unless it is one that no device survives to report: a sentinel such as 2147483647 or -999.
    package static func plausible(_ celsius: Double) -> Double? {
        (-100...300).contains(celsius) ? celsius : nil
    }
}
