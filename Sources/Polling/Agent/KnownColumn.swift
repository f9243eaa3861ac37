package import SNMP

/// Columns of standard MIBs whose meaning the poller knows, beside what modules say of them: states of interfaces and what
/// the common metrics are computed from. A module that leaves one out only loses what depends on it.
package enum KnownColumn: CaseIterable, Sendable {
    case ifSpeed, ifAdminStatus, ifOperStatus, ifInOctets, ifInErrors, ifOutOctets, ifOutErrors
    case ifHCInOctets, ifHCOutOctets, ifHighSpeed
    case hrStorageType, hrStorageDescr, hrStorageAllocationUnits, hrStorageSize, hrStorageUsed

    package var oid: ObjectIdentifier {
        let ifEntry: [UInt32] = [1, 3, 6, 1, 2, 1, 2, 2, 1]
        let ifXEntry: [UInt32] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1]
        let hrStorageEntry: [UInt32] = [1, 3, 6, 1, 2, 1, 25, 2, 3, 1]
        switch self {
        case .ifSpeed: return ObjectIdentifier(ifEntry + [5])
        case .ifAdminStatus: return ObjectIdentifier(ifEntry + [7])
        case .ifOperStatus: return ObjectIdentifier(ifEntry + [8])
        case .ifInOctets: return ObjectIdentifier(ifEntry + [10])
        case .ifInErrors: return ObjectIdentifier(ifEntry + [14])
        case .ifOutOctets: return ObjectIdentifier(ifEntry + [16])
        case .ifOutErrors: return ObjectIdentifier(ifEntry + [20])
        case .ifHCInOctets: return ObjectIdentifier(ifXEntry + [6])
        case .ifHCOutOctets: return ObjectIdentifier(ifXEntry + [10])
        case .ifHighSpeed: return ObjectIdentifier(ifXEntry + [15])
        case .hrStorageType: return ObjectIdentifier(hrStorageEntry + [2])
        case .hrStorageDescr: return ObjectIdentifier(hrStorageEntry + [3])
        case .hrStorageAllocationUnits: return ObjectIdentifier(hrStorageEntry + [4])
        case .hrStorageSize: return ObjectIdentifier(hrStorageEntry + [5])
        case .hrStorageUsed: return ObjectIdentifier(hrStorageEntry + [6])
        }
    }

    private static let byOID = Dictionary(uniqueKeysWithValues: allCases.map { ($0.oid, $0) })

    package init?(_ oid: ObjectIdentifier) {
        guard let known = Self.byOID[oid] else { return nil }
        self = known
    }
}

/// Objects the poller asks for whatever the modules say.
package enum StandardObject {
    /// Asked first in every poll: what tells a restart or another device, and the uptimes.
    package static let asked = [uptime, objectID, engineTime, hostUptime]

    package static let description = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 1, 0])
    package static let objectID = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 2, 0])
    package static let uptime = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 3, 0])
    package static let engineTime = ObjectIdentifier([1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0])
    package static let hostUptime = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 1, 1, 0])
    /// hrStorageRam, a value of hrStorageType.
    package static let mainMemory = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 2, 1, 2])
    /// hrStorageOther, a value of hrStorageType.
    package static let otherStorage = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 2, 1, 1])
    /// hrStorageVirtualMemory, a value of hrStorageType.
    package static let virtualMemory = ObjectIdentifier([1, 3, 6, 1, 2, 1, 25, 2, 1, 3])
    package static let interfaceName = ObjectIdentifier([1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1])
    package static let interfaceDescription = ObjectIdentifier([1, 3, 6, 1, 2, 1, 2, 2, 1, 2])
}
