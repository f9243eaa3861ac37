/// What a caller asked for, as a state machine without I/O: answers in, next questions out.
enum Operation {
    /// What to do after an answer.
    enum Step {
        /// Send this; the request-id is filled in by the sender.
        case ask(PDU)
        case finished([VarBind])
        case failed(SNMPError)
        /// Not an answer to what was asked: keep waiting for one.
        case unusable(SNMPError)
    }

    case get(GetOperation)
    case walk(WalkOperation)
    case read(ReadOperation)

    mutating func start() -> Step {
        switch self {
        case .get(var get):
            defer { self = .get(get) }
            return get.next()
        case .walk(let walk):
            return .ask(walk.request())
        case .read(var read):
            defer { self = .read(read) }
            return read.start()
        }
    }

    /// - Parameters:
    ///   - varBinds: a reader of the list's contents.
    ///   - size: bytes of the datagram.
    /// - Throws: `.malformedReply`: the operation is as it was.
    mutating func receive(_ head: PDUHead, _ varBinds: BERReader, size: Int) throws(SNMPError) -> Step {
        var list = varBinds
        switch self {
        case .get(var get):
            defer { self = .get(get) }
            return get.receive(PDU(head, try list.remainingVarBinds()))
        case .walk(var walk):
            defer { self = .walk(walk) }
            return walk.receive(PDU(head, try list.remainingVarBinds()), size: size)
        case .read(var read):
            // Moved out and back, so that what it holds is not copied.
            self = .walk(WalkOperation.none)
            defer { self = .read(read) }
            return try read.receive(head, varBinds, size: size)
        }
    }

    /// The same question for a shorter answer; nil when it cannot be made shorter.
    mutating func smaller() -> PDU? {
        switch self {
        case .get: return nil
        case .walk(var walk):
            defer { self = .walk(walk) }
            return walk.smaller()
        case .read(var read):
            self = .walk(WalkOperation.none)
            defer { self = .read(read) }
            return read.smaller()
        }
    }
}

/// The error-status numbers (RFC 3416 section 3).
enum ErrorStatus {
    static let tooBig: Int32 = 1
    static let noSuchName: Int32 = 2

    private static let names = [
        "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
        "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
        "undoFailed", "authorizationError", "notWritable", "inconsistentName",
    ]

    static func error(_ status: Int32, about oid: ObjectIdentifier?) -> SNMPError {
        let name = names.indices.contains(Int(status)) ? names[Int(status)] : "error-status \(status)"
        return SNMPError(.errorStatus, name + (oid.map { " at \($0)" } ?? ""))
    }
}

/// Reads instances, or those that follow them, in as few messages as they fit into.
struct GetOperation {
    private let oids: [ObjectIdentifier]
    /// GETNEXT instead of GET.
    private let isNext: Bool
    private var results: [VarBind?]
    /// Indices not yet asked, last first.
    private var waiting: [Int]
    /// Indices in the question that is out.
    private var asked: [Int] = []
    /// Instances in one message at most; halved by tooBig.
    private var batch = 60

    /// Bytes of names in one message: with values about as long again, an answer stays below an Ethernet frame.
    private static let nameBytes = 700

    init(_ oids: [ObjectIdentifier], isNext: Bool = false) {
        self.oids = oids
        self.isNext = isNext
        results = Array(repeating: nil, count: oids.count)
        waiting = Array(oids.indices.reversed())
    }

    mutating func next() -> Operation.Step {
        asked = []
        var size = 0
        while let index = waiting.last, asked.count < batch {
            size += 6 + oids[index].components.count
            guard asked.isEmpty || size <= Self.nameBytes else { break }
            asked.append(index)
            waiting.removeLast()
        }
        guard !asked.isEmpty else {
            return .finished(zip(oids, results).map { $1 ?? VarBind($0, nothing) })
        }
        return .ask(PDU(isNext ? .getNext : .get, requestID: 0, varBinds: asked.map { VarBind(oids[$0]) }))
    }

    private var nothing: SNMPValue { isNext ? .endOfMibView : .noSuchObject }

    /// Agents whose table ends may repeat the identifier asked for, with an exception.
    private func isAnswer(_ varBind: VarBind, to oid: ObjectIdentifier) -> Bool {
        isNext ? oid < varBind.oid || varBind.value.isException : varBind.oid == oid
    }

