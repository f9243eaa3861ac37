import Inventory
import MonitoringModel
import SNMP

/// Gathers what one poll of an agent says for the common metrics, and writes them.
struct DeviceFigures {
    private let parts: DeclaredParts
    private var fed: [CommonMetric: (sum: Double, count: Double, maximum: Double)] = [:]
    private var memory: StorageRow?
    private(set) var problems: [String] = []

    init(parts: DeclaredParts) {
        self.parts = parts
    }

    /// Takes in one value of an object that a module marks with `common`.
    mutating func feed(_ metric: CommonMetric, _ value: SNMPValue, scale: Double) {
        guard var number = value.sampleValue else { return }
        number *= scale
        if case .timeTicks = value { number /= 100 }
        switch metric {
        case .temperature: if SensorReading.plausible(number) == nil { return }
        case .cpuRatio: if !(0...100).contains(number) { return }
        default: break
        }
        feed(metric, number)
    }

    private mutating func feed(_ metric: CommonMetric, _ number: Double) {
        let old = fed[metric] ?? (0, 0, -.infinity)
        fed[metric] = (old.sum + number, old.count + 1, max(old.maximum, number))
    }

    mutating func feedUptime(host: Double?, agent: Double?, engine: Double?) {
        guard let seconds = DeviceUptime.seconds(host: host, agent: agent, engine: engine) else { return }
        feed(.uptime, seconds)
    }

    /// Takes in a table, and writes what belongs to one row of it alone.
    mutating func observe(
        _ joined: JoinedTable, _ table: ReadingPlan.Table, keys: [[String]],
        _ counters: inout [DeclaredParts.LinkEnd: LinkCounters], into series: inout TargetSeries
    ) {
        for value in table.values {
            guard let metric = value.common else { continue }
            for row in joined.rows.indices { feed(metric, joined.cell(row, value.column), scale: value.scale) }
        }
        if table.known[.hrStorageSize] != nil { observeStorage(joined, table.known, into: &series) }
        if table.known[.entPhySensorValue] != nil { observeSensors(joined, table.known) }
        if table.known[.ifOperStatus] != nil, !parts.linkEnds.isEmpty {
            observeLinks(joined, table.known, keys: keys, &counters, into: &series)
        }
    }

    /// Writes what came of all tables together.
    func write(into series: inout TargetSeries) {
        for (metric, value) in fed {
            switch metric.combination {
            case .meanOfPercentages: series.write(metric.rawValue, [], value.sum / value.count / 100)
            case .sum: series.write(metric.rawValue, [], value.sum)
            case .maximum: series.write(metric.rawValue, [], value.maximum)
            case nil: break
            }
        }
        if let memory, fed[.memorySize] == nil {
            series.write(CommonMetric.memorySize.rawValue, [], memory.size)
            series.write(CommonMetric.memoryUsed.rawValue, [], memory.used)
        }
    }

    private mutating func observeStorage(
        _ joined: JoinedTable, _ known: [KnownColumn: Int], into series: inout TargetSeries
    ) {
        guard let units = known[.hrStorageAllocationUnits], let size = known[.hrStorageSize],
            let used = known[.hrStorageUsed]
        else { return }
        var open = parts.pools
        for row in joined.rows.indices {
            let isMemory =
                known[.hrStorageType].map {
                    joined.cell(row, $0) == .objectIdentifier(StandardObject.mainMemory)
                } ?? false
            let name = open.isEmpty ? "" : known[.hrStorageDescr].map { joined.cell(row, $0).labelText } ?? ""
            // The name of a pool may have been copied from a page, where the text is already one line.
            let pools = name.isEmpty ? [] : open.filter { $0.storage == name }
            guard isMemory || !pools.isEmpty else { continue }
            do throws(StorageRow.Problem) {
                let storage = try StorageRow(
                    units: joined.cell(row, units), size: joined.cell(row, size), used: joined.cell(row, used))
                // The first such row is the memory: pfSense calls its file systems hrStorageRam too, further down.
                if isMemory, memory == nil { memory = storage }
                for pool in pools {
                    series.write(CommonMetric.capacitySize.rawValue, CommonMetric.labels(of: pool), storage.size)
                    series.write(CommonMetric.capacityUsed.rawValue, CommonMetric.labels(of: pool), storage.used)
                }
                // Of rows with the same name the first with figures is the pool.
                open.removeAll { $0.storage == name }
            } catch .usedExceedsSize {
                for pool in pools {
                    problems.append(
                        "pool \(pool.id): hrStorageUsed \(joined.cell(row, used).labelText) exceeds hrStorageSize "
                            + "\(joined.cell(row, size).labelText): the agent's 32-bit figures have wrapped")
                }
            } catch {
                // An unknown size is left out: no data, not zero.
            }
        }
    }

    private mutating func observeSensors(_ joined: JoinedTable, _ known: [KnownColumn: Int]) {
        for row in joined.rows.indices {
            let celsius = SensorReading.celsius(
                type: joined.number(row, known[.entPhySensorType]),
                scale: joined.number(row, known[.entPhySensorScale]),
                precision: joined.number(row, known[.entPhySensorPrecision]),
                value: joined.number(row, known[.entPhySensorValue]),
                status: joined.number(row, known[.entPhySensorOperStatus]))
            if let celsius { feed(.temperature, celsius) }
        }
    }

    private func observeLinks(
        _ joined: JoinedTable, _ known: [KnownColumn: Int], keys: [[String]],
        _ counters: inout [DeclaredParts.LinkEnd: LinkCounters], into series: inout TargetSeries
    ) {
        for (row, key) in keys.enumerated() {
            for end in parts.linkEnds where end.interface == key[0] {
                let labels = CommonMetric.labels(ofLink: end.link, end: end.end)
                func write(_ metric: CommonMetric, _ value: Double?) {
                    if let value { series.write(metric.rawValue, labels, value) }
                }
                let number = { (column: KnownColumn) in joined.number(row, known[column]) }
                write(.linkUp, number(.ifOperStatus).map { $0 == 1 ? 1 : 0 })
                write(
                    .linkSpeed, LinkFigures.bytesPerSecond(megabits: number(.ifHighSpeed), bits: number(.ifSpeed)))
                var link = counters.removeValue(forKey: end) ?? LinkCounters()
                write(.linkReceived, link.received.value(high: number(.ifHCInOctets), low: number(.ifInOctets)))
                write(.linkTransmitted, link.transmitted.value(high: number(.ifHCOutOctets), low: number(.ifOutOctets)))
                write(.linkErrors, link.errors.sum([number(.ifInErrors), number(.ifOutErrors)]))
                counters[end] = link
            }
        }
    }
}
