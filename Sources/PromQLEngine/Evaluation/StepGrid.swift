import MonitoringModel

/// The times an expression is evaluated at: `start`, `start + step`, …, in milliseconds.
struct StepGrid: Sendable {
    let start: Int64
    /// Positive.
    let step: Int64
    /// May be 0.
    let count: Int

    static func instant(_ time: Int64) -> StepGrid { StepGrid(start: time, step: 1, count: 1) }

    func time(_ index: Int) -> Int64 { start + Int64(index) * step }

    /// The last time; `count` is not 0.
    var end: Int64 { time(count - 1) }

    /// Of several times only the first.
    var first: StepGrid { .instant(start) }
}

/// The ranges a function over time looks at, one a step: those of step `i` are the samples after `end(i) - span` and up to and
/// including `end(i)`.
struct RangeWindows: Sendable {
    let firstEnd: Int64
    /// 0 when `@` makes all of them the same.
    let step: Int64
    let span: Int64
    let count: Int

    func end(_ index: Int) -> Int64 { firstEnd + Int64(index) * step }

    var lastEnd: Int64 { end(count - 1) }
}

/// One series over the steps of a grid.
struct StepSeries: Sendable {
    var labels: LabelSet
    /// One for each step; `Absent.value` where the series has none.
    var values: [Double]
}

/// The mark for "no value at this step". It is the stale marker, which no result is ever equal to: what the store marks as ended
/// does not get into an evaluation.
enum Absent {
    static var value: Double { StaleMarker.value }

    @inline(__always)
    static func isAbsent(_ value: Double) -> Bool { value.bitPattern == StaleMarker.bits }
}
