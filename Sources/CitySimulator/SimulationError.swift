/// Why the simulated city cannot be built, started or changed.
package struct SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The inventory or its credentials do not fit together: fix the input.
        case inventory
        /// A device has an address that has no place on loopback: fix the input.
        case address
        /// A fault that is not one: fix the text.
        case fault
        /// A socket could not be opened or used.
        case system
    }

    package var code: Code
    /// What was expected and found. Never a secret.
    package var detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { detail }
}
