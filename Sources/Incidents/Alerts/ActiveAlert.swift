import MonitoringModel

/// An alert that fires.
struct ActiveAlert: Sendable {
    var labels: LabelSet
    var annotations: [String: String]
    var activeAt: Timestamp
    var source: Observation.Source
    /// What the texts say is lost; nil after a restart, when only the texts are known.
    var described: Loss?

    func alert(_ state: Alert.State, resolvedAt: Timestamp? = nil) -> Alert {
        Alert(
            labels: labels, annotations: annotations, state: state, activeAt: activeAt, resolvedAt: resolvedAt)
    }

    func record(_ entity: String) -> AlertRecord {
        AlertRecord(
            entity: entity, labels: labels, annotations: annotations, activeAt: activeAt, source: source)
    }

    init(_ record: AlertRecord) {
        (labels, annotations) = (record.labels, record.annotations)
        (activeAt, source) = (record.activeAt, record.source)
    }

    init(
        labels: LabelSet, annotations: [String: String], activeAt: Timestamp, source: Observation.Source, loss: Loss
    ) {
        (self.labels, self.annotations) = (labels, annotations)
        (self.activeAt, self.source) = (activeAt, source)
        described = loss
    }
}

/// What is lost because of one cause.
struct Loss: Hashable, Sendable {
    /// Numbers of devices and of sites of which nothing is left, in the inventory's order.
    var devices: [Int] = []
    var sites: [Int] = []
}
