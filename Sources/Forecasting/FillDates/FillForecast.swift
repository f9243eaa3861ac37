/// When a resource is full, and why it is thought so.
package struct FillForecast: Sendable {
    /// The best distribution there is, also when the forecaster would rather not promise anything.
    package let distribution: FillDistribution
}
