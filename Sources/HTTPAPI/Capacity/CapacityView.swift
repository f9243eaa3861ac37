package import CapacityPlanning
package import MonitoringModel

/// What the endpoints ask of the forecasts. Implemented by the composition root.
package protocol CapacityView: Sendable {
    /// The one made last; nil before the first.
    var outlook: CapacityOutlook? { get }

    /// Of loads; nil before the first.
    var loads: LoadOutlook? { get }

    /// Forecasts everything now; the outlooks are the new ones when this returns.
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
    /// Series whose week was forecast by the hour.
    package var loads: Int
    /// Why loads could not be forecast, while resources were; nil when they were.
    package var loadProblem: String?
    package var seconds: Double

    package init(resources: Int, abstained: Int, loads: Int, loadProblem: String?, seconds: Double) {
        self.resources = resources
        self.abstained = abstained
        self.loads = loads
        self.loadProblem = loadProblem
        self.seconds = seconds
    }
}
