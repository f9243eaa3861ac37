package import SNMP
package import TestSupport

/// Decodes bytes with every decoder of this package, and with libsnmp, and says where they disagree. One thread at a time.
package struct DecoderCheck {
    /// Messages of v1 and v2c that both read, that both refuse, and that only one reads, for a reason that is known.
    package private(set) var bothRead = 0
    package private(set) var bothRefuse = 0
    package private(set) var onlyOursReads = 0
    package private(set) var onlyTheirsReads = 0

    private var traps: TrapDecoder
    private let keys: LocalizedKeys
    private let plan: ReadPlan
    private let start = ContinuousClock.now

    /// What `seed` messages are about, so that readings find cells in them.
    package static let columns = (1...3).map { ObjectIdentifier([1, 3, 6, 1, 2, 1, 2, 2, 1, UInt32($0)]) }
    private static let engineID: [UInt8] = [0x80, 0, 0, 0, 5, 1]
    private static let source = SNMPEndpoint(address: [127, 0, 0, 1], port: 161)

    package init() throws(SNMPError) {
        let user = USMUser(
            name: "user",
            security: .authPriv(USMUser.Secret(.sha, "a phrase to prove"), USMUser.Secret(.aes, "a phrase to hide")))
        let nobody = USMUser(name: "nobody", security: .noAuthNoPriv)
        keys = try LocalizedKeys(user, engineID: Self.engineID)
        traps = try TrapDecoder(
            credentials: [.v2c(community: "public"), .v3(user), .v3(nobody)],
            identity: EngineIdentity(id: Self.engineID, boots: 1), start: start)
        plan = ReadPlan(instances: [], columns: Self.columns)
    }

    /// Nil when all is well.
    package mutating func disagreement(_ bytes: [UInt8]) -> String? {
        // Also what a wrong key makes of an encrypted PDU.
        if let scoped = try? ScopedPDU(decoding: bytes), let complaint = Self.complaint(scoped) { return complaint }
        if case .some(.v3) = try? SNMPVersion(of: bytes) { return secureComplaint(bytes) ?? trapComplaint(bytes, nil) }
        let ours: CommunityMessage?
        var refusal = ""
        do throws(SNMPError) {
            ours = try CommunityMessage(decoding: bytes)
        } catch {
            guard error.code == .malformedReply else { return "refused with \(error)" }
            ours = nil
            refusal = error.detail
        }
        return communityComplaint(bytes, ours, refusal) ?? trapComplaint(bytes, ours) ?? readingComplaint(bytes, ours)
    }

    // MARK: Community messages

    private mutating func communityComplaint(
        _ bytes: [UInt8], _ ours: CommunityMessage?, _ refusal: String
    ) -> String? {
        if let ours {
            guard let again = try? CommunityMessage(decoding: ours.encoded()), again == ours else {
                return "encoded and decoded again, \(ours) is another"
            }
        }
        let theirs = WitnessPDU(parsing: bytes)
        switch (ours, theirs) {
        case (nil, nil): bothRefuse += 1
        case (let ours?, let theirs?):
            bothRead += 1
            return Self.difference(ours, theirs)
        case (let ours?, nil):
            onlyOursReads += 1
            return Self.isKnownLaxness(ours, bytes) ? nil : "only we read it: \(ours)"
        case (nil, _?):
            onlyTheirsReads += 1
            let isKnown = Self.knownStrictness.contains { refusal.contains($0) }
            return isKnown ? nil : "only libsnmp reads it; \(refusal)"
        }
        return nil
    }

    private static func difference(_ ours: CommunityMessage, _ theirs: WitnessPDU) -> String? {
        switch ours.content {
        case .trapV1(let trap):
            guard let found = theirs.trapV1 else { return nil }
            return found == trap ? nil : "ours \(trap)\ntheirs \(found)"
        case .pdu(let pdu):
            guard let found = theirs.pdu else { return nil }
            return found == pdu ? nil : "ours \(pdu)\ntheirs \(found)"
        }
    }

    /// Parts of our reasons to refuse what libsnmp reads.
    private static let knownStrictness = [
        // libsnmp ignores what lies behind the last element it wants, inside a PDU, a list or a binding.
        "expected the end of",
        // libsnmp takes the low 32 bits of a longer number.
        "of 32 bits",
        // libsnmp takes other types of strings and of unsigned numbers as well.
        "expected a community", "expected an agent-addr", "expected a time-stamp",
    ]

    /// Whether libsnmp is known to refuse what we read.
    private static func isKnownLaxness(_ message: CommunityMessage, _ bytes: [UInt8]) -> Bool {
        // libsnmp keeps at most 256 bytes of a community.
        if message.community.count > 256 { return true }
        var list = bytes[...]
        return Self.hasSloppyValue(&list)
    }

    /// Whether there is, in elements that we have read, a value which libsnmp refuses and we read as `BERReader` says.
    private static func hasSloppyValue(_ list: inout ArraySlice<UInt8>) -> Bool {
        while let tag = list.popFirst(), var length = list.popFirst().map({ Int($0) }) {
            if length > 0x80 {
                let octets = list.prefix(length - 0x80)
                list.removeFirst(octets.count)
                // libsnmp takes at most four bytes of a length.
                if octets.count > 4 { return true }
                length = octets.reduce(0) { $0 << 8 | Int($1) }
            }
            var contents = list.prefix(length)
            list.removeFirst(contents.count)
            switch tag {
            case 0x02 where length == 0 || length > 8: return true
            // Padding of unsigned numbers: libsnmp takes one zero beyond its 64 bits.
            case 0x41, 0x42, 0x43, 0x46, 0x47:
                // An empty Counter64 it reads as we do.
                if length > 9 || length == 9 && contents.first != 0 || length == 0 && tag != 0x46 { return true }
            case 0x40 where length != 4: return true
            // A BIT STRING says first how many bits of its last byte are unused.
            case 0x03 where contents.first ?? 8 > 7: return true
            case 0x30, 0xA0...0xA8: if hasSloppyValue(&contents) { return true }
            default: break
            }
        }
        return false
    }

    // MARK: SNMPv3

    private static func complaint(_ scoped: ScopedPDU) -> String? {
        guard let again = try? ScopedPDU(decoding: scoped.encoded()), again == scoped else {
            return "encoded and decoded again, \(scoped) is another"
        }
        return nil
    }

    /// libsnmp reads SNMPv3 only for users it was told of, so its opinion is asked about the PDU alone, in a message of v2c.
    private func secureComplaint(_ bytes: [UInt8]) -> String? {
        guard let message = try? SecureMessage(decoding: bytes) else { return nil }
        _ = message.isAuthentic(keys)
        guard let scoped = try? message.scopedPDU(keys) else { return nil }
        if let complaint = Self.complaint(scoped) { return complaint }
        for flags: UInt8 in [0, 1, 3] {
            let copy = SecureMessage(
                messageID: message.messageID, flags: flags, engineID: message.engineID, boots: message.boots,
                time: message.time, userName: message.userName, scoped: scoped)
            guard let sealed = try? copy.encoded(keys: keys, salt: 7),
                let opened = try? SecureMessage(decoding: sealed),
                flags == 0 || opened.isAuthentic(keys), (try? opened.scopedPDU(keys)) == scoped,
                opened.messageID == message.messageID, opened.engineID == message.engineID,
                opened.boots == message.boots, opened.time == message.time, opened.userName == message.userName
            else { return "sealed with flags \(flags) and opened again, the message is another: \(scoped)" }
        }
        let plain = CommunityMessage(version: .v2c, community: [], content: .pdu(scoped.pdu))
        guard let theirs = WitnessPDU(parsing: plain.encoded()) else { return "libsnmp refuses \(scoped.pdu)" }
        return Self.difference(plain, theirs)
    }

    // MARK: Traps

    /// An event is of a message that our other decoder reads, and has its bindings.
    private mutating func trapComplaint(_ bytes: [UInt8], _ message: CommunityMessage?) -> String? {
        guard case .event(let event, let reply) = traps.decode(bytes, from: Self.source, now: start) else { return nil }
        guard event.isAuthentic else { return "an event that is not authentic" }
        let pdu: PDU
        switch message?.content {
        case .trapV1(let trap)?:
            let isWhole = event.uptime == trap.uptime && event.varBinds.starts(with: trap.varBinds)
            return isWhole && reply == nil ? nil : "\(trap) became \(event)"
        case .pdu(let found)?: pdu = found
        case nil:
            guard let found = try? SecureMessage(decoding: bytes).scopedPDU(keys).pdu else {
                return "an event of no message: \(event)"
            }
            pdu = found
        }
        guard pdu.kind == .trap || pdu.kind == .inform, (reply != nil) == (pdu.kind == .inform),
            event.varBinds.allSatisfy(pdu.varBinds.contains),
            pdu.varBinds.contains(where: { $0.value == .objectIdentifier(event.trapOID) })
        else { return "\(pdu) became \(event)" }
        return nil
    }

    // MARK: Readings

    /// Both ways of a reading bring the cells that the list has.
    private func readingComplaint(_ bytes: [UInt8], _ message: CommunityMessage?) -> String? {
        guard let first = AgentReading.ofOneAnswer(bytes, plan) else { return nil }
        let second = AgentReading.ofOneAnswer(bytes, plan, memory: first.reading.memory)
        guard case .pdu(let pdu)? = message?.content, pdu.errorStatus == 0, !pdu.varBinds.isEmpty else { return nil }
        for found in [first, second].compactMap({ $0 }) {
            let expected = cells(pdu.varBinds, asked: found.asked)
            for (position, column) in plan.columns.enumerated() {
                let values = found.reading.columns[position]
                let rows = values.map { values in (0..<values.rows.count).map { values.rows.index($0) } }
                guard rows == expected[column]?.map(\.row), values?.values == expected[column]?.map(\.value) else {
                    return "column \(column): expected \(String(describing: expected[column])), found "
                        + "\(String(describing: rows)) \(String(describing: values?.values))"
                }
            }
        }
        return nil
    }

    /// The cells of each column in a list; none of a column whose names do not rise.
    private func cells(
        _ varBinds: [VarBind], asked: [ObjectIdentifier]
    ) -> [ObjectIdentifier: [(row: [UInt32], value: SNMPValue)]] {
        var cells = Dictionary(uniqueKeysWithValues: plan.columns.map { ($0, [(row: [UInt32], value: SNMPValue)]()) })
        var over: Set<ObjectIdentifier> = []
        for (position, varBind) in varBinds.enumerated() {
            let column = asked[position % asked.count]
            guard !over.contains(column) else { continue }
            guard varBind.oid.starts(with: column), !varBind.value.isException else {
                over.insert(column)
                continue
            }
            let row = Array(varBind.oid.components.dropFirst(column.components.count))
            guard (cells[column]?.last?.row ?? []).lexicographicallyPrecedes(row) else {
                over.insert(column)
                cells[column] = nil
                continue
            }
            cells[column]?.append((row, varBind.value))
        }
        return cells
    }

    // MARK: Seeds

    /// A valid message of any kind.
    package static func seed(_ generator: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0...4, using: &generator) {
        case 0:
            let scoped = ScopedPDU(
                contextEngineID: engineID, contextName: generator.bytes(upTo: 4),
                pdu: generator.pdu([.get, .response, .report, .trap, .inform]))
            let message = SecureMessage(
                messageID: 1, flags: Bool.random(using: &generator) ? 4 : 0, engineID: engineID, boots: 1, time: 0,
                userName: Array("nobody".utf8), scoped: scoped)
            return (try? message.encoded(keys: nil, salt: 0)) ?? []
        case 1:
            var pdu = generator.pdu([.trap, .inform])
            pdu.varBinds.insert(
                VarBind(ObjectIdentifier([1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0]), .objectIdentifier(TrapEvent.linkDown)),
                at: 0)
            return CommunityMessage(version: .v2c, community: Array("public".utf8), content: .pdu(pdu)).encoded()
        case 2:
            var pdu = PDU(.response, requestID: 1)
            for row in 0..<UInt32.random(in: 0...6, using: &generator) {
                for column in columns { pdu.varBinds.append(VarBind(column.appending(row * 50), generator.value())) }
            }
            return CommunityMessage(version: .v2c, community: Array("public".utf8), content: .pdu(pdu)).encoded()
        default:
            var message = generator.message()
            if Bool.random(using: &generator) { message.community = Array("public".utf8) }
            return message.encoded()
        }
    }

    /// A few bytes changed, removed, put in or repeated.
    package static func mutated(_ seed: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &generator)
            let telling: [UInt8] = [0, 0x80, 0xFF, 0x82, .random(in: .min ... .max, using: &generator)]
            let byte = telling.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0...5, using: &generator) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(byte, at: place)
            case 2: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            case 3: bytes[place] &+= Bool.random(using: &generator) ? 1 : 255
            case 4: bytes += bytes[place...].prefix(20)
            default: bytes[place] = byte
            }
        }
        return bytes
    }
}
