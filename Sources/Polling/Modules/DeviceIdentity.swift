package import Inventory

/// Who made a device and what it is, as its agent and the modules say.
package struct DeviceIdentity: Hashable, Sendable {
    package var kind: Device.Kind?
    package var vendor: String?
    package var model: String?
    package var software: String?
    package var serial: String?

    package init() {}
}
