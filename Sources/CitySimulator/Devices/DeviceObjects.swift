import Inventory
import SNMP

/// Lists the object instances of one simulated device.
struct DeviceObjects {
    let device: DevicePlan
    private let indexShift: Int
    private var objects: [(oid: ObjectIdentifier, key: Cell)] = []

    /// Every instance, sorted, with where its value comes from.
    ///
    /// - Parameter indexShift: how often the device's ifIndex has been renumbered.
    static func index(of device: DevicePlan, indexShift: Int) -> ObjectIndex<Cell> {
        var list = DeviceObjects(device, indexShift: indexShift)
        list.addSystem()
        list.addInterfaces()
        if device.hasHostResources { list.addHostResources() }
        if device.kind == .ups { list.addUPS() }
        if !device.sensors.isEmpty { list.addEntities() }
        list.addVendor()
        return ObjectIndex(list.objects)
    }

    /// The ifIndex of a port: shifting turns the numbers round, so that each still is some port's.
    static func ifIndex(port: Int, of device: DevicePlan, indexShift: Int) -> UInt32 {
        let count = device.ports.count
        // A lone port moves on instead, for there is no other to change places with.
        return UInt32(count > 1 ? (port + indexShift) % count + 1 : 1 + indexShift)
    }

    private init(_ device: DevicePlan, indexShift: Int) {
        self.device = device
        self.indexShift = indexShift
    }

    mutating func add(_ base: ObjectIdentifier, _ suffix: [UInt32], _ cell: Cell) {
        objects.append((base.appending(suffix), cell))
    }

    mutating func add(_ base: ObjectIdentifier, _ suffix: [UInt32], _ value: SNMPValue) {
        add(base, suffix, .constant(value))
    }

    static func text(_ text: String) -> SNMPValue {
        .octetString(Array(text.utf8.prefix(255)))
    }

    // MARK: SNMPv2-MIB

    private mutating func addSystem() {
        let base = Objects.system
        let identity =
            Self.identity(of: device)
            ?? ("\(device.vendor) \(device.model), simulated by haidang (\(device.kind.rawValue))", objectID)
        add(base, [1, 0], Self.text(identity.0))
        add(base, [2, 0], .objectIdentifier(identity.1))
        add(base, [3, 0], Cell.sysUpTime)
        add(base, [4, 0], Self.text("Trung tâm Tin học"))
        add(base, [5, 0], Self.text(device.id))
        add(base, [6, 0], Self.text(device.location))
        // Bit n-1 for layer n (RFC 3418): what routes also switches; hosts end applications.
        add(base, [7, 0], .integer(device.kind == .accessSwitch ? 2 : device.kind == .router ? 6 : 72))
    }

    private var objectID: ObjectIdentifier {
        switch device.kind {
        case .server, .virtualMachine, .mail, .portal: Objects.linuxAgent
        default:
            Objects.simulatedEnterprise.appending(
                UInt32((Device.Kind.allCases.firstIndex(of: device.kind) ?? 0) + 1))
        }
    }

    // MARK: IF-MIB

    private mutating func addInterfaces() {
        add(Objects.interfaces, [1, 0], .integer(Int32(device.ports.count)))
        add(Objects.ifTableLastChange, [], Cell.ifTableLastChange)
        for (number, port) in device.ports.enumerated() {
            let index = Self.ifIndex(port: number, of: device, indexShift: indexShift)
            addInterfaceRow(number, port, index)
            addExtensionRow(number, port, index)
        }
    }

