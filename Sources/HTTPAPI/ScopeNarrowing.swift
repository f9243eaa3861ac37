import AlertDispatch
import Inventory
package import MonitoringModel

/// What an asker who may see some sites only is told of alerts and causes: nothing that names a thing elsewhere.
///
/// A device is within the scope when its site is, a link when the devices of both its ends are; what the inventory does
/// not know is not. Texts are let through by name, so that one added to alerts later is kept back until it is looked at.
package struct ScopeNarrowing: Sendable {
    let scope: QueryScope
    private let siteOfDevice: [String: String]
    private let devicesOfLink: [String: [String]]

    /// Annotations that never name anything: which ends report, and states.
    private static let namelessAnnotations: Set<String> = ["reported_by", "flapping", "removed"]
    /// Labels that hold a device's id, with the label that tells its interface.
    private static let deviceLabels = [
        (device: "device_a", interface: "interface_a"), (device: "device_b", interface: "interface_b"),
    ]

    /// - Parameters:
    ///   - siteOfDevice: ids of sites by ids of devices.
    ///   - devicesOfLink: ids of the devices at both ends by ids of links.
    package init(scope: QueryScope, siteOfDevice: [String: String], devicesOfLink: [String: [String]]) {
        self.scope = scope
        self.siteOfDevice = siteOfDevice
        self.devicesOfLink = devicesOfLink
    }

    init(_ scope: QueryScope, inventory: CityInventory) {
        self.init(
            scope: scope,
            siteOfDevice: Dictionary(
                inventory.devices.map { ($0.id, $0.site) }, uniquingKeysWith: { first, _ in first }),
            devicesOfLink: Dictionary(
                inventory.links.map { ($0.id, [$0.a.device, $0.b.device]) }, uniquingKeysWith: { first, _ in first }))
    }

    package func includes(device id: String) -> Bool {
        scope.includes(site: siteOfDevice[id])
    }

    package func includes(link id: String) -> Bool {
        if scope == .everything { return true }
        guard let devices = devicesOfLink[id] else { return false }
        return devices.allSatisfy { includes(device: $0) }
    }

    /// The id of a standing's cause, a link or a device; "" where it may not be named.
    package func cause(_ id: String) -> String {
        if scope == .everything { return id }
        // An id is unique within its kind only: where it means a link and a device, both must be within.
        let isWithin =
            switch (siteOfDevice[id] != nil, devicesOfLink[id] != nil) {
            case (true, true): includes(device: id) && includes(link: id)
            case (true, false): includes(device: id)
            case (false, _): includes(link: id)
            }
        return isWithin ? id : ""
    }

    /// The alerts of sites within the scope, in the same order, each without what it says of other places.
    package func narrowed(_ alerts: [Alert]) -> [Alert] {
        if scope == .everything { return alerts }
        return alerts.filter { scope.includes(site: $0.labels["site"]) }.map { stripped($0) }
    }

    private func stripped(_ alert: Alert) -> Alert {
        var narrowed = alert
        let subjects = ["device_a", "device_b", "device", "instance"].compactMap { alert.labels[$0] }
        let mayNameSubjects = !subjects.isEmpty && subjects.allSatisfy { includes(device: $0) }
        narrowed.annotations = alert.annotations.filter { name, _ in
            Self.namelessAnnotations.contains(name) || (mayNameSubjects && Self.isSummary(name))
        }
        if !mayNameSubjects {
            let neutral = [alert.labels["alertname"], alert.labels["link"] ?? alert.labels["site"]]
                .compactMap { $0 }.joined(separator: " ")
            for name in alert.annotations.keys where Self.isSummary(name) { narrowed.annotations[name] = neutral }
        }
        for (device, interface) in Self.deviceLabels {
            guard let id = alert.labels[device], !includes(device: id) else { continue }
            narrowed.labels = narrowed.labels.setting(device, to: "").setting(interface, to: "")
        }
        return narrowed
    }

    /// `summary`, and `summary_vi` as the other languages.
    private static func isSummary(_ name: String) -> Bool { name == "summary" || name.hasPrefix("summary_") }
}

extension ServiceFigures {
    /// These figures for an asker of this scope: those of the service as a whole are 0 where it is not everything. The age
    /// of the newest sample stays, as a page without it would look current.
    func narrowed(to scope: QueryScope) -> ServiceFigures {
        if scope == .everything { return self }
        return ServiceFigures(
            seriesCount: 0, samplesPerSecond: 0, databaseBytes: 0, trapCount: 0, dispatch: DispatchStatus(),
            newestSample: newestSample)
    }
}
