/// The objects of one agent as they are at one moment, in increasing order of their identifiers.
///
/// A view is taken per request, so that all values of one response belong to the same moment.
package protocol ManagedObjects {
    /// The value of exactly this instance; nil when there is none.
    func value(of oid: ObjectIdentifier) -> SNMPValue?

    /// The first instance after `oid` and its value; nil at the end of the view.
    func next(after oid: ObjectIdentifier) -> VarBind?
}

extension ManagedObjects {
    /// Why `oid` has no value (RFC 3416 section 4.2.1): the object type is not implemented, or it has no such instance.
    ///
    /// The type is taken to be what is left without the last sub-identifier, which is right for scalars and for tables with
    /// one index.
    package func exception(for oid: ObjectIdentifier) -> SNMPValue {
        let type = ObjectIdentifier(Array(oid.components.dropLast()))
        guard !type.components.isEmpty, let next = next(after: type), next.oid.starts(with: type) else {
            return .noSuchObject
        }
        return .noSuchInstance
    }
}

/// Object instances in increasing order, each with a key that says where its value comes from.
///
/// Built once per device; look-ups are binary searches.
package struct ObjectIndex<Key: Sendable>: Sendable {
    /// Strictly increasing.
    package let oids: [ObjectIdentifier]
    /// One for each of `oids`.
    package let keys: [Key]

    /// Sorts; of two equal identifiers the later one wins.
    package init(_ objects: [(oid: ObjectIdentifier, key: Key)]) {
        let order = objects.indices.sorted {
            objects[$0].oid == objects[$1].oid ? $0 < $1 : objects[$0].oid < objects[$1].oid
        }
        var oids: [ObjectIdentifier] = []
        var keys: [Key] = []
        oids.reserveCapacity(order.count)
        keys.reserveCapacity(order.count)
        for position in order {
            let object = objects[position]
            if oids.last == object.oid {
                keys[keys.count - 1] = object.key
            } else {
                oids.append(object.oid)
                keys.append(object.key)
            }
        }
        self.oids = oids
        self.keys = keys
    }

    /// The position of exactly this instance.
    package func position(of oid: ObjectIdentifier) -> Int? {
        let position = firstPosition { oid < $0 || oid == $0 }
        return position < oids.count && oids[position] == oid ? position : nil
    }

    /// The position of the first instance after `oid`; nil at the end.
    package func position(after oid: ObjectIdentifier) -> Int? {
        let position = firstPosition { oid < $0 }
        return position < oids.count ? position : nil
    }

    /// The first position for which `isAtOrBeyond` holds; it holds for all later ones.
    private func firstPosition(where isAtOrBeyond: (ObjectIdentifier) -> Bool) -> Int {
        var low = 0
        var high = oids.count
        while low < high {
            let middle = (low + high) / 2
            if isAtOrBeyond(oids[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Objects that never change, such as those of a recording.
extension ObjectIndex: ManagedObjects where Key == SNMPValue {
    package func value(of oid: ObjectIdentifier) -> SNMPValue? {
        position(of: oid).map { keys[$0] }
    }

    package func next(after oid: ObjectIdentifier) -> VarBind? {
        position(after: oid).map { VarBind(oids[$0], keys[$0]) }
    }
}
