/// The candidate with the smallest edit distance to a misspelt name; nil when none is near enough to be what was meant. The
/// first in order wins a tie, so the answer is the same each time.
func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    // A third of the letters wrong is a typing error; more is another word.
    let limit = max(1, wanted.count / 3)
    var best: (distance: Int, name: String)?
    for candidate in candidates {
        let scalars = Array(candidate.lowercased().unicodeScalars.prefix(64))
        guard abs(scalars.count - wanted.count) <= limit else { continue }
        let distance = editDistance(wanted, scalars)
        guard distance <= limit else { continue }
        if let best, (best.distance, best.name) <= (distance, candidate) { continue }
        best = (distance, candidate)
    }
    return best?.name
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other (optimal string alignment).
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for row in 0..<a.count {
        var current = [row + 1]
        for column in 0..<b.count {
            var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (a[row] == b[column] ? 0 : 1))
            if row > 0, column > 0, a[row] == b[column - 1], a[row - 1] == b[column] {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        (beforeLast, last) = (last, current)
    }
    return last[b.count]
}