    mutating func receive(_ pdu: PDU) -> Operation.Step {
        switch pdu.errorStatus {
        case 0:
            guard pdu.varBinds.count == asked.count else {
                return .unusable(
                    SNMPError(
                        .malformedReply, "expected \(asked.count) variable bindings, found \(pdu.varBinds.count)"))
            }
            for (index, varBind) in zip(asked, pdu.varBinds) where !isAnswer(varBind, to: oids[index]) {
                return .unusable(
                    SNMPError(
                        .malformedReply,
                        "expected \(isNext ? "an identifier after " : "")\(oids[index]), found \(varBind.oid)"))
            }
            for (index, varBind) in zip(asked, pdu.varBinds) { results[index] = varBind }
            return next()
        case ErrorStatus.tooBig where asked.count > 1:
            batch = asked.count / 2
            waiting += asked.reversed()
            return next()
        case ErrorStatus.noSuchName:
            // With v1 one missing instance spoils the whole answer; it is left out and the rest asked again.
            let missing = Int(pdu.errorIndex) - 1
            if asked.indices.contains(missing) || asked.count == 1 {
                let position = asked.count == 1 ? 0 : missing
                results[asked[position]] = VarBind(oids[asked[position]], nothing)
                asked.remove(at: position)
            } else {
                batch = 1
            }
            waiting += asked.reversed()
            return next()
        default:
            let index = Int(pdu.errorIndex) - 1
            return .failed(
                ErrorStatus.error(pdu.errorStatus, about: asked.indices.contains(index) ? oids[asked[index]] : nil))
        }
    }
}

/// Reads a subtree in increasing order, and no further than its limits.
struct WalkOperation {
    private let root: ObjectIdentifier
    private let limits: WalkLimits
    /// GETNEXT only: SNMPv1.
    private let isSingle: Bool
    private var last: ObjectIdentifier
    private var rows: [VarBind] = []
    private var bytes = 0
    private var repetitions: Int

    /// Stands where an operation is being changed.
    static let none = WalkOperation(
        root: ObjectIdentifier([0]), limits: WalkLimits(), maxRepetitions: 1, isSingle: true)

    init(root: ObjectIdentifier, limits: WalkLimits, maxRepetitions: Int, isSingle: Bool) {
        self.root = root
        self.limits = limits
        self.isSingle = isSingle
        last = root
        // Beyond some thousands no answer fits a datagram.
        repetitions = min(max(maxRepetitions, 1), 10_000)
    }

    func request() -> PDU {
        isSingle
            ? PDU(.getNext, requestID: 0, varBinds: [VarBind(last)])
            : PDU(.getBulk, requestID: 0, errorIndex: Int32(repetitions), varBinds: [VarBind(last)])
    }

    mutating func smaller() -> PDU? {
        guard !isSingle, repetitions > 1 else { return nil }
        repetitions /= 2
        return request()
    }

    mutating func receive(_ pdu: PDU, size: Int) -> Operation.Step {
        switch pdu.errorStatus {
        case 0: break
        case ErrorStatus.tooBig:
            guard let request = smaller() else { return .failed(ErrorStatus.error(pdu.errorStatus, about: last)) }
            return .ask(request)
        case ErrorStatus.noSuchName: return .finished(rows)
        default: return .failed(ErrorStatus.error(pdu.errorStatus, about: last))
        }
        // Some agents answer with nothing at all when the answer would be too big.
        guard !pdu.varBinds.isEmpty else {
            guard let request = smaller() else {
                return .unusable(SNMPError(.malformedReply, "expected a variable binding after \(last), found none"))
            }
            return .ask(request)
        }
        bytes += size
        for varBind in pdu.varBinds {
            // Leaving the subtree ends the walk before order is looked at: some agents start over behind their last object.
            guard varBind.oid.starts(with: root), !varBind.value.isException else { return .finished(rows) }
            guard last < varBind.oid else {
                return .failed(
                    SNMPError(.oidNotIncreasing, "expected an identifier after \(last), found \(varBind.oid)"))
            }
            guard rows.count < limits.rows else {
                return .failed(SNMPError(.walkLimit, "more than \(limits.rows) rows below \(root)"))
            }
            last = varBind.oid
            rows.append(varBind)
        }
        guard bytes <= limits.bytes else {
            return .failed(SNMPError(.walkLimit, "more than \(limits.bytes) bytes below \(root)"))
        }
        return .ask(request())
    }
}
