package import MonitoringModel
package import SNMP

/// The modules that apply to one agent, worked out: which scalars and columns to ask for and what becomes of each.
///
/// A column that several modules want is asked for once.
package struct ReadingPlan: Sendable {
    package struct Scalar: Sendable {
        /// Positions in `instances`: the first that has a value is taken.
        var instances: [Int]
        var metric: DeviceModule.Metric
        /// Whether the module is made for agents of any maker.
        var isGeneric: Bool
    }

    /// An info series of a module, made of text scalars.
    package struct Info: Sendable {
        var name: String
        /// Metric and position in `instances`.
        var texts: [(metric: DeviceModule.Metric, instance: Int)]
    }

    package struct Table: Sendable {
        package struct Value: Sendable {
            /// Position in `columns`.
            var column: Int
            /// Positions in `columns` of what is taken where `column` has no value.
            var fallbacks: [Int]
            /// Position in `columns` of the upper 32 bits.
            var high: Int?
            /// Positions in `columns` of `Metric.factors`.
            var factors: (times: Int?, precision: Int?, prefix: Int?)
            private let planned: PlannedMetric
            /// The raw number is the value.
            let isPlain: Bool
            /// It says something of the whole device.
            let isObserved: Bool

            var metric: DeviceModule.Metric { planned.metric }

            init(
                column: Int, fallbacks: [Int], high: Int?, factors: (times: Int?, precision: Int?, prefix: Int?),
                metric: DeviceModule.Metric
            ) {
                self.column = column
                self.fallbacks = fallbacks
                self.high = high
                self.factors = factors
                planned = PlannedMetric(metric)
                isPlain =
                    fallbacks.isEmpty && high == nil && metric.factors.isEmpty && metric.reading.isPlain
                    && (metric.kind == .gauge || metric.kind == .counter)
                isObserved = !metric.health.isEmpty || metric.common?.isOfRow == false
            }
        }

        /// A metric of kind `text`.
        package struct Text: Sendable {
            private let planned: PlannedMetric
            /// Position in `columns`.
            let column: Int

            var metric: DeviceModule.Metric { planned.metric }

            init(metric: DeviceModule.Metric, column: Int) {
                planned = PlannedMetric(metric)
                self.column = column
            }
        }

        /// A metric by reference: polls go over all values of a table, and most of them need nothing of it.
        private final class PlannedMetric: Sendable {
            let metric: DeviceModule.Metric

            init(_ metric: DeviceModule.Metric) {
                self.metric = metric
            }
        }

        package struct Key: Sendable {
            var label: String
            var source: KeySource
            var pattern: TextPattern?
            var values: [String: String]
        }

        package enum KeySource: Sendable {
            /// Positions in `columns`.
            case columns([Int])
            case index(Int)
            case text(String)
            /// Positions in `ReadingPlan.columns`, and where the index to look up is.
            case lookup([Int], by: Reference)
        }

        package enum Reference: Sendable {
            case index([Int])
            /// Position in `columns`.
            case column(Int)
        }

        var name: String
        /// Whether the module is made for agents of any maker.
        var isGeneric: Bool
        var component: DeviceModule.Component?
        var index: [IndexPart]
        /// Columns of this table, as positions in `ReadingPlan.columns`.
        var columns: [Int]
        var keys: [Key]
        /// Column as position in `columns`; nil: a part of the index.
        var conditions: [(column: Int?, condition: DeviceModule.RowCondition)]
        var values: [Value]
        var texts: [Text]
        var info: String?
        /// Objects with a meaning of their own, as positions in `columns`.
        var known: [KnownColumn: Int]

        /// Columns whose rows are the table's rows: those with values, or the texts of a table without. Other columns (names
        /// of all parts of a chassis) may have many rows more.
        private(set) var leading: [Int] = []
        /// Columns, as positions in `columns`, that the keys and the choice of rows depend on.
        private(set) var keyColumns: [Int] = []
        /// Columns of other tables that keys are looked up in, as positions in `ReadingPlan.columns`.
        private(set) var lookupColumns: [Int] = []

        /// Works out what the columns are for, so that no poll has to.
        mutating func sortColumns() {
            leading = values.isEmpty ? texts.map(\.column) : values.flatMap { [$0.column] + $0.fallbacks }
            for key in keys {
                switch key.source {
                case .columns(let columns): keyColumns += columns
                case .lookup(let columns, .column(let column)):
                    keyColumns.append(column)
                    lookupColumns += columns
                case .lookup(let columns, .index): lookupColumns += columns
                case .index, .text: break
                }
            }
            keyColumns += conditions.compactMap(\.column)
        }
    }

    package private(set) var modules: [String]
    /// What the scalars are read from, each once; `StandardObject.asked` comes first.
    package private(set) var instances = StandardObject.asked
    package private(set) var scalars: [Scalar] = []
    package private(set) var infos: [Info] = []
    package private(set) var tables: [Table] = []
    package private(set) var columns: [ObjectIdentifier] = []
    /// `instances` and `columns` as they are asked for.
    package private(set) var read: ReadPlan
    private var positions: [ObjectIdentifier: Int] = [:]

    package init(modules: [DeviceModule]) {
        self.modules = modules.map(\.name)
        read = ReadPlan(instances: [], columns: [])
        for module in modules {
            addScalars(of: module)
            for table in module.tables { addTable(table, of: module) }
        }
        read = ReadPlan(instances: instances, columns: columns)
    }

    private mutating func instance(_ oid: ObjectIdentifier) -> Int {
        let oid = oid.appending(0)
        if let position = instances.firstIndex(of: oid) { return position }
        instances.append(oid)
        return instances.count - 1
    }

    private mutating func column(_ oid: ObjectIdentifier) -> Int {
        if let position = positions[oid] { return position }
        positions[oid] = columns.count
        columns.append(oid)
        return columns.count - 1
    }

    private mutating func addScalars(of module: DeviceModule) {
        var texts: [(metric: DeviceModule.Metric, instance: Int)] = []
        for metric in module.scalars {
            let positions = metric.oids.map { instance($0) }
            if metric.kind == .text {
                texts.append((metric, positions[0]))
            } else {
                scalars.append(Scalar(instances: positions, metric: metric, isGeneric: module.isGeneric))
            }
        }
        if let name = module.info, !texts.isEmpty { infos.append(Info(name: name, texts: texts)) }
    }

    private mutating func addTable(_ definition: DeviceModule.Table, of module: DeviceModule) {
        var table = Table(
            name: definition.name, isGeneric: module.isGeneric, component: definition.component,
            index: definition.index, columns: [], keys: [], conditions: [], values: [], texts: [],
            info: definition.info, known: [:])
        func local(_ oid: ObjectIdentifier) -> Int {
            let position = column(oid)
            if let index = table.columns.firstIndex(of: position) { return index }
            table.columns.append(position)
            if let known = KnownColumn(oid) { table.known[known] = table.columns.count - 1 }
            return table.columns.count - 1
        }
        for key in definition.keys {
            let source: Table.KeySource =
                switch key.source {
                case .columns(let oids): .columns(oids.map(local))
                case .index(let part): .index(part)
                case .text(let text): .text(text)
                case .lookup(let oids, .index(let parts)): .lookup(oids.map { column($0) }, by: .index(parts))
                case .lookup(let oids, .column(let oid)): .lookup(oids.map { column($0) }, by: .column(local(oid)))
                }
            table.keys.append(
                Table.Key(label: key.label, source: source, pattern: key.pattern, values: key.values))
        }
        table.conditions = definition.conditions.map { condition in
            if case .column(let oid) = condition.subject { (local(oid), condition) } else { (nil, condition) }
        }
        for metric in definition.metrics {
            let places = metric.oids.map(local)
            if metric.kind == .text {
                table.texts.append(Table.Text(metric: metric, column: places[0]))
            } else {
                table.values.append(
                    Table.Value(
                        column: places[0], fallbacks: Array(places.dropFirst()), high: metric.high.map(local),
                        factors: (
                            metric.factors.times.map(local), metric.factors.precision.map(local),
                            metric.factors.prefix.map(local)
                        ),
                        metric: metric))
            }
        }
        table.sortColumns()
        if !table.columns.isEmpty { tables.append(table) }
    }

    /// The names of all counters that come of the plan, those of links included.
    var counterNames: Set<String> {
        let metrics = scalars.map(\.metric) + tables.flatMap { $0.values.map(\.metric) }
        return Set(metrics.filter { $0.kind == .counter }.map(\.name))
            .union([CommonMetric.linkReceived, .linkTransmitted, .linkErrors].map(\.rawValue))
    }

    /// Type and help of everything that modules can write.
    package static func metadata(of modules: [DeviceModule]) -> [MetricMetadata] {
        var result: [MetricMetadata] = []
        for module in modules {
            for metric in module.scalars + module.tables.flatMap(\.metrics) where metric.kind != .text {
                let kind: MetricMetadata.Kind = metric.kind == .counter ? .counter : .gauge
                result.append(MetricMetadata(name: metric.name, kind: kind, help: metric.help))
            }
            // Gauges, not `info`: that type exists in OpenMetrics only, with another idea of the name.
            if let info = module.info {
                result.append(
                    MetricMetadata(name: info, kind: .gauge, help: "Texts of module \(module.name); the value is 1."))
            }
            for table in module.tables {
                guard let info = table.info else { continue }
                result.append(
                    MetricMetadata(
                        name: info, kind: .gauge, help: "Texts of each row of \(table.name); the value is 1."))
            }
        }
        return result
    }
}
