package import MonitoringModel

/// The series of one target: which it has, which the present poll wrote, and so which have ended.
///
/// A series is known by a *slot*, a small number that stays valid until `compact` says otherwise. Between `begin` and `finish`
/// lies one poll. Writing costs two array accesses; only a series seen for the first time costs a look-up.
package struct SeriesLedger: Sendable {
    /// The number of a series within this ledger.
    package typealias Slot = Int32

    private var series: [SeriesID] = []
    /// The poll that last wrote each slot; 0 when none did.
    private var lastPoll: [UInt32] = []
    private var slotBySeries: [SeriesID: Slot] = [:]
    private var poll: UInt32 = 0
    private var values: [(series: SeriesID, value: Double)] = []
    private var liveCount = 0
    private var shifts: [Slot: Shift] = [:]
    /// Whether a shift came or went since `takeShifts`.
    private var hasNewShifts = false

    /// How a counter goes on where another one ended.
    private struct Shift {
        var labels: LabelSet
        /// What is added to the values; nil: to be worked out so that the next one becomes `start`.
        var amount: Double?
        var start = 0.0
        /// The value before, as it was read.
        var last = -Double.infinity
    }

    package init() {}

    /// Begins a poll.
    package mutating func begin() {
        poll &+= 1
        values.removeAll(keepingCapacity: true)
    }

    /// The slot of a series, made when it has none.
    package mutating func slot(for id: SeriesID) -> Slot {
        if let slot = slotBySeries[id] { return slot }
        let slot = Slot(series.count)
        series.append(id)
        lastPoll.append(0)
        slotBySeries[id] = slot
        return slot
    }

    /// Records a value of this poll. A second value of the same series is left out, since one series has one value per time.
    package mutating func write(_ slot: Slot, _ value: Double) {
        let index = Int(slot)
        guard lastPoll[index] != poll else { return }
        lastPoll[index] = poll
        values.append((series[index], shifts.isEmpty ? value : shifted(slot, value)))
    }

    private mutating func shifted(_ slot: Slot, _ value: Double) -> Double {
        guard var shift = shifts[slot] else { return value }
        if shift.amount == nil {
            shift.amount = shift.start - value
            hasNewShifts = true
        }
        // A counter that was reset begins anew for everybody who reads it. One that is made smaller and merely stepped back stays
        // so: without the shift it would jump.
        let amount = shift.amount ?? 0
        if value + amount < 0 || (value < shift.last && amount > 0) {
            shifts[slot] = nil
            hasNewShifts = true
            return value
        }
        shift.last = value
        shifts[slot] = shift
        return value + amount
    }

    /// Lets a counter go on from `value`, whatever is written next.
    mutating func goOn(_ slot: Slot, _ labels: LabelSet, from value: Double) {
        shifts[slot] = Shift(labels: labels, amount: nil, start: value)
    }

    /// Adds `amount` to what is written, until the counter is reset.
    /// - Parameter last: the value before, with `amount`; nil: not known.
    mutating func shift(_ slot: Slot, _ labels: LabelSet, by amount: Double, after last: Double?) {
        shifts[slot] = Shift(labels: labels, amount: amount, last: last.map { $0 - amount } ?? -.infinity)
    }

    /// Drops all shifts: they were those of another device.
    mutating func dropShifts() {
        hasNewShifts = hasNewShifts || !shifts.isEmpty
        shifts = [:]
    }

    /// All shifts, if one came or went since the last call.
    mutating func takeShifts() -> [(labels: LabelSet, amount: Double)]? {
        guard hasNewShifts else { return nil }
        hasNewShifts = false
        return shifts.values.compactMap { shift in shift.amount.map { (shift.labels, $0) } }
    }

    /// Values written in this poll so far.
    package var writtenCount: Int { values.count }

    /// Ends the poll: what was written, then a stale marker for each series that the poll before wrote and this one did not.
    package mutating func finish() -> [(series: SeriesID, value: Double)] {
        liveCount = values.count
        for index in lastPoll.indices where lastPoll[index] != 0 && lastPoll[index] != poll {
            values.append((series[index], StaleMarker.value))
            lastPoll[index] = 0
        }
        defer { values = [] }
        return values
    }

    /// Ends every series: stale markers for all that the last poll wrote.
    package mutating func end() -> [(series: SeriesID, value: Double)] {
        begin()
        return finish()
    }

    /// Forgets ended series when they are most of what is held.
    /// - Returns: whether slots changed, so that all slots kept elsewhere must be dropped.
    package mutating func compact() -> Bool {
        // Counters that are shifted are kept, however long their device is silent.
        guard series.count - shifts.count > 2 * liveCount + 256 else { return false }
        var kept = SeriesLedger()
        kept.poll = poll
        kept.liveCount = liveCount
        for index in series.indices where lastPoll[index] != 0 || shifts[Slot(index)] != nil {
            let slot = kept.slot(for: series[index])
            kept.lastPoll[Int(slot)] = lastPoll[index]
            kept.shifts[slot] = shifts[Slot(index)]
        }
        kept.hasNewShifts = hasNewShifts
        self = kept
        return true
    }
}
