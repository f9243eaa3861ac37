package import Inventory

/// What one row of a table says of a store, in its unit; nil: nothing.
package struct StoreFigures: Hashable, Sendable {
    /// The key of the row: what a pool names as its `storage`.
    package var name: String
    package var unit: ResourceUnit
    package var size: Double?
    package var used: Double?
    package var free: Double?
    /// Used share, 0...1.
    package var ratio: Double?
    package var allocated: Double?
    /// Figures of the device's maker, which are believed before those of HOST-RESOURCES-MIB.
    package var isOfVendor = false
    /// Main or virtual memory, which HOST-RESOURCES-MIB lists among the stores.
    package var isMemory = false
    /// Why there are no figures.
    package var problem: StorageRow.Problem?

    package init(name: String, unit: ResourceUnit = .bytes) {
        self.name = name
        self.unit = unit
    }

    /// Net-SNMP lists buffers and caches as storage of another kind: "Memory buffers", "Cached memory".
    static func isNameOfMemory(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.contains("memory") || name.contains("buffer")
    }

    mutating func take(_ input: CommonInput.StoreInput, _ value: Double) {
        // Of several objects that say the same the first one counts.
        switch input {
        case .amount(.size, _): size = size ?? value
        case .amount(.used, _): used = used ?? value
        case .amount(.free, _): free = free ?? value
        case .amount(.allocated, _): allocated = allocated ?? value
        case .ratio: ratio = ratio ?? value
        }
    }

    /// Size and used part, worked out from what is known.
    package func row() throws(StorageRow.Problem) -> StorageRow {
        if let problem { throw problem }
        guard let size = size ?? sum(used, free), size > 0 else { throw .unknown }
        guard let used = used ?? free.map({ size - $0 }) ?? ratio.map({ $0 * size }), used >= 0 else { throw .unknown }
        // Of bytes, more than there is means figures that were cut; licences and cores are given out beyond their number.
        guard used <= size || unit != .bytes else { throw .usedExceedsSize }
        return StorageRow(size: size, used: used)
    }

    private func sum(_ a: Double?, _ b: Double?) -> Double? {
        guard let a, let b else { return nil }
        return a + b
    }

    /// By position, the position of an earlier store that is the same one under another name: of the same size and as full, to the
    /// byte. A data store that a hypervisor mounts twice is counted once.
    package static func repetitions(_ stores: [StoreFigures]) -> [Int: Int] {
        var result: [Int: Int] = [:]
        var first: [StorageRow: Int] = [:]
        for (position, store) in stores.enumerated() {
            // A maker's own table has a row for each; HOST-RESOURCES-MIB has one for each mount.
            guard !store.isOfVendor, store.unit == .bytes, let row = try? store.row(), row.used >= 1_073_741_824 else {
                continue
            }
            if let earlier = first[row] { result[position] = earlier } else { first[row] = position }
        }
        return result
    }
}
