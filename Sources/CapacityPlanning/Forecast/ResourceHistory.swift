package import MonitoringModel

/// The past of one resource as a forecast sees it: a value a day, oldest first, today's last.
package struct ResourceHistory: Sendable {
    package var key: ResourceKey
    package var labels: LabelSet
    /// Days since 1970-01-01.
    package var firstDay: Int
    /// Highest use of each day; NaN: no reading. The first is a number.
    package var used: [Double]
    /// Size of each day, carried on over days without a reading; empty when it is not known.
    package var size: [Double]
    /// The newest day with a use.
    package var newestDay: Int

    package init(
        key: ResourceKey, labels: LabelSet, firstDay: Int, used: [Double], size: [Double], newestDay: Int
    ) {
        self.key = key
        self.labels = labels
        self.firstDay = firstDay
        self.used = used
        self.size = size
        self.newestDay = newestDay
    }

    package var lastDay: Int { firstDay + used.count - 1 }

    /// The use of days that have passed, and no reading for the running one: its highest so far says nothing of growth,
    /// unless it fills the resource.
    ///
    /// - Parameter limit: the use that counts as full on each day.
    package func usedOfPassedDays(limit: [Double]) -> [Double] {
        guard let last = used.last, let full = limit.last, last < full else { return used }
        return used.dropLast() + [.nan]
    }

    /// The newest reading.
    package var newestUse: Double { used[newestDay - firstDay] }

    /// Days without a reading after which a resource is taken for gone.
    package static let goneAfter = 30

    package var isGone: Bool { newestDay <= lastDay - Self.goneAfter }

    /// The resources of two tables of the same days, in the order of their keys.
    package static func all(used: FigureTable<ResourceKey>, size: FigureTable<ResourceKey>) -> [ResourceHistory] {
        used.rows.keys.sorted().compactMap { key in
            guard let row = used.rows[key], let first = row.values.firstIndex(where: { !$0.isNaN }) else { return nil }
            let sizes = size.rows[key].map { carriedOn($0.values, from: first) } ?? []
            return ResourceHistory(
                key: key, labels: row.labels, firstDay: used.first + first, used: Array(row.values[first...]),
                size: sizes, newestDay: row.newest)
        }
    }

    /// - Returns: the values from `first` on; before the first known one it is that one. What is no size, as 0, is not
    ///   known; none known: empty.
    private static func carriedOn(_ values: [Double], from first: Int) -> [Double] {
        guard let known = values[..<first].last(where: { $0 > 0 }) ?? values[first...].first(where: { $0 > 0 })
        else { return [] }
        var last = known
        return values[first...].map { value in
            if value > 0 { last = value }
            return last
        }
    }
}
