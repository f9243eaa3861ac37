import Inventory
import MonitoringModel
import Polling
import SNMP

extension DeviceModule.Metric {
    init(name: String, oid: ObjectIdentifier, kind: DeviceModule.Kind, help: String = "", common: CommonInput? = nil) {
        self.init(name: name, oids: [oid], kind: kind, help: help, common: common)
    }
}

extension DeviceModule.Condition {
    init(probe: ObjectIdentifier) {
        self.init()
        probes = [probe]
    }
}

/// The shipped modules as tests need them, written out: so these tests do not depend on how YAML is read.
enum TestModules {
    private static let ifEntry: [UInt32] = [1, 3, 6, 1, 2, 1, 2, 2, 1]
    private static let ifXEntry: [UInt32] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1]

    static func column(_ name: String, _ entry: [UInt32], _ number: UInt32, _ kind: DeviceModule.Kind = .gauge)
        -> DeviceModule.Metric
    {
        DeviceModule.Metric(name: name, oid: ObjectIdentifier(entry + [number]), kind: kind, help: "\(name).")
    }

    static let system = DeviceModule(
        name: "system",
        scalars: [
            DeviceModule.Metric(name: "sysDescr", oid: "1.3.6.1.2.1.1.1", kind: .text),
            DeviceModule.Metric(name: "sysUpTime", oid: "1.3.6.1.2.1.1.3", kind: .gauge),
            DeviceModule.Metric(name: "sysName", oid: "1.3.6.1.2.1.1.5", kind: .text),
        ], info: "system_info")

    static let interfaces: DeviceModule = {
        let metrics = [
            column("ifDescr", ifEntry, 2, .text), column("ifAlias", ifXEntry, 18, .text),
            column("ifSpeed", ifEntry, 5), column("ifHighSpeed", ifXEntry, 15),
            column("ifAdminStatus", ifEntry, 7), column("ifOperStatus", ifEntry, 8),
            column("ifInOctets", ifEntry, 10, .counter), column("ifInErrors", ifEntry, 14, .counter),
            column("ifOutOctets", ifEntry, 16, .counter), column("ifOutErrors", ifEntry, 20, .counter),
            column("ifHCInOctets", ifXEntry, 6, .counter), column("ifHCOutOctets", ifXEntry, 10, .counter),
        ]
        return DeviceModule(
            name: "interfaces", match: [DeviceModule.Condition(probe: ObjectIdentifier(ifEntry))],
            tables: [
                DeviceModule.Table(
                    name: "interfaces",
                    keys: [
                        DeviceModule.Key(
                            label: "ifName",
                            columns: [ObjectIdentifier(ifXEntry + [1]), ObjectIdentifier(ifEntry + [2])])
                    ], metrics: metrics, info: "interface_info")
            ])
    }()

    static let host: DeviceModule = {
        let storage: [UInt32] = [1, 3, 6, 1, 2, 1, 25, 2, 3, 1]
        var load = column("hrProcessorLoad", [1, 3, 6, 1, 2, 1, 25, 3, 3, 1], 2)
        load.common = .device(.cpuRatio)
        load.reading.unit = .percent
        return DeviceModule(
            name: "host-resources", isGeneric: true,
            match: [DeviceModule.Condition(probe: ObjectIdentifier(storage))],
            tables: [
                DeviceModule.Table(
                    name: "hrStorageTable",
                    keys: [
                        DeviceModule.Key(
                            label: "hrStorageDescr", columns: [ObjectIdentifier(storage + [3])])
                    ],
                    metrics: [
                        column("hrStorageType", storage, 2, .text),
                        column("hrStorageAllocationUnits", storage, 4), column("hrStorageSize", storage, 5),
                        column("hrStorageUsed", storage, 6),
                    ], info: "storage_info"),
                DeviceModule.Table(name: "hrProcessorTable", keys: [], metrics: [load]),
            ])
    }()

    static let sensors: DeviceModule = {
        let entry: [UInt32] = [1, 3, 6, 1, 2, 1, 99, 1, 1, 1]
        var celsius = column("entPhySensorCelsius", entry, 4)
        celsius.common = .device(.temperature)
        celsius.reading.unit = .celsius
        celsius.reading.missing = [-1_000_000_000]
        celsius.factors.prefix = ObjectIdentifier(entry + [2])
        celsius.factors.precision = ObjectIdentifier(entry + [3])
        return DeviceModule(
            name: "entity-sensor", match: [DeviceModule.Condition(probe: ObjectIdentifier(entry))],
            tables: [
                DeviceModule.Table(
                    name: "entPhySensorTable",
                    keys: [
                        DeviceModule.Key(
                            label: "entPhysicalName", columns: ["1.3.6.1.2.1.47.1.1.1.1.7"])
                    ],
                    metrics: [
                        column("entPhySensorType", entry, 1), column("entPhySensorScale", entry, 2),
                        column("entPhySensorPrecision", entry, 3), column("entPhySensorValue", entry, 4),
                        column("entPhySensorOperStatus", entry, 5),
                    ]),
                DeviceModule.Table(
                    name: "entPhySensorCelsius",
                    keys: [
                        DeviceModule.Key(
                            label: "entPhysicalName", columns: ["1.3.6.1.2.1.47.1.1.1.1.7"])
                    ],
                    metrics: [celsius],
                    conditions: [
                        DeviceModule.RowCondition(.column(ObjectIdentifier(entry + [1])), .isOneOf(["8"])),
                        DeviceModule.RowCondition(.column(ObjectIdentifier(entry + [5])), .isNoneOf(["2", "3"])),
                    ]),
            ])
    }()

    static let all = [system, interfaces, host, sensors]
}

