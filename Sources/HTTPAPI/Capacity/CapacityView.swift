package import CapacityPlanning
package import MonitoringModel

/// What the endpoints ask of the forecasts. Implemented by the composition root.
package protocol CapacityView: Sendable {
    /// The one made last; nil before the first.
    var outlook: CapacityOutlook? { get }

    /// Forecasts everything now; the outlook is the new one when this returns.
    ///
    /// - Throws: `StoreCareError` when a run goes on already; why it failed otherwise. Cancelling the task ends the
    ///   run.
    func run(progress: @escaping CareProgress.Handler) async throws -> CapacityRunReport
}

/// What a run did.
package struct CapacityRunReport: Hashable, Sendable, Codable {
    package var resources: Int
    /// Of these, those without a date.
    package var abstained: Int
    package var seconds: Double

    package init(resources: Int, abstained: Int, seconds: Double) {
        self.resources = resources
        self.abstained = abstained
        self.seconds = seconds
    }
}
