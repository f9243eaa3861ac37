package import Inventory
package import MonitoringModel
package import SNMP

/// One device asked in one way: what `up` is about.
package struct PollTarget: Hashable, Sendable, Identifiable {
    package struct ID: Hashable, Comparable, Sendable, CustomStringConvertible {
        /// The label `job`: `snmp`, `page` or `scrape`.
        package var job: String
        /// The label `instance`: the device's inventory id; a second check of the same job adds `:port/path`.
        package var instance: String

        package init(job: String, instance: String) {
            self.job = job
            self.instance = instance
        }

        package static func < (lhs: ID, rhs: ID) -> Bool {
            (lhs.instance, lhs.job) < (rhs.instance, rhs.job)
        }

        package var description: String { "\(job)/\(instance)" }
    }

    package enum Access: Hashable, Sendable {
        case snmp(SNMPPeer, modules: [String])
        case http(HTTPCheck, address: IPAddress)
    }

    package var id: ID
    /// Inventory id of the device.
    package var device: String
    package var site: String
    package var access: Access
    package var interval: Duration

    package init(id: ID, device: String, site: String, access: Access, interval: Duration) {
        self.id = id
        self.device = device
        self.site = site
        self.access = access
        self.interval = interval
    }
}

/// Everything the poller works from; a reload swaps it whole.
package struct PollPlan: Sendable {
    package var targets: [PollTarget]
    package var inventory: CityInventory
    package var modules: [DeviceModule]

    package init(targets: [PollTarget], inventory: CityInventory, modules: [DeviceModule]) {
        self.targets = targets
        self.inventory = inventory
        self.modules = modules
    }
}

/// Why a poll brought less than it should. `code` is from the closed sets of `SNMPError.Code` and `HTTPTransportError.Code`,
/// or one of `http_status`, `malformed_page`, `no_module`, `overrun`.
package struct PollReason: Hashable, Sendable {
    package var code: String
    /// What was expected and found; may hold device text, so it is escaped at output.
    package var detail: String

    package init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }
}

/// ifOperStatus and ifAdminStatus of one interface as a poll saw them.
package struct InterfaceStatus: Hashable, Sendable {
    /// The interface key of design section 4.
    package var interface: String
    package var isAdministrativelyUp: Bool
    package var isOperational: Bool

    package init(interface: String, isAdministrativelyUp: Bool, isOperational: Bool) {
        self.interface = interface
        self.isAdministrativelyUp = isAdministrativelyUp
        self.isOperational = isOperational
    }
}

/// The interfaces of a device as asked for outside its slot.
package struct ConfirmedInterfaces: Hashable, Sendable {
    /// When the question was sent.
    package var time: Timestamp
    package var interfaces: [InterfaceStatus]

    package init(time: Timestamp, interfaces: [InterfaceStatus]) {
        self.time = time
        self.interfaces = interfaces
    }
}

/// What one finished poll says to those who watch states; its samples have gone to the appender already.
package struct PollOutcome: Sendable {
    package var target: PollTarget
    /// When the poll was sent.
    package var time: Timestamp
    package var duration: Duration
    package var isUp: Bool
    /// Nil when everything asked for came.
    package var reason: PollReason?
    package var sampleCount: Int
    /// All interfaces seen; empty when the target has none.
    package var interfaces: [InterfaceStatus]
    /// The poll began within its slot and ended before the next.
    package var isOnTime: Bool
    /// What is no longer as the poll before found it.
    package var changes: [DeviceChange] = []
    /// Values that were not written, because they are none.
    package var refusedCount = 0

    package init(
        target: PollTarget, time: Timestamp, duration: Duration, isUp: Bool, reason: PollReason?, sampleCount: Int,
        interfaces: [InterfaceStatus], isOnTime: Bool
    ) {
        self.target = target
        self.time = time
        self.duration = duration
        self.isUp = isUp
        self.reason = reason
        self.sampleCount = sampleCount
        self.interfaces = interfaces
        self.isOnTime = isOnTime
    }
}

/// A row of `/api/v1/targets`.
package struct TargetStatus: Sendable {
    package var target: PollTarget
    /// Nil before the first poll ended.
    package var last: PollOutcome?
    /// When the last successful poll was sent.
    package var lastSuccess: Timestamp?
    package var pollCount: Int
    package var successCount: Int
    package var onTimeCount: Int
    /// Who made the device, as its agent says; nil for HTTP targets and before the first poll.
    package internal(set) var identity: DeviceIdentity?
    /// The modules in use and why.
    package internal(set) var matches: [ModuleMatch] = []
    /// What changed about the device, newest last; the newest 50 since the service started.
    package internal(set) var changes: [(time: Timestamp, change: DeviceChange)] = []

    package init(target: PollTarget) {
        self.target = target
        self.pollCount = 0
        self.successCount = 0
        self.onTimeCount = 0
    }
}
