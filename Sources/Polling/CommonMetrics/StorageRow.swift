package import SNMP

/// A row of hrStorageTable (RFC 2790), in bytes.
package struct StorageRow: Hashable, Sendable {
    package var size: Double
    package var used: Double

    /// What is wrong with a row's figures.
    package enum Problem: Error, Hashable, Sendable {
        /// No figure, allocation units of 0, or a size that means "unknown": an empty drive, a device that does not know.
        case unknown
        /// More is used than there is: a figure that did not fit its 32 bits was cut.
        case usedExceedsSize
    }

    package init(size: Double, used: Double) {
        self.size = size
        self.used = used
    }

    /// Computes sizes in bytes.
    ///
    /// The columns are Integer32, yet agents of large volumes put unsigned figures there, which read as negative: those are
    /// taken as unsigned. -1 is no figure but "unknown".
    package init(units: SNMPValue, size: SNMPValue, used: SNMPValue) throws(Problem) {
        guard let units = units.sampleValue, units > 0, let size = Self.unsigned(size), size > 0,
            let used = Self.unsigned(used)
        else { throw .unknown }
        guard used <= size else { throw .usedExceedsSize }
        self.size = size * units
        self.used = used * units
    }

    private static func unsigned(_ value: SNMPValue) -> Double? {
        switch value {
        case .integer(-1): nil
        case .integer(let number): Double(UInt32(bitPattern: number))
        default: value.sampleValue.flatMap { $0 >= 0 ? $0 : nil }
        }
    }
}
