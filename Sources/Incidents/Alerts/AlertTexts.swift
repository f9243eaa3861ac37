import Inventory
import MonitoringModel

/// What alerts are called and what they say, in Vietnamese and English.
///
/// Labels identify: they hold ids and interface names only and do not change while an alert fires. Annotations explain.
struct AlertTexts {
    static let linkDown = "LinkDown"
    static let linkDisabled = "LinkAdministrativelyDown"
    static let deviceDown = "DeviceDown"
    /// Annotation of a resolved alert whose fault turned out to be part of another: `link:ID` or `device:ID`.
    static let foldedInto = "folded_into"
    /// Annotation: the ends that say the link is down, `a`, `b` or `a,b`. Read back after a restart.
    static let reportedBy = "reported_by"
    /// Annotation of a resolved alert whose subject left the inventory.
    static let removed = "removed"

    /// Annotation of an alert of a link that goes up and down: it ends when the link is stable.
    static let flapping = "flapping"

    /// Site names listed in a text; the annotations `unreachable` and `unreachable_sites` list all.
    private static let listed = 8

    let topology: Topology
    private var inventory: CityInventory { topology.inventory }

    func link(_ number: Int, _ state: LinkState, loss: Loss) -> ActiveAlert {
        let link = inventory.links[number]
        let isDisabled = state.condition == .disabled
        let far = topology.farEnd(number) == 0 ? link.a : link.b
        let site = topology.deviceNumbers[far.device].map { inventory.devices[$0].site } ?? ""
        let labels = LabelSet([
            Label("alertname", isDisabled ? Self.linkDisabled : Self.linkDown),
            Label("severity", isDisabled ? "warning" : "critical"), Label("link", link.id), Label("site", site),
            Label("device_a", link.a.device), Label("interface_a", link.a.interface),
            Label("device_b", link.b.device), Label("interface_b", link.b.interface),
        ])
        let ends = { (language: String) in
            [link.a, link.b].map { "\(self.deviceName($0.device, language)) \($0.interface)" }
                .joined(separator: " – ")
        }
        var annotations = [
            "summary": "\(isDisabled ? "Link shut down" : "Link down"): \(link.name.text("en")): \(ends("en"))",
            "summary_vi": (isDisabled ? "Đường truyền bị tắt chủ động" : "Mất đường truyền")
                + " \(link.name.text("vi")): \(ends("vi"))",
            "evidence": evidence(link, state, "en"),
            "evidence_vi": evidence(link, state, "vi"),
            Self.reportedBy: zip(["a", "b"], state.reports)
                .compactMap { $1.map { !$0.isUp || !$0.isAdministrativelyUp } == true ? $0 : nil }
                .joined(separator: ","),
        ]
        if let carrier = link.carrier { annotations["carrier"] = carrier }
        describe(loss, in: &annotations)
        let source = state.decisive?.source ?? .poll
        return ActiveAlert(
            labels: labels, annotations: annotations, activeAt: state.since ?? Timestamp(milliseconds: 0),
            source: source, loss: loss)
    }

    func device(_ number: Int, _ state: DeviceState, loss: Loss) -> ActiveAlert {
        let device = inventory.devices[number]
        let labels = LabelSet([
            Label("alertname", Self.deviceDown), Label("severity", Self.severity(device.kind)),
            Label("instance", device.id), Label("site", device.site), Label("kind", device.kind.rawValue),
        ])
        let reason = state.reason.map { " (\($0))" } ?? ""
        var annotations = [
            "summary": "\(device.name.text("en")) (\(device.address)) does not answer",
            "summary_vi": "\(device.name.text("vi")) (\(device.address)) không trả lời",
            "evidence": "\(state.misses) polls in a row missed\(reason); there is a working path to it",
            "evidence_vi":
                "\(state.misses) lần hỏi liên tiếp không trả lời\(reason); đường truyền tới thiết bị vẫn tốt",
        ]
        describe(loss, in: &annotations)
        return ActiveAlert(
            labels: labels, annotations: annotations, activeAt: state.downSince ?? Timestamp(milliseconds: 0),
            source: .poll, loss: loss)
    }

    /// Writes down what is lost, in place of what was said before.
    func describe(_ loss: Loss, in annotations: inout [String: String]) {
        let keys = ["unreachable", "unreachable_sites", "unreachable_devices", "description", "description_vi"]
        for key in keys { annotations[key] = nil }
        guard !loss.devices.isEmpty else { return }
        let names = loss.sites.map { inventory.sites[$0].name }
        annotations["unreachable_devices"] = String(loss.devices.count)
        if !names.isEmpty {
            annotations["unreachable_sites"] = loss.sites.map { inventory.sites[$0].id }.joined(separator: ",")
            annotations["unreachable"] = names.map { $0.text("vi") }.joined(separator: ", ")
        }
        let list = { (language: String, more: String) in
            names.prefix(Self.listed).map { $0.text(language) }.joined(separator: ", ")
                + (names.count > Self.listed ? " \(more) \(names.count - Self.listed)" : "")
        }
        annotations["description"] =
            "Unreachable because of it: \(Self.count(loss.devices.count, "device"))"
            + (names.isEmpty ? "" : ", \(Self.count(names.count, "whole site")): \(list("en", "and others:"))")
        annotations["description_vi"] =
            "Mất liên lạc vì sự cố này: \(loss.devices.count) thiết bị"
            + (names.isEmpty ? "" : ", trọn \(names.count) điểm: \(list("vi", "và số điểm khác:"))")
    }

    /// What a device's silence means for the city.
    private static func severity(_ kind: Device.Kind) -> String {
        switch kind {
        case .router, .firewall, .hypervisor, .array, .portal, .mail, .loadBalancer: "critical"
        case .accessSwitch, .virtualMachine, .ups, .sensor, .codec, .server, .pdu, .cooling, .controller, .accessPoint,
            .camera, .console, .conference:
            "warning"
        }
    }

    private func evidence(_ link: Link, _ state: LinkState, _ language: String) -> String {
        zip([link.a, link.b], state.reports).map { end, report in
            let name = "\(deviceName(end.device, language)) \(end.interface)"
            let isEnglish = language == "en"
            guard let report else { return "\(name): \(isEnglish ? "no word yet" : "chưa có tin")" }
            let said =
                if !report.isAdministrativelyUp {
                    isEnglish ? "administratively down" : "bị tắt chủ động"
                } else if report.isUp {
                    isEnglish ? "last known up" : "lần cuối còn thông"
                } else {
                    isEnglish ? "down" : "mất"
                }
            let source =
                switch report.source {
                case .poll: isEnglish ? "poll" : "hỏi định kỳ"
                case .trap: isEnglish ? "trap, confirmed by a poll" : "trap, đã hỏi lại để xác nhận"
                }
            return "\(name): \(said) (\(source))"
        }.joined(separator: "; ")
    }

    private func deviceName(_ id: String, _ language: String) -> String {
        topology.deviceNumbers[id].map { inventory.devices[$0].name.text(language) } ?? id
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
