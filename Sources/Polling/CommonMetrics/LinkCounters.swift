/// The counters of one end of a link from poll to poll, so that no rate over them is a spike that was not on the line.
///
/// What is written is what the agent counts, and a reset shows as in any counter. Only where the source of a value changes is the
/// value shifted, so that it goes on from where it was.
struct LinkCounters: Sendable {
    var received = OctetCounter()
    var transmitted = OctetCounter()
    var errors = CounterSum()
}

/// The octets of one direction: the 64-bit counter, or the 32-bit one where the agent has no other.
///
/// Some agents have the 64-bit counter and leave it at 0 for ever; then the 32-bit one that moves is right. A 64-bit counter that is
/// missing in one poll is not replaced: the 32-bit one beside it has another value.
package struct OctetCounter: Sendable {
    private enum Source {
        case high, low
    }

    private var source: Source?
    /// Polls in a row that brought no 64-bit counter.
    private var missed = 0
    private var lastHigh = 0.0
    private var lastLow: Double?
    private var lastValue = 0.0
    /// What is added because the source changed.
    private var offset = 0.0

    /// After as many polls without a 64-bit counter the agent has none any more.
    private static let patience = 3

    package init() {}

    /// - Parameters:
    ///   - high: ifHCInOctets or ifHCOutOctets; nil: not read.
    ///   - low: ifInOctets or ifOutOctets.
    /// - Returns: nil where the value cannot be told.
    package mutating func value(high: Double?, low: Double?) -> Double? {
        var lowStep = 0.0
        if let low {
            if let lastLow { lowStep = CounterSum.step(from: lastLow, to: low) }
            lastLow = low
        }
        let value: Double
        if let high, high > 0 || source == .high || (low ?? 0) == 0 {
            missed = 0
            if source == .low { offset = lastValue + lowStep - high }
            if source == .high, high < lastHigh { offset = 0 }
            source = .high
            lastHigh = high
            value = high + offset
        } else if let low {
            if source == .high {
                missed += 1
                guard missed >= Self.patience else { return nil }
                offset = lastValue - low
            } else if low < lastValue - offset {
                offset = 0
            }
            source = .low
            value = low + offset
        } else {
            return nil
        }
        lastValue = value
        return value
    }
}

/// A sum of counters that wrap and are reset each for itself, which a reader of the sum could not tell: it only ever grows.
struct CounterSum: Sendable {
    private var parts: [(last: Double, offset: Double)?] = []

    /// - Parameter values: always as many, of 32-bit counters; nil: not read.
    /// - Returns: nil while one is missing that was there before, or none is there.
    mutating func sum(_ values: [Double?]) -> Double? {
        let isFirst = parts.isEmpty
        if isFirst { parts = values.map { _ in nil } }
        var isComplete = true
        for (index, value) in values.enumerated() {
            guard let value else {
                if parts[index] != nil { isComplete = false }
                continue
            }
            if let part = parts[index] {
                let total = part.last + part.offset + Self.step(from: part.last, to: value)
                parts[index] = (value, total - value)
            } else {
                // One that is seen later than the others counts from then on.
                parts[index] = (value, isFirst ? 0 : -value)
            }
        }
        let known = parts.compactMap { $0 }
        guard isComplete, !known.isEmpty else { return nil }
        return known.reduce(0) { $0 + $1.last + $1.offset }
    }

    /// How far a counter went: one of 32 bits that falls by more than half its range wrapped, any other was reset.
    static func step(from last: Double, to value: Double) -> Double {
        if value >= last { return value - last }
        guard last < 4_294_967_296 else { return value }
        return last - value > 2_147_483_648 ? value + 4_294_967_296 - last : value
    }
}
