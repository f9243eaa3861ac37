import Glibc

/// The y axis: round numbers that hold all values, and how they are written.
struct ValueAxis {
    let low: Double
    let high: Double
    let ticks: [(value: Double, text: String)]

    /// Values further out are drawn at the edge, so that neither a difference nor a change of scale overflows.
    private static let bound = 1e300
    /// Shorter ranges are none.
    private static let shortest = 1e-300

    /// - Parameters:
    ///   - values: the least and the greatest of them, finite.
    ///   - mostTicks: at least 2.
    init(_ values: ClosedRange<Double>, unit: ValueUnit, mostTicks: Int) {
        var low = max(values.lowerBound, -Self.bound)
        var high = min(values.upperBound, Self.bound)
        if high - low <= max(abs(low), abs(high)) * 1e-12 {
            // One value: between it and zero.
            (low, high) = low > 0 ? (0, high) : high < 0 ? (low, 0) : (0, 1)
        } else if low > 0, low <= high - low {
            low = 0
        } else if high < 0, -high <= high - low {
            high = 0
        }
        if high - low < Self.shortest { (low, high) = low < 0 ? (-1, 0) : (0, 1) }

        func step(in scale: ValueUnit.Scale) -> Double {
            Self.roundStep(atLeast: (high - low) / scale.factor / Double(max(mostTicks - 1, 1)))
        }
        var scale = unit.scale(for: max(abs(low), abs(high)))
        // Where the values lie so close together that the scale would not shorten them, none is better.
        if scale.factor > 1, Self.decimals(of: step(in: scale)) > 4 { scale = unit.scale(for: 1) }
        var step = step(in: scale)
        var first = (low / scale.factor / step).rounded(.down)
        var last = (high / scale.factor / step).rounded(.up)
        if last - first >= Double(mostTicks) {
            // Both ends are rounded outwards, which can take one step more than there is room for.
            step = Self.roundStep(atLeast: step * 1.001)
            first = (low / scale.factor / step).rounded(.down)
            last = (high / scale.factor / step).rounded(.up)
        }
        self.low = first * step * scale.factor
        self.high = last * step * scale.factor
        let decimals = Self.decimals(of: step)
        ticks = (0...Int(last - first)).map { index in
            let number = (first + Double(index)) * step
            let isShort = decimals <= 6 && abs(number) < 1e15
            let text =
                isShort
                ? ReadableNumber.fixed(number, decimals: decimals, keepsZeros: true)
                : ReadableNumber.text(number, .number)
            return (number * scale.factor, text + scale.suffix)
        }
    }

    /// Where a value lies between the lowest and the highest tick, 0 to 1.
    func position(of value: Double) -> Double { min(max((value - low) / (high - low), 0), 1) }

    /// The least of 1, 2 and 5 times a power of ten that is not below `number`, which is positive.
    private static func roundStep(atLeast number: Double) -> Double {
        let power = Int(log10(number).rounded(.down))
        let candidates = [1, 2, 5, 10].map { factor in
            // Divided, so that tenths are as near as they can be.
            power < 0 ? factor / ReadableNumber.powerOfTen(-power) : factor * ReadableNumber.powerOfTen(power)
        }
        return candidates.first { $0 >= number * (1 - 1e-9) && $0 > 0 } ?? candidates[3]
    }

    private static func decimals(of step: Double) -> Int {
        step >= 1 ? 0 : -Int((log10(step) + 1e-9).rounded(.down))
    }
}
