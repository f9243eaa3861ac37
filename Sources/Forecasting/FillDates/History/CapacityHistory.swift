/// One resource's daily history: the maximum of each day, since a pool fills at its peaks.
package struct CapacityHistory: Sendable {
    /// What was in use, one value a day, oldest first, the last one today's. NaN, infinite,
    /// negative, or above a thousand times today's capacity: no reading.
    package var used: [Double]
    /// What fits, a series of its own, since pools are enlarged. NaN or not positive: unknown, the one before holds.
    /// Days beyond its end have its last value.
    package var capacity: [Double]
    /// The day of `used[0]` since 1970-01-01; weekdays and ends of months follow from it.
    package var firstDay: Int

    package init(used: [Double], capacity: [Double], firstDay: Int) {
        self.used = used
        self.capacity = capacity
        self.firstDay = firstDay
    }
}
