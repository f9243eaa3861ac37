package import HTTPTransport
package import MonitoringModel

/// Carries alerts to receivers through the durable outbox, at least once each.
package final class Dispatcher: Sendable {
    package init(receivers: [Receiver], outbox: any OutboxStore, http: HTTPClient, clock: any WallClock) {
    }

    /// Puts one notification per receiver into the outbox and starts delivery. Returns when they are durable.
    package func dispatch(_ alerts: [Alert]) async throws {
    }

    /// Delivers until cancelled, first what a former process left.
    package func run() async {
    }

    package func update(_ receivers: [Receiver]) {
    }

    package var status: DispatchStatus { DispatchStatus() }
}