    private mutating func addInterfaceRow(_ number: Int, _ port: DevicePlan.Port, _ index: UInt32) {
        let base = Objects.ifEntry
        let speed = port.bitsPerSecond
        add(base, [1, index], .integer(Int32(index)))
        add(base, [2, index], Self.text(port.name))
        add(base, [3, index], .integer(port.type))
        add(base, [4, index], .integer(port.type == 24 ? 65_536 : 1_500))
        add(base, [5, index], .gauge32(UInt32(clamping: wholeNumber(speed))))
        add(base, [6, index], .octetString(port.physicalAddress))
        add(base, [7, index], .integer(1))
        let columns: [(UInt32, InterfaceColumn)] = [
            (8, .operStatus), (9, .lastChange), (10, .inOctets), (11, .inUnicast), (13, .inDiscards), (14, .inErrors),
            (16, .outOctets), (17, .outUnicast), (19, .outDiscards), (20, .outErrors),
        ]
        for (column, object) in columns { add(base, [column, index], Cell.interface(object, number)) }
        add(base, [15, index], .counter32(0))
    }

    private mutating func addExtensionRow(_ number: Int, _ port: DevicePlan.Port, _ index: UInt32) {
        let base = Objects.ifXEntry
        add(base, [1, index], Self.text(port.name))
        let columns: [(UInt32, InterfaceColumn)] = [
            (2, .inMulticast), (3, .inBroadcast), (4, .outMulticast), (5, .outBroadcast), (6, .hcInOctets),
            (7, .hcInUnicast), (8, .hcInMulticast), (9, .hcInBroadcast), (10, .hcOutOctets), (11, .hcOutUnicast),
            (12, .hcOutMulticast), (13, .hcOutBroadcast),
        ]
        for (column, object) in columns { add(base, [column, index], Cell.interface(object, number)) }
        add(base, [14, index], .integer(1))
        add(base, [15, index], .gauge32(UInt32(clamping: wholeNumber(port.bitsPerSecond / 1e6))))
        add(base, [16, index], .integer(2))
        add(base, [17, index], .integer(port.type == 24 ? 2 : 1))
        add(base, [18, index], .octetString(port.alias))
        add(base, [19, index], .timeTicks(0))
    }

    // MARK: HOST-RESOURCES-MIB

    private mutating func addHostResources() {
        let base = Objects.host
        add(base, [1, 1, 0], Cell.sysUpTime)
        add(base, [1, 5, 0], Cell.users)
        add(base, [1, 6, 0], Cell.processes)
        add(base, [1, 7, 0], .integer(0))
        // KBytes.
        add(base, [2, 2, 0], .integer(integer32(device.memoryBytes / 1_024)))
        for (number, storage) in device.storages.enumerated() {
            let index = UInt32(number + 1)
            let entry = Objects.hrStorageEntry
            add(entry, [1, index], .integer(Int32(index)))
            add(entry, [2, index], .objectIdentifier(Objects.hrStorageTypes.appending(storage.kind.rawValue)))
            add(entry, [3, index], Self.text(storage.name))
            add(entry, [4, index], .integer(integer32(Double(storage.unit))))
            add(entry, [5, index], .integer(integer32((storage.bytes / Double(storage.unit)).rounded(.down))))
            add(entry, [6, index], Cell.storageUsed(number))
            add(entry, [7, index], .counter32(0))
        }
        for processor in 0..<device.processors {
            // hrDeviceIndex of processors starts behind the few devices of other types a host lists.
            let index = UInt32(196_608 + processor)
            add(Objects.hrDeviceEntry, [1, index], .integer(Int32(index)))
            add(Objects.hrDeviceEntry, [2, index], .objectIdentifier(Objects.hrDeviceProcessor))
            add(Objects.hrDeviceEntry, [3, index], Self.text("Processor \(processor)"))
            add(Objects.hrDeviceEntry, [4, index], .objectIdentifier(ObjectIdentifier([0, 0])))
            add(Objects.hrDeviceEntry, [5, index], .integer(2))
            add(Objects.hrDeviceEntry, [6, index], .counter32(0))
            add(Objects.hrProcessorEntry, [1, index], .objectIdentifier(ObjectIdentifier([0, 0])))
            add(Objects.hrProcessorEntry, [2, index], Cell.processorLoad(processor))
        }
    }

    // MARK: UPS-MIB

