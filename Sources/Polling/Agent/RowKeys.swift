/// The names of a table's rows: what tells them apart from poll to poll.
package enum RowKeys {
    /// Makes texts of rows into keys that are unique.
    ///
    /// A row without any text is named by its index. Rows with the same texts all get `_INDEX` appended to the last one, so
    /// that the order in which an agent lists them does not matter; a row whose text is its own keeps it as it is.
    /// - Parameters:
    ///   - texts: the key texts of each row, the same positive number for each.
    ///   - indexes: the index of each row, unique.
    package static func unique(_ texts: [[String]], indexes: [String]) -> [[String]] {
        var keys = texts
        var count: [[String]: Int] = [:]
        for row in keys.indices {
            let isNameless = keys[row].allSatisfy(\.isEmpty)
            if isNameless { keys[row][keys[row].count - 1] = indexes[row] }
            count[keys[row], default: 0] += 1
        }
        guard count.count < keys.count else { return keys }
        var taken = Set(count.filter { $0.value == 1 }.keys)
        for row in keys.indices where count[keys[row], default: 0] > 1 {
            var key = keys[row]
            repeat { key[key.count - 1] += "_" + indexes[row] } while !taken.insert(key).inserted
            keys[row] = key
        }
        return keys
    }
}
