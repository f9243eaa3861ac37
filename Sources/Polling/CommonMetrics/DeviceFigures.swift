import Inventory
import MonitoringModel
import SNMP

/// Gathers what one poll of an agent says for the common metrics, and writes them.
struct DeviceFigures {
    private let parts: DeclaredParts
    /// Whether stores are kept that no pool is declared for.
    private let isDetailed: Bool
    /// What modules of makers fed, which is believed before what generic ones did.
    private var fed = FedFigures()
    private var generic = FedFigures()
    private var room = RoomFigures()
    private var worst: DeviceModule.Health?
    /// hrStorageRam, which counts where no vendor's object says how large the memory is.
    private var memory: StorageRow?
    private(set) var stores: [StoreFigures] = []
    /// What modules fed of the ends of links.
    private var fedLinks: [DeclaredParts.LinkEnd: [CommonInput.LinkInput: Double]] = [:]
    /// Ends whose interface IF-MIB has, which is believed before what modules fed.
    private var knownEnds: Set<DeclaredParts.LinkEnd> = []
    private(set) var problems: [String] = []

    init(parts: DeclaredParts, isDetailed: Bool) {
        self.parts = parts
        self.isDetailed = isDetailed
    }

    private var wantsStores: Bool { isDetailed || !parts.pools.isEmpty }

    /// Takes in one value of an object that says something for a common metric.
    /// - Parameter row: the key texts of its row; empty for a scalar.
    mutating func observe(
        _ metric: DeviceModule.Metric, _ value: SNMPValue, _ reading: ValueReading.Result?, row: [String],
        isGeneric: Bool, into series: inout TargetSeries
    ) {
        if !metric.health.isEmpty, let health = metric.health(of: value) {
            if health.number >= worst?.number ?? 0 { worst = health }
            let component = row.isEmpty ? metric.name : row.joined(separator: " ")
            series.write(
                CommonMetric.componentHealth.rawValue,
                [Label("component", component), Label("object", metric.name)], health.number)
        }
        switch metric.common {
        case .room(let input)?:
            if let number = metric.number(value, reading) { room.take(input, number) }
        case .device(let input)?:
            guard case .number(let number)? = reading else { return }
            // The hottest part counts, whoever tells.
            if isGeneric, input != .temperature {
                generic.feed(input, metric.base(number, of: value))
            } else {
                fed.feed(input, metric.base(number, of: value))
            }
        case .store?, .link?, nil: break
        }
    }

    mutating func feedUptime(host: Double?, agent: Double?, engine: Double?) {
        guard let seconds = DeviceUptime.seconds(host: host, agent: agent, engine: engine) else { return }
        fed.feed(.uptime, seconds)
    }

    /// Takes in a table, and writes what belongs to one row of it alone.
    mutating func observe(
        _ joined: JoinedTable, _ table: ReadingPlan.Table, _ rows: TableSeries,
        _ counters: inout [DeclaredParts.LinkEnd: LinkCounters], into series: inout TargetSeries
    ) {
        for value in table.values where value.isObserved {
            for row in joined.rows.indices where rows.isTaken(row) {
                observe(
                    value.metric, joined.firstCell(row, value), joined.reading(row, value), row: rows.keys[row],
                    isGeneric: table.isGeneric, into: &series)
            }
        }
        if wantsStores { observeStores(joined, table, rows) }
        if !parts.linkEnds.isEmpty { observeFedLinks(joined, table, rows) }
        if table.known[.hrStorageSize] != nil { observeStorage(joined, table.known) }
        if table.known[.ifOperStatus] != nil, !parts.linkEnds.isEmpty {
            observeLinks(joined, table.known, keys: rows.keys, &counters, into: &series)
        }
    }

