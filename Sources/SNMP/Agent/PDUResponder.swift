/// error-status values of RFC 3416 section 3.
private enum Refusal {
    static let tooBig: Int32 = 1
    static let noSuchName: Int32 = 2
    static let noAccess: Int32 = 6
    static let notWritable: Int32 = 17
}

/// The response PDU to a request PDU (RFC 3416 section 4.2, RFC 1157 section 4.1 for SNMPv1).
struct PDUResponder<Objects: ManagedObjects> {
    let objects: Objects
    let isVersion1: Bool
    /// Bytes the variable bindings of a response may take.
    let maximumListBytes: Int
    let maximumRepetitions: Int

    /// Nil for what is not a request.
    func response(to request: PDU) -> PDU? {
        switch request.kind {
        case .get: answer(request) { getValue($0) }
        case .getNext: answer(request) { nextBinding($0) }
        case .getBulk: isVersion1 ? nil : bulkAnswer(request)
        case .set: refusal(request)
        case .response, .inform, .trap, .report: nil
        }
    }

    /// One binding for each of the request's; all of them or an error.
    private func answer(_ request: PDU, _ binding: (ObjectIdentifier) -> VarBind?) -> PDU {
        var bindings: [VarBind] = []
        bindings.reserveCapacity(request.varBinds.count)
        var bytes = 0
        for (index, asked) in request.varBinds.enumerated() {
            guard let found = binding(asked.oid) else {
                return failure(request, Refusal.noSuchName, at: index)
            }
            bytes += found.encodedBytes
            if bytes > maximumListBytes {
                // Version 2 leaves the list empty, version 1 repeats the request's.
                return PDU(
                    .response, requestID: request.requestID, errorStatus: Refusal.tooBig,
                    varBinds: isVersion1 ? request.varBinds : [])
            }
            bindings.append(found)
        }
        return PDU(.response, requestID: request.requestID, varBinds: bindings)
    }

    /// Nil only in version 1: noSuchName.
    private func getValue(_ oid: ObjectIdentifier) -> VarBind? {
        if let value = objects.value(of: oid) {
            // Version 1 has no Counter64 (RFC 3584 section 4.2.2.1).
            if isVersion1, case .counter64 = value { return nil }
            return VarBind(oid, value)
        }
        return isVersion1 ? nil : VarBind(oid, objects.exception(for: oid))
    }

    /// Nil only in version 1: noSuchName at the end of the view.
    private func nextBinding(_ oid: ObjectIdentifier) -> VarBind? {
        var position = oid
        while let next = objects.next(after: position) {
            if isVersion1, case .counter64 = next.value {
                position = next.oid
                continue
            }
            return next
        }
        return isVersion1 ? nil : VarBind(oid, .endOfMibView)
    }

    /// GETBULK (RFC 3416 section 4.2.3): bindings that do not fit are left out at the end.
    private func bulkAnswer(_ request: PDU) -> PDU {
        let nonRepeaters = min(max(0, Int(request.errorStatus)), request.varBinds.count)
        let repetitions = min(max(0, Int(request.errorIndex)), maximumRepetitions)
        var bindings: [VarBind] = []
        var bytes = 0
        func append(_ binding: VarBind) -> Bool {
            bytes += binding.encodedBytes
            guard bytes <= maximumListBytes else { return false }
            bindings.append(binding)
            return true
        }
        var isFull = false
        for asked in request.varBinds.prefix(nonRepeaters) where !isFull {
            isFull = !append(objects.next(after: asked.oid) ?? VarBind(asked.oid, .endOfMibView))
        }
        var positions = request.varBinds.dropFirst(nonRepeaters).map { (oid: $0.oid, isAtEnd: false) }
        for _ in 0..<repetitions where !isFull && !positions.isEmpty {
            for index in positions.indices where !isFull {
                let oid = positions[index].oid
                let next = positions[index].isAtEnd ? nil : objects.next(after: oid)
                positions[index] = (next?.oid ?? oid, next == nil)
                isFull = !append(next ?? VarBind(oid, .endOfMibView))
            }
            if positions.allSatisfy(\.isAtEnd) { break }
        }
        if bindings.isEmpty && !request.varBinds.isEmpty && isFull {
            return PDU(.response, requestID: request.requestID, errorStatus: Refusal.tooBig)
        }
        return PDU(.response, requestID: request.requestID, varBinds: bindings)
    }

    /// Nothing is writable here.
    private func refusal(_ request: PDU) -> PDU {
        let isKnown = request.varBinds.first.map { objects.value(of: $0.oid) != nil } ?? false
        let status = isVersion1 ? Refusal.noSuchName : isKnown ? Refusal.notWritable : Refusal.noAccess
        return failure(request, status, at: 0)
    }

    private func failure(_ request: PDU, _ status: Int32, at index: Int) -> PDU {
        PDU(
            .response, requestID: request.requestID, errorStatus: status,
            errorIndex: Int32(truncatingIfNeeded: min(index + 1, request.varBinds.count)), varBinds: request.varBinds)
    }
}

extension VarBind {
    /// Bytes this binding takes in a message, or a few more.
    var encodedBytes: Int {
        // Headers of binding and value, 4 bytes each at most for what fits a datagram.
        8 + oid.encodedBytes + value.contentBytes
    }
}

extension ObjectIdentifier {
    /// Bytes of the identifier with its header.
    fileprivate var encodedBytes: Int {
        var bytes = 3
        for component in components.dropFirst() {
            bytes += component < 0x80 ? 1 : component < 0x4000 ? 2 : component < 0x20_0000 ? 3 : 5
        }
        return bytes
    }
}

extension SNMPValue {
    /// Bytes of the value without its header, or a few more.
    fileprivate var contentBytes: Int {
        switch self {
        case .integer, .counter32, .gauge32, .timeTicks, .ipAddress: 5
        case .counter64: 9
        case .octetString(let bytes), .opaque(let bytes): bytes.count
        case .objectIdentifier(let oid): oid.encodedBytes
        case .null, .noSuchObject, .noSuchInstance, .endOfMibView: 0
        }
    }
}
