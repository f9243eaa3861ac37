/// How far a run of a planner has come.
package struct PlanningProgress: Hashable, Sendable {
    package enum Step: String, Hashable, Sendable {
        case reading, forecasting, keeping
    }

    package var step: Step
    /// Questions while reading, resources or loads while forecasting.
    package var done: Int
    package var total: Int

    package init(step: Step, done: Int, total: Int) {
        self.step = step
        self.done = done
        self.total = total
    }
}