/// Answers of made-up devices.
enum TestDevice {
    static let system: [ObjectIdentifier: SNMPValue] = [
        "1.3.6.1.2.1.1.1.0": .string("Test OS 1.0"), "1.3.6.1.2.1.1.2.0": .objectIdentifier("1.3.6.1.4.1.9.1.1"),
        "1.3.6.1.2.1.1.3.0": .timeTicks(100_000), "1.3.6.1.2.1.1.5.0": .string("rtr"),
    ]

    struct Port {
        var index: UInt32
        var name: String?
        var description = "Ethernet Interface"
        var isUp = true
        var has64Bits = true
        var octets: UInt64 = 1_000
    }

    static func ports(_ ports: [Port]) -> [ObjectIdentifier: SNMPValue] {
        var values = system
        func set(_ entry: String, _ column: UInt32, _ index: UInt32, _ value: SNMPValue) {
            values[ObjectIdentifier((ObjectIdentifier(entry)?.components ?? []) + [column, index])] = value
        }
        for port in ports {
            let (entry, extended) = ("1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1")
            set(entry, 2, port.index, .string(port.description))
            set(entry, 5, port.index, .gauge32(1_000_000_000))
            set(entry, 7, port.index, .integer(1))
            set(entry, 8, port.index, .integer(port.isUp ? 1 : 2))
            set(entry, 10, port.index, .counter32(UInt32(truncatingIfNeeded: port.octets)))
            set(entry, 14, port.index, .counter32(3))
            set(entry, 16, port.index, .counter32(UInt32(truncatingIfNeeded: port.octets &* 2)))
            set(entry, 20, port.index, .counter32(4))
            if let name = port.name { set(extended, 1, port.index, .string(name)) }
            set(extended, 15, port.index, .gauge32(1_000))
            set(extended, 18, port.index, .string("to \(port.index)"))
            if port.has64Bits {
                set(extended, 6, port.index, .counter64(port.octets))
                set(extended, 10, port.index, .counter64(port.octets &* 2))
            }
        }
        return values
    }
}

let someTarget = PollTarget(
    id: PollTarget.ID(job: "snmp", instance: "rtr-1"), device: "rtr-1", site: "dc",
    access: .snmp(somePeer, modules: []), interval: .seconds(60))

/// One target polled again and again, without schedule or network.
struct ProbeBench {
    let agent: ScriptedAgent
    let appender = RecordingAppender()
    var modules = TestModules.all
    var moduleNames: [String] = []
    var parts = DeclaredParts()
    var isDetailed = false
    /// Whether counters of a replaced device go on from what was written.
    var hasHistory = false
    var session = AgentSession()
    var series: TargetSeries
    var time = Timestamp(milliseconds: 1_790_000_000_000)

    init(_ values: [ObjectIdentifier: SNMPValue]) {
        agent = ScriptedAgent(values)
        series = TargetSeries(target: someTarget, appender: appender)
    }

    @discardableResult
    mutating func poll() async -> ProbeResult {
        time = time + .seconds(60)
        let probe = AgentProbe(
            reader: agent, peer: somePeer, moduleNames: moduleNames, modules: modules, parts: parts,
            history: hasHistory ? CounterHistory(appender) : nil, deadline: .now + .seconds(10), isDetailed: isDetailed)
        series.ledger.begin()
        let result = await probe.poll(&session, at: time, into: &series)
        if hasHistory { series.write("up", [], result.isUp ? 1 : 0) }
        series.append(at: time)
        if series.compact() { session.forgetSlots() }
        return result
    }
}
