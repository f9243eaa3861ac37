import MonitoringModel

/// What an evaluation is bound by beside its expression.
struct QuerySettings {
    let scope: QueryScope
    /// How old the newest sample of a series may be to still count, in milliseconds.
    let lookback: Int64
    /// Of subqueries that name no step, in milliseconds.
    let subqueryStep: Int64
    let countsSamples: Bool
}
