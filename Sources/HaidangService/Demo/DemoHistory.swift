import CitySimulator
import Inventory
import MonitoringModel
import Polling

/// How far the filling of an empty data directory has come.
package struct HistoryProgress: Sendable {
    /// Steps of time written, of `total`.
    package var done: Int
    package var total: Int
    package var samples: Int
}

/// The past of the simulated city, written through the ordinary appender: pools, links, rooms and processors at hourly
/// steps, under the labels that polls use, so that what is polled continues it.
struct DemoHistory: Sendable {
    let inventory: CityInventory
    let world: CityWorld
    let span: Duration

    private static let step = Duration.seconds(3600)
    /// Steps between two commits: about 50,000 samples.
    private static let stepsPerCommit = 48

    /// One series: its labels and its value at a time; nil where there is none.
    private struct Line: Sendable {
        var labels: LabelSet
        var value: @Sendable (Moment) -> Double?
    }

    /// What the world says at one time, read once for all series of a thing.
    private struct Moment: Sendable {
        var pools: [String: PoolReading]
        var links: [String: LinkReading]
        var rooms: [String: RoomReading]
        /// Loads by the id of the device.
        var processors: [String: Double]

        init(_ world: CityWorld, _ inventory: CityInventory, at time: Timestamp) {
            func read<Reading>(_ ids: [String], _ reading: (String) -> Reading?) -> [String: Reading] {
                Dictionary(
                    ids.compactMap { id in reading(id).map { (id, $0) } }, uniquingKeysWith: { first, _ in first })
            }
            pools = read(inventory.pools.map(\.id)) { world.pool($0, at: time) }
            links = read(inventory.links.map(\.id)) { world.link($0, at: time) }
            rooms = read(inventory.rooms.map(\.id)) { world.room($0, at: time) }
            processors = read(inventory.devices.map(\.id)) { world.processorShare($0, at: time) }
        }
    }

    /// Writes everything before `now`, oldest first; what was written is durable on return.
    func fill(
        _ appender: any SampleAppender, until now: Timestamp, progress: @Sendable (HistoryProgress) -> Void
    ) async throws {
        let lines = poolLines + linkLines + roomLines + processorLines
        let series = appender.seriesIDs(for: lines.map(\.labels))
        appender.describe(CommonMetric.allCases.map(\.metadata) + CommonMetric.capacityMetadata)
        let step = Self.step.wholeMilliseconds
        // On the whole hour, and clear of the first polls.
        let last = (now.milliseconds - 1) / step
        let total = Int(span.wholeMilliseconds / step)
        var samples = 0
        for done in 0..<total {
            try Task.checkCancellation()
            let time = Timestamp(milliseconds: (last - Int64(total - 1 - done)) * step)
            let moment = Moment(world, inventory, at: time)
            var batch = SampleBatch(timestamp: time, values: [])
            batch.values.reserveCapacity(lines.count)
            for (id, line) in zip(series, lines) {
                if let value = line.value(moment) { batch.values.append((series: id, value: value)) }
            }
            samples += batch.values.count
            appender.append(batch)
            if (done + 1) % Self.stepsPerCommit == 0 || done + 1 == total {
                try await appender.flush()
                progress(HistoryProgress(done: done + 1, total: total, samples: samples))
            }
        }
    }

    private func labels(_ metric: String, job: String, device: String, _ own: [Label]) -> LabelSet {
        let site = inventory.devices.first { $0.id == device }?.site ?? ""
        return LabelSet(
            metric: metric, own + [Label("job", job), Label("instance", device), Label("site", site)])
    }

    private var poolLines: [Line] {
        inventory.pools.filter { $0.unit == .bytes }.flatMap { pool in
            let own = CommonMetric.labels(of: pool)
            return [
                Line(labels: labels(CommonMetric.capacity(.size, .bytes), job: "snmp", device: pool.device, own)) {
                    $0.pools[pool.id]?.sizeBytes
                },
                Line(labels: labels(CommonMetric.capacity(.used, .bytes), job: "snmp", device: pool.device, own)) {
                    $0.pools[pool.id]?.usedBytes
                },
            ]
        }
    }

    private var linkLines: [Line] {
        inventory.links.flatMap { link in
            [("a", link.a.device, true), ("b", link.b.device, false)].flatMap { name, device, isA in
                let own = CommonMetric.labels(ofLink: link.id, end: name)
                return [
                    Line(labels: labels(CommonMetric.linkReceived.rawValue, job: "snmp", device: device, own)) {
                        moment in
                        moment.links[link.id].map { isA ? $0.a.receivedBytes : $0.b.receivedBytes }
                    },
                    Line(labels: labels(CommonMetric.linkTransmitted.rawValue, job: "snmp", device: device, own)) {
                        moment in
                        moment.links[link.id].map { isA ? $0.a.transmittedBytes : $0.b.transmittedBytes }
                    },
                ]
            }
        }
    }

    private var roomLines: [Line] {
        inventory.rooms.flatMap { room in
            let own = CommonMetric.labels(ofRoom: room.id)
            func line(_ metric: CommonMetric, _ value: @escaping @Sendable (RoomReading) -> Double) -> Line {
                Line(labels: labels(metric.rawValue, job: "scrape", device: room.device, own)) {
                    $0.rooms[room.id].map(value)
                }
            }
            return [
                line(.roomReady) { $0.isReady ? 1 : 0 }, line(.roomInCall) { $0.isInCall ? 1 : 0 },
                line(.roomPacketLoss) { $0.packetLossRatio }, line(.roomJitter) { $0.jitterSeconds },
            ]
        }
    }

    private var processorLines: [Line] {
        // A page that is scraped tells of processors in its own way.
        inventory.devices.filter {
            $0.snmp != nil && world.processorShare($0.id, at: Timestamp(milliseconds: 0)) != nil
        }.map { device in
            Line(labels: labels(CommonMetric.cpuRatio.rawValue, job: "snmp", device: device.id, [])) {
                $0.processors[device.id]
            }
        }
    }
}