    /// Writes what came of all tables together.
    mutating func write(
        _ counters: inout [DeclaredParts.LinkEnd: LinkCounters], into series: inout TargetSeries
    ) {
        func write(_ metric: CommonMetric, _ value: Double?) {
            if let value { series.write(metric.rawValue, [], value) }
        }
        // A maker that says how much of the memory is used, and not how large it is, may speak of another memory than the agent's.
        let memory = fed.memory ?? (fed.most(.memoryRatio) == nil ? generic.memory ?? self.memory : nil)
        func best(_ figure: (FedFigures) -> Double?) -> Double? { figure(fed) ?? figure(generic) }
        write(.cpuRatio, best { $0.mean(.cpuRatio) })
        write(.memorySize, memory?.size ?? best { $0.sum(.memorySize) })
        write(.memoryUsed, memory?.used)
        write(.memoryRatio, memory.map { $0.used / $0.size } ?? best { $0.most(.memoryRatio) })
        write(.temperature, fed.most(.temperature))
        write(.humidity, best { $0.most(.humidity) })
        write(.power, best { $0.sum(.power) })
        write(.batteryCharge, best { $0.least(.batteryCharge) })
        write(.batteryRuntime, best { $0.least(.batteryRuntime) })
        write(.load, best { $0.most(.load) })
        write(.sessions, best { $0.sum(.sessions) })
        write(.uptime, best { $0.most(.uptime) })
        write(.health, worst?.number)
        for name in parts.rooms { room.write(room: name, into: &series) }
        for pool in parts.pools { writePool(pool, into: &series) }
        for (end, fed) in fedLinks where !knownEnds.contains(end) {
            var link = counters[end] ?? LinkCounters()
            writeLink(
                end, up: fed[.up], speed: fed[.speed], received: link.received.value(high: fed[.received], low: nil),
                transmitted: link.transmitted.value(high: fed[.transmitted], low: nil),
                errors: link.errors.sum([fed[.errors]]), into: &series)
            counters[end] = link
        }
    }

    /// Ends of links that modules fed, as interfaces.
    var fedInterfaces: [InterfaceStatus] {
        fedLinks.compactMap { end, fed in
            guard !knownEnds.contains(end), let up = fed[.up] else { return nil }
            return InterfaceStatus(interface: end.interface, isAdministrativelyUp: true, isOperational: up == 1)
        }
    }

    private mutating func writePool(_ pool: Pool, into series: inout TargetSeries) {
        let named = stores.filter { $0.name == pool.storage && $0.unit == pool.unit }
        let labels = CommonMetric.labels(of: pool)
        // Of rows with the same name the first with figures is the pool, the vendor's before others.
        for store in named.filter(\.isOfVendor) + named.filter({ !$0.isOfVendor }) {
            guard let row = try? store.row() else { continue }
            series.write(CommonMetric.capacity(.size, pool.unit), labels, row.size)
            series.write(CommonMetric.capacity(.used, pool.unit), labels, row.used)
            if let allocated = store.allocated {
                series.write(CommonMetric.capacity(.allocated, pool.unit), labels, allocated)
            }
            return
        }
        // An unknown size is left out: no data, not zero.
        for store in named {
            do throws(StorageRow.Problem) {
                _ = try store.row()
            } catch .usedExceedsSize {
                problems.append(
                    "pool \(pool.id): more is used than its size: the agent's 32-bit figures have wrapped")
                return
            } catch {}
        }
    }

    /// The stores of a table whose objects are marked with `capacity_…`.
    private mutating func observeStores(_ joined: JoinedTable, _ table: ReadingPlan.Table, _ rows: TableSeries) {
        let values = table.values.compactMap { value -> (ReadingPlan.Table.Value, CommonInput.StoreInput)? in
            if case .store(let input)? = value.metric.common { (value, input) } else { nil }
        }
        guard !values.isEmpty else { return }
        // A row may be several stores, each in its unit: bytes and the files they hold.
        var units: [ResourceUnit] = []
        for case .amount(_, let unit) in values.map(\.1) where !units.contains(unit) { units.append(unit) }
        for row in joined.rows.indices where rows.isTaken(row) {
            for unit in units {
                var store = StoreFigures(name: rows.name(row), unit: unit)
                store.isOfVendor = !table.isGeneric
                for (value, input) in values where input.isOf(unit) {
                    guard case .number(let number)? = joined.reading(row, value) else { continue }
                    store.take(input, value.metric.base(number, of: joined.firstCell(row, value)))
                }
                stores.append(store)
            }
        }
    }

