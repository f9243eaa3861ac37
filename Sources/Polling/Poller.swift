package import HTTPTransport
package import MonitoringModel
package import SNMP

/// Told of each finished poll, in the order they finish; called from the poller's tasks and must not block.
package protocol PollObserver: Sendable {
    func pollFinished(_ outcome: PollOutcome)
}

/// Polls every target of the plan in its slot, appends the samples and keeps the status of each target.
package final class Poller: Sendable {
    package init(
        plan: PollPlan, snmp: SNMPClient, http: HTTPClient, appender: any SampleAppender, observer: any PollObserver,
        clock: any WallClock
    ) {
    }

    /// Polls until the task is cancelled; polls under way are then cancelled too.
    package func run() async {
    }

    /// Swaps the plan: targets that did not change keep their slot and status.
    package func update(_ plan: PollPlan) {
    }

    /// All targets, sorted by id.
    package func statuses() -> [TargetStatus] { [] }

    /// Asks one device now, outside its slot, for the status of all its interfaces (ifName, ifAdminStatus, ifOperStatus).
    /// - Parameter device: inventory id of a device with SNMP access.
    package func confirmInterfaces(of device: String) async throws(SNMPError) -> [InterfaceStatus] {
        []
    }

    /// The key of the interface with this ifIndex as the last poll saw it; nil when unknown.
    package func interface(of device: String, ifIndex: UInt32) -> String? { nil }
}
