import SNMP

/// Object identifiers the simulated devices answer with, from the RFCs named.
enum Objects {
    // SNMPv2-MIB and its traps (RFC 3418).
    static let system = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1])
    static let sysUpTime = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 3, 0])
    static let snmpTrapOID = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0])
    static let coldStart = ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 5, 1])

    // IF-MIB (RFC 2863).
    static let interfaces = ObjectIdentifier([1, 3, 6, 1, 2, 1, 2])
    static let ifEntry = ObjectIdentifier([1, 3, 6, 1, 2, 1, 2, 2, 1])
    static let ifXEntry = ObjectIdentifier([1, 3, 6, 1, 2, 1, 31, 1, 1, 1])
    static let ifTableLastChange = ObjectIdentifier([1, 3, 6, 1, 2, 1, 31, 1, 5, 0])

    // HOST-RESOURCES-MIB (RFC 2790).
    static let host = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25])
    static let hrStorageTypes = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 2, 1])
    static let hrStorageEntry = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 2, 3, 1])
    static let hrDeviceEntry = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 3, 2, 1])
    static let hrDeviceProcessor = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 3, 1, 3])
    static let hrProcessorEntry = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 3, 3, 1])

    // UPS-MIB (RFC 1628).
    static let ups = ObjectIdentifier([1, 3, 6, 1, 2, 1, 33, 1])
    static let upsTrapOnBattery = ObjectIdentifier([1, 3, 6, 1, 2, 1, 33, 2, 1])
    static let upsAlarmOnBattery = ObjectIdentifier([1, 3, 6, 1, 2, 1, 33, 1, 6, 3, 2])

    // ENTITY-MIB (RFC 6933) and ENTITY-SENSOR-MIB (RFC 3433).
    static let entPhysicalEntry = ObjectIdentifier([1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1])
    static let entPhySensorEntry = ObjectIdentifier([1, 3, 6, 1, 2, 1, 99, 1, 1, 1])

    /// sysObjectID of a simulated device: Net-SNMP's own where a real one of its kind would run it, else an enterprise number
    /// nobody has.
    static let linuxAgent = ObjectIdentifier([1, 3, 6, 1, 4, 1, 8072, 3, 2, 10])
    static let simulatedEnterprise = ObjectIdentifier([1, 3, 6, 1, 4, 1, 99_999, 1])
}

/// Hundredths of a second as TimeTicks, which wrap after 497 days.
func ticks(_ seconds: Double) -> UInt32 {
    UInt32(truncatingIfNeeded: wholeNumber(seconds * 100))
}

/// The whole part of a figure that is never negative and may be as large as a counter.
func wholeNumber(_ value: Double) -> UInt64 {
    value > 0 ? UInt64(exactly: value.rounded(.down)) ?? UInt64.max : 0
}

/// The same for an Integer32.
func integer32(_ value: Double) -> Int32 {
    // NaN has no exact value either.
    Int32(exactly: min(2_147_483_647, max(-2_147_483_648, value.rounded()))) ?? 0
}

/// Where the value of one object instance comes from.
enum Cell: Sendable {
    case constant(SNMPValue)
    case sysUpTime
    case ifTableLastChange
    /// A column of ifTable or ifXTable and the number of the port.
    case interface(InterfaceColumn, Int)
    case storageUsed(Int)
    case processorLoad(Int)
    case processes
    case users
    case sensor(Int)
    case sensorTime
    case ups(UPSObject)
    /// The same in tenths of its unit, and as TimeTicks.
    case upsTenths(UPSObject)
    case upsTicks(UPSObject, secondsEach: Double)
    /// A sensor in whole units.
    case sensorUnits(Int)
    /// Main memory in units of so many bytes, and its used share in percent.
    case memory(isFree: Bool, unit: Double)
    case memoryShare
    case storageKibibytes(Int, isFree: Bool)
    case sessions
}

/// Columns whose values move or change with the port's state.
enum InterfaceColumn: Sendable {
    case operStatus, lastChange, inOctets, inUnicast, inDiscards, inErrors, outOctets, outUnicast, outDiscards,
        outErrors
    case inMulticast, inBroadcast, outMulticast, outBroadcast
    case hcInOctets, hcInUnicast, hcInMulticast, hcInBroadcast, hcOutOctets, hcOutUnicast, hcOutMulticast,
        hcOutBroadcast
}

/// Objects of UPS-MIB that move.
enum UPSObject: Sendable {
    case batteryStatus, secondsOnBattery, minutesRemaining, chargeRemaining, batteryVoltage, batteryCurrent
    case batteryTemperature, inputLineBads, inputVoltage, inputCurrent, inputPower, outputSource, outputVoltage
    case outputCurrent, outputPower, outputPercentLoad, alarmsPresent
}