    private mutating func addUPS() {
        let base = Objects.ups
        add(base, [1, 1, 0], Self.text(device.vendor))
        add(base, [1, 2, 0], Self.text(device.model))
        add(base, [1, 3, 0], Self.text("1.0"))
        add(base, [1, 4, 0], Self.text("1.0"))
        add(base, [1, 5, 0], Self.text(device.id))
        add(base, [1, 6, 0], Self.text("Tủ máy chủ"))
        let moving: [([UInt32], UPSObject)] = [
            ([2, 1, 0], .batteryStatus), ([2, 2, 0], .secondsOnBattery), ([2, 3, 0], .minutesRemaining),
            ([2, 4, 0], .chargeRemaining), ([2, 5, 0], .batteryVoltage), ([2, 6, 0], .batteryCurrent),
            ([2, 7, 0], .batteryTemperature), ([3, 1, 0], .inputLineBads), ([3, 3, 1, 3, 1], .inputVoltage),
            ([3, 3, 1, 4, 1], .inputCurrent), ([3, 3, 1, 5, 1], .inputPower), ([4, 1, 0], .outputSource),
            ([4, 4, 1, 2, 1], .outputVoltage), ([4, 4, 1, 3, 1], .outputCurrent), ([4, 4, 1, 4, 1], .outputPower),
            ([4, 4, 1, 5, 1], .outputPercentLoad), ([6, 1, 0], .alarmsPresent),
        ]
        for (suffix, object) in moving { add(base, suffix, Cell.ups(object)) }
        add(base, [3, 2, 0], .integer(1))
        add(base, [3, 3, 1, 2, 1], .integer(500))
        add(base, [4, 2, 0], .integer(500))
        add(base, [4, 3, 0], .integer(1))
        // Nominal values: volts, tenths of hertz, volts, tenths of hertz, volt-amperes, watts, minutes.
        for (column, value) in [(1, 220), (2, 500), (3, 220), (4, 500), (5, 10_000), (6, 9_000), (7, 5), (8, 2)] {
            add(base, [9, UInt32(column), 0], .integer(Int32(value)))
        }
    }

    // MARK: ENTITY-MIB and ENTITY-SENSOR-MIB

    private mutating func addEntities() {
        addEntity(1, name: device.id, description: device.model, containedIn: 0, class: 3, position: 1)
        for (number, sensor) in device.sensors.enumerated() {
            let index = UInt32(1_001 + number)
            addEntity(
                index, name: sensor.name, description: sensor.name, containedIn: 1, class: 8,
                position: Int32(number + 1))
            let entry = Objects.entPhySensorEntry
            let isSpeed = sensor.quantity == .revolutionsPerMinute
            add(entry, [1, index], .integer(sensor.quantity.rawValue))
            // units(9), with one digit behind the point but for revolutions.
            add(entry, [2, index], .integer(9))
            add(entry, [3, index], .integer(isSpeed ? 0 : 1))
            add(entry, [4, index], Cell.sensor(number))
            add(entry, [5, index], .integer(1))
            add(entry, [6, index], Self.text(isSpeed ? "rpm" : sensor.quantity == .celsius ? "celsius" : "%RH"))
            add(entry, [7, index], Cell.sensorTime)
            add(entry, [8, index], .gauge32(0))
        }
    }

    private mutating func addEntity(
        _ index: UInt32, name: String, description: String, containedIn: Int32, class: Int32, position: Int32
    ) {
        let entry = Objects.entPhysicalEntry
        add(entry, [2, index], Self.text(description))
        add(entry, [3, index], .objectIdentifier(ObjectIdentifier([0, 0])))
        add(entry, [4, index], .integer(containedIn))
        add(entry, [5, index], .integer(`class`))
        add(entry, [6, index], .integer(position))
        add(entry, [7, index], Self.text(name))
        for column in 8...10 as ClosedRange<UInt32> { add(entry, [column, index], Self.text("")) }
        add(entry, [11, index], Self.text("HD\(device.stream % 1_000_000_000)-\(index)"))
        add(entry, [12, index], Self.text(device.vendor))
        add(entry, [13, index], Self.text(device.model))
    }
}
