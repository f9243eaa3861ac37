package import MonitoringModel
package import SNMP

/// The modules that apply to one agent, worked out: which scalars and columns to ask for and what becomes of each.
///
/// A column that several modules want is asked for once.
package struct ReadingPlan: Sendable {
    package struct Scalar: Sendable {
        /// Position in `instances`.
        var instance: Int
        var name: String
        var scale: Double
        var common: CommonMetric?
    }

    /// An info series of a module, made of text scalars.
    package struct Info: Sendable {
        var name: String
        /// Label and position in `instances`.
        var texts: [(label: String, instance: Int)]
    }

    package struct Table: Sendable {
        package struct Value: Sendable {
            /// Position in `columns`.
            var column: Int
            var name: String
            var scale: Double
            var common: CommonMetric?
        }

        var name: String
        /// Columns of this table, as positions in `ReadingPlan.columns`.
        var columns: [Int]
        /// Each key label and its columns, as positions in `columns`.
        var keys: [(label: String, columns: [Int])]
        var values: [Value]
        /// Label and position in `columns`.
        var texts: [(label: String, column: Int)]
        var info: String?
        /// Objects with a meaning of their own, as positions in `columns`.
        var known: [KnownColumn: Int]

        /// Columns whose rows are the table's rows: those with values, or the texts of a table without. Other columns (names
        /// of all parts of a chassis) may have many rows more.
        var leading: [Int] { values.isEmpty ? texts.map(\.column) : values.map(\.column) }
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

    package init(modules: [DeviceModule]) {
        self.modules = modules.map(\.name)
        read = ReadPlan(instances: [], columns: [])
        var positions: [ObjectIdentifier: Int] = [:]
        for module in modules {
            addScalars(of: module)
            for table in module.tables { addTable(table, &positions) }
        }
        read = ReadPlan(instances: instances, columns: columns)
    }

    private mutating func addScalars(of module: DeviceModule) {
        var texts: [(label: String, instance: Int)] = []
        for metric in module.scalars {
            let oid = metric.oid.appending(0)
            let instance = instances.firstIndex(of: oid) ?? instances.count
            if instance == instances.count { instances.append(oid) }
            if metric.kind == .text {
                texts.append((metric.name, instance))
            } else {
                scalars.append(
                    Scalar(
                        instance: instance, name: metric.name, scale: metric.scale,
                        common: metric.common.flatMap(CommonMetric.init(rawValue:))))
            }
        }
        if let name = module.info, !texts.isEmpty { infos.append(Info(name: name, texts: texts)) }
    }

    private mutating func addTable(_ definition: DeviceModule.Table, _ positions: inout [ObjectIdentifier: Int]) {
        var table = Table(
            name: definition.name, columns: [], keys: [], values: [], texts: [], info: definition.info, known: [:])
        func local(_ oid: ObjectIdentifier) -> Int {
            let position = positions[oid] ?? columns.count
            if position == columns.count {
                positions[oid] = position
                columns.append(oid)
            }
            if let index = table.columns.firstIndex(of: position) { return index }
            table.columns.append(position)
            if let known = KnownColumn(oid) { table.known[known] = table.columns.count - 1 }
            return table.columns.count - 1
        }
        for key in definition.keys { table.keys.append((key.label, key.columns.map(local))) }
        for metric in definition.metrics {
            let column = local(metric.oid)
            if metric.kind == .text {
                table.texts.append((metric.name, column))
            } else {
                table.values.append(
                    Table.Value(
                        column: column, name: metric.name, scale: metric.scale,
                        common: metric.common.flatMap(CommonMetric.init(rawValue:))))
            }
        }
        if !table.columns.isEmpty { tables.append(table) }
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
