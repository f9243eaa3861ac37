import ChunkEncoding
import GRDB
import MonitoringModel
import Synchronization

extension SampleStore {
    /// Which of the late samples the shard's blocks hold already: the head did not know, since it holds what is not sealed only.
    /// Runs on the writer's queue.
    func storedTimes(of late: [UInt32: [Sample]], in db: Database) throws -> [UInt32: Set<Timestamp>] {
        let times = late.values.joined().map(\.timestamp.milliseconds)
        guard let first = times.min(), let last = times.max() else { return [:] }
        let numbers = late.keys.sorted()
        let range = first...last
        let blocks = head.withLock { $0.shards[Int(Shard.number(of: numbers[0]))].blocks }
        var collector = SampleCollector(count: numbers.count, range: range, limit: .max)
        var reader = BlockSampleReader()
        var damage: [DamageRecord] = []
        for header in blocks where header.resolution == 0 && header.reaches(into: range) {
            try reader.read(
                header, db, wanted: numbers.enumerated().map { (series: $0.element, position: $0.offset) },
                into: &collector, damaged: { damage.append($0) })
        }
        var stored: [UInt32: Set<Timestamp>] = [:]
        for (position, number) in numbers.enumerated() {
            let own = Set(collector.samples[position].map(\.timestamp))
            stored[number] = own.intersection(late[number]?.map(\.timestamp) ?? [])
        }
        let (found, all) = (damage, stored)
        head.withLock { head in
            found.forEach { head.note($0) }
            let duplicates = all.values.reduce(0) { $0 + $1.count }
            head.statistics.samplesDuplicate += duplicates
            head.statistics.samplesOutOfOrder -= duplicates
        }
        return stored
    }
}
