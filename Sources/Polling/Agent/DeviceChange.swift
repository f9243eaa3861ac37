/// Something about a device that is not as the poll before found it. Told once; never a sample.
package struct DeviceChange: Hashable, Sendable {
    package enum Code: String, CaseIterable, Sendable {
        case interfaceAdded = "interface_added"
        case interfaceRemoved = "interface_removed"
        /// The same interface under another ifIndex: its history goes on.
        case interfaceRenumbered = "interface_renumbered"
        /// Another device answers at the address: another serial number or sysObjectID.
        case deviceReplaced = "device_replaced"
        case softwareChanged = "software_changed"
    }

    package var code: Code
    /// The interface; empty where the change is about the device.
    package var interface: String
    /// What it was and what it is; may hold device text, so it is escaped at output.
    package var detail: String

    package init(_ code: Code, interface: String = "", detail: String) {
        self.code = code
        self.interface = interface
        self.detail = detail
    }

    /// What changed between two polls that saw all interfaces.
    ///
    /// - Parameters: ifIndex to interface key; nothing changed where `before` is empty.
    static func interfaces(from before: [UInt32: String], to now: [UInt32: String]) -> [DeviceChange] {
        guard !before.isEmpty, before != now else { return [] }
        let old = Dictionary(before.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(now.map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var changes: [DeviceChange] = []
        for (key, index) in new.sorted(by: { $0.value < $1.value }) {
            if let earlier = old[key] {
                guard earlier != index else { continue }
                changes.append(
                    DeviceChange(.interfaceRenumbered, interface: key, detail: "ifIndex \(earlier) became \(index)"))
            } else {
                changes.append(DeviceChange(.interfaceAdded, interface: key, detail: "ifIndex \(index)"))
            }
        }
        for (key, index) in old.sorted(by: { $0.value < $1.value }) where new[key] == nil {
            changes.append(DeviceChange(.interfaceRemoved, interface: key, detail: "was ifIndex \(index)"))
        }
        return changes
    }

    /// What changed about a device that was identified anew.
    static func device(
        from before: DeviceMemory, to now: DeviceMemory
    ) -> [DeviceChange] {
        if let old = before.serial, let new = now.serial, old != new {
            return [DeviceChange(.deviceReplaced, detail: "serial number \(old) became \(new)")]
        }
        if let old = before.objectID, let new = now.objectID, old != new {
            return [DeviceChange(.deviceReplaced, detail: "sysObjectID \(old) became \(new)")]
        }
        if let old = before.software, let new = now.software, old != new {
            return [DeviceChange(.softwareChanged, detail: "\(old) became \(new)")]
        }
        return []
    }
}
