import Inventory
import SNMP

/// What a simulated device answers below its maker's own arc, as the shipped modules read it.
///
/// Numbers that follow the arcs of the makers' products end in one that no product has.
extension DeviceObjects {
    private static let enterprises = ObjectIdentifier([1, 3, 6, 1, 4, 1])
    /// In place of a product's number.
    private static let product: UInt32 = 99_999

    /// sysDescr and sysObjectID as the maker writes them; nil: none is known.
    static func identity(of device: DevicePlan) -> (description: String, objectID: ObjectIdentifier)? {
        let mark = "simulated by haidang (\(device.kind.rawValue))"
        func answer(_ text: String, _ arc: [UInt32]) -> (String, ObjectIdentifier) {
            ("\(text), \(mark)", enterprises.appending(arc))
        }
        switch (device.vendor, device.kind) {
        case ("Cisco", _) where device.runsIOSXE:
            return answer(
                "Cisco IOS Software [Everest], ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 16.6.4",
                [9, 1, product])
        case ("Cisco", .accessSwitch):
            return answer(
                "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 15.0(2)SE11", [9, 1, product])
        case ("Cisco", .router):
            return answer(
                "Cisco IOS Software, C1900 Software (C1900-UNIVERSALK9-M), Version 15.7(3)M3", [9, 1, product])
        case ("Fortinet", _): return answer("FortiGate", [12_356, 101, 1, product])
        case (_, .hypervisor): return answer("VMware ESXi 6.7.0 build-13006603 VMware, Inc. x86_64", [6_876, 4, 1])
        case ("APC", .ups): return answer("APC Web/SNMP Management Card (AF1:v6.4.0 MN:AP9631)", [318, 1, 3, product])
        case ("AKCP", _): return answer("\(device.model) SPv2.0", [3_854, 1])
        case ("Synology", _): return ("Linux \(device.id) 3.10.108 #25556 SMP x86_64, \(mark)", Objects.linuxAgent)
        case ("Dell EMC", .array) where device.isDataDomain:
            return answer("Data Domain OS 6.1.2.0-601234", [19_746, 3, 1, product])
        case ("NetApp", _): return answer("NetApp Release 8.3.2 7-Mode: Thu Jan 12 2017", [789, 2, product])
        default: return nil
        }
    }

    mutating func addVendor() {
        switch (device.vendor, device.kind) {
        case ("Cisco", .router), ("Cisco", .accessSwitch): addCisco()
        case ("Fortinet", .firewall): addFortinet()
        case (_, .hypervisor): addVMware()
        case ("APC", .ups): addAPC()
        case ("AKCP", .sensor): addAKCP()
        case ("NetApp", .array): addNetApp()
        case ("Synology", .array): addSynology()
        case ("Dell EMC", .array) where device.isDataDomain: addDataDomain()
        default: break
        }
    }

    /// CISCO-PROCESS-MIB, CISCO-MEMORY-POOL-MIB and CISCO-ENVMON-MIB.
    private mutating func addCisco() {
        let process = Self.enterprises.appending([9, 9, 109, 1, 1, 1, 1])
        add(process, [2, 1], .integer(1))
        add(process, [7, 1], Cell.processorLoad(0))
        add(process, [8, 1], Cell.processorLoad(0))
        if device.runsIOSXE {
            add(process, [12, 1], Cell.memory(isFree: false, unit: 1_024))
            add(process, [13, 1], Cell.memory(isFree: true, unit: 1_024))
        } else {
            let pool = Self.enterprises.appending([9, 9, 48, 1, 1, 1])
            add(pool, [2, 1], Self.text("Processor"))
            add(pool, [5, 1], Cell.memory(isFree: false, unit: 1))
            add(pool, [6, 1], Cell.memory(isFree: true, unit: 1))
        }
        let environment = Self.enterprises.appending([9, 9, 13, 1])
        if let sensor = device.sensors.firstIndex(where: { $0.quantity == .celsius }) {
            add(environment, [3, 1, 2, 1_006], Self.text("SW#1, Sensor#1, GREEN"))
            add(environment, [3, 1, 3, 1_006], Cell.sensorUnits(sensor))
            add(environment, [3, 1, 4, 1_006], .integer(75))
            add(environment, [3, 1, 6, 1_006], .integer(1))
        }
        add(environment, [4, 1, 2, 1_006], Self.text("Switch#1, Fan#1"))
        add(environment, [4, 1, 3, 1_006], .integer(1))
        add(environment, [5, 1, 2, 1_006], Self.text("Sw1, PS1 Normal, RPS NotExist"))
        add(environment, [5, 1, 3, 1_006], .integer(1))
    }

    /// FORTINET-FORTIGATE-MIB and FORTINET-CORE-MIB.
    private mutating func addFortinet() {
        let base = Self.enterprises.appending([12_356])
        add(base, [100, 1, 1, 1, 0], Self.text("FG600D\(device.stream % 10_000_000)"))
        add(base, [101, 4, 1, 1, 0], Self.text("v6.0.4,build0231,190107 (GA)"))
        add(base, [101, 4, 1, 3, 0], Cell.processorLoad(0))
        add(base, [101, 4, 1, 4, 0], Cell.memoryShare)
        add(base, [101, 4, 1, 5, 0], .gauge32(UInt32(clamping: wholeNumber(device.memoryBytes / 1_024))))
        add(base, [101, 4, 1, 8, 0], Cell.sessions)
        // Active and passive.
        add(base, [101, 13, 1, 1, 0], .integer(3))
    }

