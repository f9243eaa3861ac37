import MonitoringModel
import PromQLSyntax

/// Samples of one series, and the windows over them that a function of a range vector looks at.
struct RangeSamples {
    let samples: UnsafeBufferPointer<Sample>
    let windows: RangeWindows
    /// The times of evaluation, from which the windows may be shifted.
    let grid: StepGrid
    let meter: WorkMeter

    /// Visits the windows that hold samples, with the place of the first sample and the place behind the last one.
    @inline(__always)
    func forEachWindow(_ body: (_ step: Int, _ low: Int, _ high: Int) -> Void) {
        var low = 0
        var high = 0
        for step in 0..<windows.count {
            meter.spend(1)
            if meter.isOver { return }
            let end = windows.end(step)
            let start = end - windows.span
            while high < samples.count, samples[high].timestamp.milliseconds <= end { high += 1 }
            while low < high, samples[low].timestamp.milliseconds <= start { low += 1 }
            if low < high { body(step, low, high) }
        }
    }

    /// One value for each window with samples; `Absent.value` for others, and where `figure` gives that.
    @inline(__always)
    func map(_ figure: (_ step: Int, _ low: Int, _ high: Int) -> Double) -> [Double] {
        Array(unsafeUninitializedCapacity: windows.count) { values, count in
            values.initialize(repeating: Absent.value)
            count = windows.count
            let values = values
            forEachWindow { step, low, high in values[step] = figure(step, low, high) }
        }
    }

    /// As `map`, of figures that go through all samples of their window.
    @inline(__always)
    func mapEach(_ figure: (_ step: Int, _ low: Int, _ high: Int) -> Double) -> [Double] {
        map { step, low, high in
            meter.spend(high - low)
            return figure(step, low, high)
        }
    }

    @inline(__always)
    func value(_ index: Int) -> Double { samples[index].value }

    @inline(__always)
    func time(_ index: Int) -> Int64 { samples[index].timestamp.milliseconds }

    /// Of the last sample, which gives the figures of functions that need no more.
    var last: [Double] { map { _, _, high in value(high - 1) } }
}

extension RangeSamples {
    /// The values of a function over the windows; nil: the function takes no range vector.
    ///
    /// - Parameters: the function's other arguments by step: two at most.
    func values(of function: PromQLFunction, _ first: [Double], _ second: [Double]) -> [Double]? {
        switch function {
        case .rate: extrapolated(isCounter: true, isRate: true)
        case .increase: extrapolated(isCounter: true, isRate: false)
        case .delta: extrapolated(isCounter: false, isRate: false)
        case .irate: instant(isRate: true)
        case .idelta: instant(isRate: false)
        case .lastOverTime: last
        case .countOverTime: map { _, low, high in Double(high - low) }
        case .presentOverTime, .absentOverTime: map { _, _, _ in 1 }
        case .sumOverTime: sums
        case .avgOverTime: means
        case .minOverTime: extreme(isBetter: <)
        case .maxOverTime: extreme(isBetter: >)
        case .tsOfMinOverTime: timeOfExtreme(isBetter: <=)
        case .tsOfMaxOverTime: timeOfExtreme(isBetter: >=)
        case .tsOfLastOverTime: map { _, _, high in Double(time(high - 1)) / 1000 }
        case .stdvarOverTime: variances
        case .stddevOverTime: variances.map { Absent.isAbsent($0) ? $0 : $0.squareRoot() }
        case .quantileOverTime: quantiles(first)
        case .madOverTime: medianDeviations
        case .changes:
            counts { before, now in now != before && !(now.isNaN && before.isNaN) }
        case .resets: counts { before, now in now < before }
        case .deriv: mapEach { _, low, high in high - low < 2 ? Absent.value : line(low, high, at: time(low)).slope }
        case .predictLinear:
            mapEach { step, low, high in
                guard high - low >= 2 else { return Absent.value }
                let line = line(low, high, at: grid.time(step))
                return line.slope * first[step] + line.intercept
            }
        case .doubleExponentialSmoothing: smoothed(first, second)
        default: nil
        }
    }
}
