/// The tags SNMP uses (RFC 2578 section 7.1, RFC 3416 section 3).
enum BERTag {
    static let integer: UInt8 = 0x02
    static let octetString: UInt8 = 0x04
    static let null: UInt8 = 0x05
    static let objectIdentifier: UInt8 = 0x06
    static let sequence: UInt8 = 0x30
    static let ipAddress: UInt8 = 0x40
    static let counter32: UInt8 = 0x41
    static let gauge32: UInt8 = 0x42
    static let timeTicks: UInt8 = 0x43
    static let opaque: UInt8 = 0x44
    static let counter64: UInt8 = 0x46
    static let noSuchObject: UInt8 = 0x80
    static let noSuchInstance: UInt8 = 0x81
    static let endOfMibView: UInt8 = 0x82
    static let trapV1: UInt8 = 0xA4

    /// BIT STRING, NsapAddress and UInteger32 of withdrawn standards; some old agents still send them.
    static let bitString: UInt8 = 0x03
    static let nsapAddress: UInt8 = 0x45
    static let uinteger32: UInt8 = 0x47
}

/// Writes BER from the end towards the start, so that every length is known when its header is written.
///
/// Elements are therefore written last to first: the contents of a sequence, then its header by `wrap`.
struct BERWriter {
    private var backwards: [UInt8] = []

    init() {
        backwards.reserveCapacity(256)
    }

    /// Bytes written so far: the mark to pass to `wrap`.
    var count: Int { backwards.count }

    /// The encoding, in order.
    var bytes: [UInt8] {
        let count = backwards.count
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            for index in 0..<count { bytes.initializeElement(at: index, to: backwards[count - 1 - index]) }
            initialized = count
        }
    }

    /// Puts a header before everything written since `mark`.
    mutating func wrap(_ tag: UInt8, since mark: Int) {
        let length = backwards.count - mark
        if length < 0x80 {
            backwards.append(UInt8(truncatingIfNeeded: length))
        } else {
            var rest = length
            var octets: UInt8 = 0
            while rest > 0 {
                backwards.append(UInt8(truncatingIfNeeded: rest))
                rest >>= 8
                octets += 1
            }
            backwards.append(0x80 | octets)
        }
        backwards.append(tag)
    }

    mutating func write(_ tag: UInt8, bytes: [UInt8]) {
        let mark = count
        backwards.append(contentsOf: bytes.reversed())
        wrap(tag, since: mark)
    }

    /// A whole element that is encoded already.
    mutating func write(encoded element: [UInt8]) {
        backwards.append(contentsOf: element.reversed())
    }

    mutating func write(signed value: Int32) {
        let mark = count
        var rest = value
        repeat {
            backwards.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        } while rest != 0 && rest != -1
        // The sign is the top bit of the first byte.
        if (rest == 0) == (backwards[backwards.count - 1] & 0x80 != 0) {
            backwards.append(UInt8(truncatingIfNeeded: rest))
        }
        wrap(BERTag.integer, since: mark)
    }

    mutating func write(_ tag: UInt8, unsigned value: UInt64) {
        let mark = count
        var rest = value
        repeat {
            backwards.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        } while rest != 0
        if backwards[backwards.count - 1] & 0x80 != 0 { backwards.append(0) }
        wrap(tag, since: mark)
    }

    /// Fewer than two sub-identifiers are filled up with zeros, as BER has no shorter identifier.
    mutating func write(_ oid: ObjectIdentifier) {
        let mark = count
        writeContents(oid)
        wrap(BERTag.objectIdentifier, since: mark)
    }

    private mutating func writeContents(_ oid: ObjectIdentifier) {
        let components = oid.components
        var index = components.count - 1
        while index >= 2 {
            writeSubIdentifier(UInt64(components[index]))
            index -= 1
        }
        let first = UInt64(components.first ?? 0)
        let second = components.count > 1 ? UInt64(components[1]) : 0
        writeSubIdentifier(first * 40 + second)
    }

    /// The contents of an identifier's encoding, without tag and length.
    static func contents(of oid: ObjectIdentifier) -> [UInt8] {
        var writer = BERWriter()
        writer.writeContents(oid)
        return writer.bytes
    }

    private mutating func writeSubIdentifier(_ value: UInt64) {
        backwards.append(UInt8(truncatingIfNeeded: value & 0x7F))
        var rest = value >> 7
        while rest != 0 {
            backwards.append(UInt8(truncatingIfNeeded: rest & 0x7F) | 0x80)
            rest >>= 7
        }
    }

    mutating func write(_ value: SNMPValue) {
        switch value {
        case .integer(let number): write(signed: number)
        case .octetString(let bytes): write(BERTag.octetString, bytes: bytes)
        case .null: writeEmpty(BERTag.null)
        case .objectIdentifier(let oid): write(oid)
        case .ipAddress(let bytes): write(BERTag.ipAddress, bytes: bytes)
        case .counter32(let number): write(BERTag.counter32, unsigned: UInt64(number))
        case .gauge32(let number): write(BERTag.gauge32, unsigned: UInt64(number))
        case .timeTicks(let number): write(BERTag.timeTicks, unsigned: UInt64(number))
        case .opaque(let bytes): write(BERTag.opaque, bytes: bytes)
        case .counter64(let number): write(BERTag.counter64, unsigned: number)
        case .noSuchObject: writeEmpty(BERTag.noSuchObject)
        case .noSuchInstance: writeEmpty(BERTag.noSuchInstance)
        case .endOfMibView: writeEmpty(BERTag.endOfMibView)
        }
    }

    private mutating func writeEmpty(_ tag: UInt8) {
        wrap(tag, since: count)
    }

    mutating func write(_ varBinds: [VarBind]) {
        let list = count
        for varBind in varBinds.reversed() {
            let mark = count
            write(varBind.value)
            write(varBind.oid)
            wrap(BERTag.sequence, since: mark)
        }
        wrap(BERTag.sequence, since: list)
    }

    mutating func write(_ pdu: PDU) {
        let mark = count
        write(pdu.varBinds)
        write(signed: pdu.errorIndex)
        write(signed: pdu.errorStatus)
        write(signed: pdu.requestID)
        wrap(0xA0 | pdu.kind.rawValue, since: mark)
    }

    mutating func write(_ trap: TrapV1) {
        let mark = count
        write(trap.varBinds)
        write(BERTag.timeTicks, unsigned: UInt64(trap.uptime))
        write(signed: trap.specificTrap)
        write(signed: trap.genericTrap)
        write(BERTag.ipAddress, bytes: trap.agentAddress)
        write(trap.enterprise)
        wrap(BERTag.trapV1, since: mark)
    }
}
