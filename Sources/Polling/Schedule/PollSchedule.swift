package import MonitoringModel

/// The wall-clock times at which one target is polled: `offset + n × interval` since the Unix epoch.
///
/// The offset is a stable hash of the target's id, so polls are spread evenly over the interval and stay where they are
/// across restarts, reloads and machines. Intervals have 30 slots, every other second of a minute: targets polled at once
/// share system calls and wake-ups. A pure value: the caller supplies the time.
package struct PollSchedule: Hashable, Sendable {
    /// How far from its slot a poll may be sent and still carry the slot's time, in milliseconds.
    package static let snapping: Int64 = 10

    /// Slots in an interval.
    static let slots: Int64 = 30

    /// Milliseconds between slots, at least 1.
    package let interval: Int64
    /// Milliseconds from a multiple of the interval to the slot, `0..<interval`.
    package let offset: Int64

    /// - Parameter id: hashed for the offset.
    package init(id: PollTarget.ID, interval: Duration) {
        self.interval = max(1, interval.wholeMilliseconds)
        let slot = Int64(Self.stableHash(of: id.description) % UInt64(Self.slots))
        self.offset = self.interval * slot / Self.slots
    }

    /// The first slot at or after `time`.
    package func slot(atOrAfter time: Timestamp) -> Timestamp {
        let sinceSlot = floorModulus(time.milliseconds &- offset)
        return Timestamp(milliseconds: sinceSlot == 0 ? time.milliseconds : time.milliseconds &+ (interval - sinceSlot))
    }

    /// The first slot after `time`.
    package func slot(after time: Timestamp) -> Timestamp {
        slot(atOrAfter: Timestamp(milliseconds: time.milliseconds &+ 1))
    }

    /// What to do about a planned slot.
    package enum Decision: Hashable, Sendable {
        case wait
        /// Poll now; the poll ends before `until`, the next slot.
        case poll(until: Timestamp)
        /// The slot has passed unused: this many are lost, go on at the given one.
        case skip(missed: Int, to: Timestamp)
    }

    /// Judges a planned slot against the time now.
    ///
    /// A slot may be used during the first half of its interval. Later (the machine was asleep or overloaded, or the clock was
    /// set forward) it is skipped rather than polled late, so that all targets fall back into their own slots instead of
    /// being polled together.
    package func decide(slot: Timestamp, now: Timestamp) -> Decision {
        let lateness = now.milliseconds &- slot.milliseconds
        if lateness < 0 { return .wait }
        if lateness * 2 <= interval { return .poll(until: Timestamp(milliseconds: slot.milliseconds &+ interval)) }
        return .skip(missed: Int(1 + lateness / interval), to: self.slot(after: now))
    }

    /// The time that samples of a poll carry: when it was sent, or its slot when that is within `snapping`.
    package static func sampleTime(sent: Timestamp, slot: Timestamp?) -> Timestamp {
        guard let slot, abs(sent.milliseconds &- slot.milliseconds) <= snapping else { return sent }
        return slot
    }

    /// How long a poll sent now may take: until shortly before the next slot, and at most `longest`.
    package func budget(now: Timestamp, until next: Timestamp, longest: Duration = .seconds(60)) -> Duration {
        let margin = min(250, interval / 20)
        return min(longest, .milliseconds(max(1, next.milliseconds &- now.milliseconds &- margin)))
    }

    private func floorModulus(_ value: Int64) -> Int64 {
        let remainder = value % interval
        return remainder < 0 ? remainder + interval : remainder
    }

    /// FNV-1a in 64 bits with the final mixing of MurmurHash3, whose low bits are even for ids that differ in one digit.
    static func stableHash(of text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return hash ^ (hash >> 33)
    }
}
