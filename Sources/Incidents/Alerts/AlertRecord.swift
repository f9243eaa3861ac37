package import MonitoringModel

/// What must survive a restart: the alerts that fire and why. Implemented by StateDatabase.
package protocol AlertStateStore: Sendable {
    /// Replaces everything stored; durable when it returns.
    func save(_ records: [AlertRecord]) async throws
    func load() async throws -> [AlertRecord]
}

/// One alert as stored.
package struct AlertRecord: Hashable, Sendable, Codable {
    /// `link:ID` or `device:ID`.
    package var entity: String
    package var labels: LabelSet
    package var annotations: [String: String]
    package var activeAt: Timestamp
    package var source: Observation.Source

    package init(
        entity: String, labels: LabelSet, annotations: [String: String], activeAt: Timestamp,
        source: Observation.Source
    ) {
        self.entity = entity
        self.labels = labels
        self.annotations = annotations
        self.activeAt = activeAt
        self.source = source
    }
}
