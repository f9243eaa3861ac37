import MonitoringModel
import PromQLSyntax

/// Aggregations that pass on some of their series, chosen step by step: `topk`, `bottomk`, `limitk`, `limit_ratio`.
struct SeriesChoice {
    private let aggregation: AggregationOperator
    private let isTop: Bool
    /// By step: how many, or which share.
    private let parameters: [Double]

    init(_ aggregation: AggregationOperator, _ parameters: [Double]) {
        self.aggregation = aggregation
        isTop = aggregation == .topk
        self.parameters = parameters
    }

    /// - Parameters:
    ///   - group: All series of a group.
    ///   - check: Called again and again; throws when the query is to end.
    /// - Returns: those that are chosen at some step, without their other values. Of one step the best comes first.
    func chosen(of group: [StepSeries], check: () throws -> Void) throws -> [StepSeries] {
        var result = group.map {
            StepSeries(labels: $0.labels, values: Array(repeating: Absent.value, count: parameters.count))
        }
        let offsets = aggregation == .limitRatio ? group.map { Self.offset(of: $0.labels) } : []
        var order: [Int] = []
        for (step, parameter) in parameters.enumerated() {
            try check()
            let present = group.indices.filter { !Absent.isAbsent(group[$0].values[step]) }
            switch aggregation {
            case .limitRatio:
                order = present.filter {
                    parameter >= 0 ? offsets[$0] < parameter : offsets[$0] >= 1 + max(parameter, -1)
                }
            case .limitk: order = Array(present.prefix(Self.count(parameter)))
            case _ where Self.count(parameter) <= Self.few:
                order = best(present, Self.count(parameter)) { group[$0].values[step] }
            default:
                let sorted = try present.sorted { a, b in
                    try check()
                    return isBetter(a, b) { group[$0].values[step] }
                }
                order = Array(sorted.prefix(Self.count(parameter)))
            }
            for index in order { result[index].values[step] = group[index].values[step] }
        }
        if parameters.count == 1 { return order.map { result[$0] } }
        return result.filter { $0.values.contains { !Absent.isAbsent($0) } }
    }

    /// As many are kept in order by moving those behind a new one; of more all series are sorted.
    private static let few = 1_000

    private static func count(_ parameter: Double) -> Int { parameter >= 1 ? Int(min(parameter, 1e15)) : 0 }

    /// NaN comes after all numbers, and of equals the first in.
    private func isBetter(_ a: Int, _ b: Int, _ value: (Int) -> Double) -> Bool {
        let (left, right) = (value(a), value(b))
        if left.isNaN || right.isNaN { return !left.isNaN || (right.isNaN && a < b) }
        if left == right { return a < b }
        return isTop ? left > right : left < right
    }

    /// The few series with the greatest or least values, best first.
    private func best(_ present: [Int], _ count: Int, _ value: (Int) -> Double) -> [Int] {
        guard count < present.count else { return present.sorted { isBetter($0, $1, value) } }
        guard count > 0 else { return [] }
        // The worst of the chosen is last; most series are worse than it and cost one comparison.
        var chosen: [Int] = []
        for index in present {
            if chosen.count == count, !isBetter(index, chosen[count - 1], value) { continue }
            let place = chosen.partitioningIndex { isBetter(index, $0, value) }
            chosen.insert(index, at: place)
            if chosen.count > count { chosen.removeLast() }
        }
        return chosen
    }

    /// Where a series lies between 0 and 1, the same in every query: FNV-1a of its labels.
    private static func offset(of labels: LabelSet) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for label in labels.labels {
            for byte in label.name.utf8 { mix(byte) }
            mix(0xFF)
            for byte in label.value.utf8 { mix(byte) }
            mix(0xFF)
        }
        // Its low bits are better mixed than the high ones, which the quotient is made of.
        hash = (hash ^ (hash >> 32)) &* 0x9e37_79b9_7f4a_7c15
        return Double(hash >> 11) / Double(1 << 53)
    }
}

extension [Int] {
    /// The first place whose element `isBehind`; all before it are not.
    fileprivate func partitioningIndex(where isBehind: (Int) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