    /// VMWARE-SYSTEM-MIB and VMWARE-VMINFO-MIB.
    private mutating func addVMware() {
        let base = Self.enterprises.appending([6_876])
        add(base, [1, 1, 0], Self.text("VMware ESXi"))
        add(base, [1, 2, 0], Self.text("6.7.0"))
        add(base, [1, 4, 0], Self.text("13006603"))
        for number in 1...4 as ClosedRange<UInt32> {
            let guest = [2, 1, 1] as [UInt32]
            add(base, guest + [2, number], Self.text("\(device.id)-vm-\(number)"))
            add(base, guest + [4, number], Self.text("Ubuntu Linux (64-bit)"))
            add(base, guest + [5, number], .integer(Int32(4_096 << (number % 3))))
            add(base, guest + [6, number], Self.text("powered on"))
            add(base, guest + [8, number], Self.text("running"))
            add(base, guest + [9, number], .integer(4))
            add(base, guest + [10, number], Self.text("\(device.stream % 1_000_000)-\(number)"))
        }
    }

    /// PowerNet-MIB, beside UPS-MIB.
    private mutating func addAPC() {
        let base = Self.enterprises.appending([318, 1, 1, 1])
        add(base, [1, 1, 1, 0], Self.text(device.model))
        add(base, [1, 2, 1, 0], Self.text("UPS 09.3"))
        add(base, [1, 2, 3, 0], Self.text("AS\(device.stream % 10_000_000_000)"))
        add(base, [2, 1, 1, 0], Cell.ups(.batteryStatus))
        add(base, [2, 1, 2, 0], Cell.upsTicks(.secondsOnBattery, secondsEach: 1))
        add(base, [2, 2, 3, 0], Cell.upsTicks(.minutesRemaining, secondsEach: 60))
        add(base, [2, 2, 4, 0], .integer(1))
        add(base, [2, 3, 1, 0], Cell.upsTenths(.chargeRemaining))
        add(base, [2, 3, 2, 0], Cell.upsTenths(.batteryTemperature))
        add(base, [3, 3, 1, 0], Cell.upsTenths(.inputVoltage))
        add(base, [4, 3, 1, 0], Cell.upsTenths(.outputVoltage))
        add(base, [4, 3, 3, 0], Cell.upsTenths(.outputPercentLoad))
        add(base, [4, 2, 8, 0], Cell.ups(.outputPower))
    }

    /// SPAGENT-MIB: temperatures and humidity of probes.
    private mutating func addAKCP() {
        let base = Self.enterprises.appending([3_854, 1])
        add(base, [1, 2, 0], .integer(2))
        add(base, [1, 8, 0], Self.text("\(device.model) v2.0"))
        for (number, sensor) in device.sensors.enumerated() {
            let isTemperature = sensor.quantity == .celsius
            let table: [UInt32] = [2, 2, 1, isTemperature ? 16 : 17, 1]
            let row = UInt32(number)
            add(base, table + [1, row], Self.text(sensor.name))
            add(base, table + [3, row], Cell.sensorUnits(number))
            add(base, table + [4, row], .integer(2))
            add(base, table + [5, row], .integer(1))
            // Degrees Celsius, not Fahrenheit.
            if isTemperature { add(base, table + [12, row], .integer(1)) }
        }
    }

    /// SYNOLOGY-SYSTEM-MIB and SYNOLOGY-DISK-MIB.
    private mutating func addSynology() {
        let base = Self.enterprises.appending([6_574])
        add(base, [1, 1, 0], .integer(1))
        add(base, [1, 2, 0], .integer(41))
        add(base, [1, 3, 0], .integer(1))
        add(base, [1, 4, 1, 0], .integer(1))
        add(base, [1, 4, 2, 0], .integer(1))
        add(base, [1, 5, 1, 0], Self.text(device.model))
        add(base, [1, 5, 2, 0], Self.text("SY\(device.stream % 10_000_000_000)"))
        add(base, [1, 5, 3, 0], Self.text("DSM 6.2-25556"))
        for number in 0..<12 as Range<UInt32> {
            add(base, [2, 1, 1, 2, number], Self.text("Disk \(number + 1)"))
            add(base, [2, 1, 1, 5, number], .integer(1))
            add(base, [2, 1, 1, 6, number], .integer(Int32(35 + number % 4)))
        }
    }

    /// DATA-DOMAIN-MIB: serial number, version, model, and a temperature.
    private mutating func addDataDomain() {
        let base = Self.enterprises.appending([19_746, 1])
        add(base, [13, 1, 1, 0], Self.text("DD\(device.stream % 1_000_000)"))
        add(base, [13, 1, 3, 0], Self.text("6.1.2.0-601234"))
        add(base, [13, 1, 4, 0], Self.text(device.model))
        let temperature: [UInt32] = [1, 2, 1, 1, 1]
        add(base, temperature + [4, 1, 1], Self.text("CPU 0"))
        add(base, temperature + [5, 1, 1], .integer(38))
        add(base, temperature + [6, 1, 1], .integer(1))
    }

    /// NETWORK-APPLIANCE-MIB: dfTable in 64 bits.
    private mutating func addNetApp() {
        let base = Self.enterprises.appending([789, 1, 5, 4, 1])
        for (number, storage) in device.storages.enumerated() where storage.kind == .fixedDisk {
            let row = UInt32(number + 1)
            add(base, [2, row], Self.text(storage.name))
            add(base, [29, row], .counter64(wholeNumber(storage.bytes / 1_024)))
            add(base, [30, row], Cell.storageKibibytes(number, isFree: false))
            add(base, [31, row], Cell.storageKibibytes(number, isFree: true))
        }
    }
}

extension DevicePlan {
    fileprivate var isDataDomain: Bool { model.hasPrefix("Data Domain") }

    /// Routers of the newer lines.
    fileprivate var runsIOSXE: Bool {
        vendor == "Cisco" && (model.hasPrefix("ISR 4") || model.hasPrefix("ASR"))
    }
}
