extension PromQLFunction {
    /// The function whose name takes the fewest changes of single bytes to reach from `name`, the case of letters aside.
    static func nearest(to name: String) -> PromQLFunction.RawValue {
        let name = Array(name.lowercased().utf8)
        let distances = allCases.map { (name: $0.rawValue, distance: distance(name, Array($0.rawValue.utf8))) }
        return distances.min { $0.distance < $1.distance }?.name ?? ""
    }

    /// Insertions, deletions and replacements that lead from `first` to `second` (Levenshtein).
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (index, byte) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in second.indices {
                let replaced = diagonal + (byte == second[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[second.count]
    }
}
