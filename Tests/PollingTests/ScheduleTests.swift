import MonitoringModel
import Polling
import Testing

@Suite("Poll schedule")
struct ScheduleTests {
    private func schedule(_ instance: String, _ interval: Duration = .seconds(60)) -> PollSchedule {
        PollSchedule(id: PollTarget.ID(job: "snmp", instance: instance), interval: interval)
    }

    @Test("a target's offset never changes")
    func offsetIsStable() {
        // Frozen: another value would move every slot of every installation.
        #expect(schedule("core-1").offset == schedule("core-1").offset)
        #expect(schedule("core-1").offset == 18_000)
        #expect(schedule("core-2").offset != schedule("core-1").offset)
    }

    @Test("targets with similar ids are spread evenly over the interval")
    func spread() {
        var perSlot: [Int64: Int] = [:]
        for number in 0..<6_000 { perSlot[schedule("rtr-\(number)").offset, default: 0] += 1 }
        #expect(perSlot.keys.sorted() == (0..<30).map { $0 * 2_000 })
        // 200 a slot expected; 144...256 is four standard deviations.
        #expect(perSlot.values.allSatisfy { (144...256).contains($0) })
    }

    @Test("slots are multiples of the interval plus the offset", arguments: [1, 1_000, 15_000, 60_000, 3_600_000])
    func alignment(interval: Int64) {
        let schedule = schedule("x", .milliseconds(interval))
        for now: Int64 in [0, 1, 999, 1_790_000_000_000, 1_790_000_012_345, -12_345] {
            let slot = schedule.slot(atOrAfter: Timestamp(milliseconds: now))
            #expect(slot.milliseconds >= now)
            #expect(slot.milliseconds < now + interval)
            #expect((slot.milliseconds - schedule.offset) % interval == 0)
            #expect(schedule.slot(atOrAfter: slot) == slot)
            #expect(schedule.slot(after: slot).milliseconds == slot.milliseconds + interval)
        }
    }

    @Test("an interval of zero is taken as the shortest one")
    func zeroInterval() {
        #expect(schedule("x", .zero).interval == 1)
    }

    @Test(
        "a slot is used in the first half of its interval and lost afterwards",
        arguments: [
            (-60_001, "wait"), (-1, "wait"), (0, "poll"), (29_000, "poll"), (30_000, "poll"), (30_001, "skip 1"),
            (59_999, "skip 1"), (60_000, "skip 2"), (3_600_000, "skip 61"),
        ] as [(Int64, String)])
    func decisions(lateness: Int64, expected: String) {
        let schedule = schedule("x")
        let slot = schedule.slot(atOrAfter: Timestamp(milliseconds: 1_790_000_000_000))
        let now = slot + .milliseconds(lateness)
        switch schedule.decide(slot: slot, now: now) {
        case .wait: #expect(expected == "wait")
        case .poll(let until):
            #expect(expected == "poll")
            #expect(until == slot + .seconds(60))
        case .skip(let missed, let next):
            #expect(expected == "skip \(missed)")
            #expect(next > now)
            #expect(next == schedule.slot(after: now))
        }
    }

    @Test(
        "a sample carries the time sent, or its slot within 10 ms",
        arguments: [(0, 0), (3, 0), (10, 0), (11, 11), (250, 250), (-10, 0), (-11, -11)] as [(Int64, Int64)])
    func sampleTimes(sent: Int64, expected: Int64) {
        let slot = Timestamp(milliseconds: 1_790_000_000_123)
        let time = PollSchedule.sampleTime(sent: slot + .milliseconds(sent), slot: slot)
        #expect(time == slot + .milliseconds(expected))
        #expect(PollSchedule.sampleTime(sent: slot + .milliseconds(sent), slot: nil) == slot + .milliseconds(sent))
    }

    @Test("a poll ends before the next slot begins, even if it began late")
    func budgets() {
        let schedule = schedule("x")
        let next = Timestamp(milliseconds: 1_790_000_060_000)
        for late: Int64 in [0, 5_000, 29_999] {
            let now = next - .milliseconds(60_000 - late)
            #expect(now + schedule.budget(now: now, until: next) < next)
        }
        #expect(schedule.budget(now: next, until: next) > .zero)
        let hourly = self.schedule("x", .seconds(3600))
        #expect(hourly.budget(now: next - .seconds(3600), until: next) == .seconds(60))
    }

    @Test("the queue hands out what is due first")
    func queueOrder() {
        var queue = DueQueue()
        var generator = SplitMix(state: 7)
        let times = (0..<500).map { _ in Int64(generator.next() % 1_000) }
        for (number, time) in times.enumerated() {
            queue.insert(
                DueQueue.Entry(
                    due: Timestamp(milliseconds: time), id: PollTarget.ID(job: "snmp", instance: "\(number)")))
        }
        var drained: [Int64] = []
        while let entry = queue.removeFirst() { drained.append(entry.due.milliseconds) }
        #expect(drained == times.sorted())
        #expect(queue.first == nil)
    }
}

/// The generator of Steele, Lea and Flood, for tables that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