    private mutating func observeStorage(_ joined: JoinedTable, _ known: [KnownColumn: Int]) {
        guard let units = known[.hrStorageAllocationUnits], let size = known[.hrStorageSize],
            let used = known[.hrStorageUsed]
        else { return }
        for row in joined.rows.indices {
            let type = known[.hrStorageType].map { joined.cell(row, $0) }
            let isMemory = type == .objectIdentifier(StandardObject.mainMemory)
            guard (isMemory && memory == nil) || wantsStores else { continue }
            // The name of a pool may have been copied from a page, where the text is already one line.
            var store = StoreFigures(name: known[.hrStorageDescr].map { joined.cell(row, $0).labelText } ?? "")
            store.isMemory =
                isMemory || type == .objectIdentifier(StandardObject.virtualMemory)
                || type == .objectIdentifier(StandardObject.otherStorage) && StoreFigures.isNameOfMemory(store.name)
            do throws(StorageRow.Problem) {
                let storage = try StorageRow(
                    units: joined.cell(row, units), size: joined.cell(row, size), used: joined.cell(row, used))
                // The first such row is the memory: pfSense calls its file systems hrStorageRam too, further down.
                if isMemory, memory == nil { memory = storage }
                store.size = storage.size
                store.used = storage.used
            } catch {
                store.problem = error
            }
            if wantsStores, !store.name.isEmpty { stores.append(store) }
        }
    }

    /// The declared ends of links among the rows of a table whose objects are marked with `link_…`.
    private mutating func observeFedLinks(_ joined: JoinedTable, _ table: ReadingPlan.Table, _ rows: TableSeries) {
        for value in table.values {
            guard case .link(let input)? = value.metric.common else { continue }
            for row in joined.rows.indices where rows.isTaken(row) {
                let name = rows.name(row)
                for end in parts.linkEnds where end.interface == name {
                    let number = value.metric.number(joined.firstCell(row, value), joined.reading(row, value))
                    if let number { fedLinks[end, default: [:]][input] = number }
                }
            }
        }
    }

    private mutating func observeLinks(
        _ joined: JoinedTable, _ known: [KnownColumn: Int], keys: [[String]],
        _ counters: inout [DeclaredParts.LinkEnd: LinkCounters], into series: inout TargetSeries
    ) {
        for (row, key) in keys.enumerated() {
            for end in parts.linkEnds where end.interface == key[0] {
                let number = { (column: KnownColumn) in joined.number(row, known[column]) }
                var link = counters.removeValue(forKey: end) ?? LinkCounters()
                writeLink(
                    end, up: number(.ifOperStatus).map { $0 == 1 ? 1 : 0 },
                    speed: LinkFigures.bytesPerSecond(megabits: number(.ifHighSpeed), bits: number(.ifSpeed)),
                    received: link.received.value(high: number(.ifHCInOctets), low: number(.ifInOctets)),
                    transmitted: link.transmitted.value(high: number(.ifHCOutOctets), low: number(.ifOutOctets)),
                    errors: link.errors.sum([number(.ifInErrors), number(.ifOutErrors)]), into: &series)
                counters[end] = link
                knownEnds.insert(end)
            }
        }
    }

    private func writeLink(
        _ end: DeclaredParts.LinkEnd, up: Double?, speed: Double?, received: Double?, transmitted: Double?,
        errors: Double?, into series: inout TargetSeries
    ) {
        let labels = CommonMetric.labels(ofLink: end.link, end: end.end)
        for (metric, value) in [
            (CommonMetric.linkUp, up), (.linkSpeed, speed), (.linkReceived, received),
            (.linkTransmitted, transmitted), (.linkErrors, errors),
        ] {
            if let value { series.write(metric.rawValue, labels, value) }
        }
    }
}
