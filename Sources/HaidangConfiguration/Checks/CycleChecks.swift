import Inventory

extension CrossChecks {
    /// On each day on which any parent changes, every area leads to a root.
    func checkAreaCycles() {
        let areas = draft.areas.entries
        let index = Dictionary(
            areas.enumerated().map { ($1.element.id, $0) }, uniquingKeysWith: { first, _ in first })
        var days: Set<CalendarDate?> = [nil]
        for area in areas { days.formUnion(area.element.parents.map(\.from)) }
        var reported: Set<Int> = []
        for day in days.sorted(by: { ($0?.description ?? "") < ($1?.description ?? "") }) {
            // Before the first dated parent nothing is known, so nothing is wrong.
            let parents = areas.map { area -> [Int] in
                let parents = area.element.parents
                let parent = day == nil ? parents.first { $0.from == nil }?.value : parents.value(on: day) ?? nil
                return (parent ?? nil).flatMap { index[$0] }.map { [$0] } ?? []
            }
            for cycle in cycles(parents) where reported.isDisjoint(with: cycle) {
                reported.formUnion(cycle)
                let area = areas[cycle[0]]
                let place = area.source["parent"]?.place ?? area.place("parents")
                let path = (cycle + [cycle[0]]).map { areas[$0].element.id }.joined(separator: " → ")
                problems.report(
                    place, "expected parents that lead to a root\(day.map { " on \($0)" } ?? ""), found \(path)")
            }
        }
    }

    /// No device depends on itself, over however many others.
    func checkDependencyCycles() {
        let entries = draft.dependencies.entries
        var numbers: [String: Int] = [:]
        var names: [String] = []
        func number(_ id: String) -> Int {
            if let number = numbers[id] { return number }
            numbers[id] = names.count
            names.append(id)
            return names.count - 1
        }
        var parents: [[Int]] = []
        var firstEntry: [Int: Int] = [:]
        for (index, entry) in entries.enumerated() {
            let device = number(entry.element.device)
            firstEntry[device] = firstEntry[device] ?? index
            let ids = entry.element.parents.map { number($0) }
            while parents.count < names.count { parents.append([]) }
            parents[device] += ids
        }
        for cycle in cycles(parents) {
            let place = firstEntry[cycle[0]].map { entries[$0].place("device") } ?? Place(file: "inventory")
            let path = (cycle + [cycle[0]]).map { names[$0] }.joined(separator: " → ")
            problems.report(place, "expected dependencies without a cycle, found \(path)")
        }
    }

    /// Cycles of a directed graph, each beginning at its lowest node, at least one for each part that has any. Without
    /// recursion, so a long chain does not end the stack. O(nodes + edges).
    private func cycles(_ next: [[Int]]) -> [[Int]] {
        enum Mark { case new, open, done }
        var marks = [Mark](repeating: .new, count: next.count)
        var found: [[Int]] = []
        for start in next.indices where marks[start] == .new {
            var path = [(node: start, edge: 0)]
            marks[start] = .open
            while let (node, edge) = path.last {
                guard edge < next[node].count else {
                    marks[node] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].edge += 1
                let target = next[node][edge]
                switch marks[target] {
                case .new:
                    marks[target] = .open
                    path.append((target, 0))
                case .open:
                    let cycle = path.map(\.node).drop { $0 != target }
                    let lowest = cycle.min() ?? target
                    found.append(Array(cycle.drop { $0 != lowest }) + cycle.prefix { $0 != lowest })
                case .done:
                    break
                }
            }
        }
        return found
    }
}
