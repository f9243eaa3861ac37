import Inventory
import MonitoringModel

/// A target with everything from the plan that its polls depend on.
struct TargetContext: Sendable {
    var target: PollTarget
    var parts: DeclaredParts
    var modules: [DeviceModule]
    /// Changes with the plan's modules, so that contexts compare without comparing all modules.
    var modulesVersion: Int

    init(target: PollTarget, parts: DeclaredParts, modules: [DeviceModule], modulesVersion: Int = 0) {
        self.target = target
        self.parts = parts
        self.modules = modules
        self.modulesVersion = modulesVersion
    }

    /// Whether series written for `other` go on under this context: the same target labels.
    func keepsSeries(of other: TargetContext) -> Bool {
        target.id == other.target.id && target.site == other.target.site
    }

    /// Whether what was learnt of the agent still holds.
    func keepsAgent(of other: TargetContext) -> Bool {
        target.access == other.target.access && modulesVersion == other.modulesVersion
    }

    /// Texts of the inventory about the target, the labels of `target_info`.
    var infoLabels: [Label] {
        guard let device = parts.device else { return [] }
        return [
            Label("address", device.address.description), Label("kind", device.kind.rawValue),
            Label("vendor", device.vendor ?? ""), Label("model", device.model ?? ""),
            Label("name", device.name.vietnamese),
        ]
    }
}
