/// Reads BER within bounds; every failure is `.malformedReply` with the offset, what was expected and what was found.
///
/// Strict about structure, tolerant where agents in the field are sloppy: lengths in long form or with leading zeros, integers
/// padded beyond their size, unsigned numbers sent without the leading zero byte (so that they look negative), empty numbers
/// (zero). Indefinite lengths are refused, as SNMP does (RFC 3417 section 8). Nothing here recurses.
///
/// The bytes are lent: nobody may use a reader after them.
struct BERReader {
    private let bytes: UnsafeRawBufferPointer
    /// Offset of the next byte.
    var position: Int
    /// Offset after the last byte of the enclosing element.
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position >= end }

    /// The tag of the next element; nil at the end.
    var nextTag: UInt8? { position < end ? bytes[position] : nil }

    func malformed(_ expected: String, at offset: Int? = nil) -> SNMPError {
        let offset = offset ?? position
        let found =
            offset < end
            ? "byte 0x" + (bytes[offset] < 16 ? "0" : "") + String(bytes[offset], radix: 16)
            : "the end"
        return SNMPError(.malformedReply, "expected \(expected) at offset \(offset), found \(found)")
    }

    /// The next element's tag and the range of its contents; moves behind it.
    mutating func element(_ what: String) throws(SNMPError) -> (tag: UInt8, contents: Range<Int>) {
        guard position < end else { throw malformed(what) }
        let tag = bytes[position]
        guard position + 1 < end else { throw malformed("the length of \(what)", at: position + 1) }
        var start = position + 2
        var length = Int(bytes[position + 1])
        if length >= 0x80 {
            let octets = length - 0x80
            guard octets > 0, octets < 0x7F, octets <= end - start else {
                throw malformed("a definite length of \(what)", at: position + 1)
            }
            length = 0
            for offset in start..<(start + octets) {
                guard length <= Int.max >> 9 else { throw malformed("a length below 2^54", at: position + 1) }
                length = length << 8 | Int(bytes[offset])
            }
            start += octets
        }
        guard length <= end - start else {
            throw SNMPError(
                .malformedReply,
                "expected \(length) bytes of \(what) at offset \(start), found \(end - start)")
        }
        position = start + length
        return (tag, start..<position)
    }

    private mutating func contents(_ tag: UInt8, _ what: String) throws(SNMPError) -> Range<Int> {
        guard position < end, bytes[position] == tag else { throw malformed(what) }
        return try element(what).contents
    }

    /// A reader of the next element's contents.
    mutating func nested(_ tag: UInt8, _ what: String) throws(SNMPError) -> BERReader {
        BERReader(bytes, try contents(tag, what))
    }

    /// Bytes that an element had.
    func lent(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[range])
    }

    /// The range of the next element's contents.
    mutating func range(_ tag: UInt8, _ what: String) throws(SNMPError) -> Range<Int> {
        try contents(tag, what)
    }

    mutating func octets(_ what: String, tag: UInt8 = BERTag.octetString) throws(SNMPError) -> [UInt8] {
        Array(lent(try contents(tag, what)))
    }

    mutating func integer(_ what: String) throws(SNMPError) -> Int32 {
        try int32(contents(BERTag.integer, what), what)
    }

    mutating func unsigned(_ tag: UInt8, _ what: String) throws(SNMPError) -> UInt32 {
        try uint32(contents(tag, what), what)
    }

    mutating func objectIdentifier(_ what: String) throws(SNMPError) -> ObjectIdentifier {
        try objectIdentifier(contents(BERTag.objectIdentifier, what))
    }

    /// The identifier whose contents are these bytes.
    func objectIdentifier(in contents: UnsafeRawBufferPointer) throws(SNMPError) -> ObjectIdentifier {
        let reader = BERReader(contents)
        return try reader.objectIdentifier(0..<contents.count)
    }

    /// Refuses bytes behind the last expected element.
    func finish(_ what: String) throws(SNMPError) {
        guard isAtEnd else { throw malformed("the end of \(what)") }
    }

    // MARK: Contents

    /// A two's-complement number of up to 64 bits, and the 65th, the sign.
    private func number(_ range: Range<Int>, _ what: String) throws(SNMPError) -> (bits: UInt64, isNegative: Bool) {
        guard let first = range.first else { return (0, false) }
        let isNegative = bytes[first] & 0x80 != 0
        let padding: UInt8 = isNegative ? 0xFF : 0
        var start = first
        while range.upperBound - start > 8 {
            guard bytes[start] == padding else { throw malformed("\(what) of at most 64 bits", at: start) }
            start += 1
        }
        var bits: UInt64 = isNegative ? .max : 0
        for offset in start..<range.upperBound { bits = bits << 8 | UInt64(bytes[offset]) }
        return (bits, isNegative)
    }

    /// Unsigned values up to 2^32 - 1 keep their bits, as libsnmp reads them.
    private func int32(_ range: Range<Int>, _ what: String) throws(SNMPError) -> Int32 {
        let (bits, isNegative) = try number(range, what)
        let value = Int64(bitPattern: bits)
        guard isNegative == (value < 0), value >= Int64(Int32.min), value <= Int64(UInt32.max) else {
            throw malformed("\(what) of 32 bits", at: range.lowerBound)
        }
        return Int32(truncatingIfNeeded: value)
    }

    private func uint32(_ range: Range<Int>, _ what: String) throws(SNMPError) -> UInt32 {
        UInt32(truncatingIfNeeded: try magnitude(range, bytes: 4, what))
    }

    /// A number that cannot be negative: a set top bit is no sign, whatever the length, as libsnmp reads it. What is longer than
    /// the type has to be padded.
    private func magnitude(_ range: Range<Int>, bytes size: Int, _ what: String) throws(SNMPError) -> UInt64 {
        guard let first = range.first else { return 0 }
        let isPadding = bytes[first] == 0 || bytes[first] == 0xFF
        var start = first
        while range.upperBound - start > size {
            guard isPadding, bytes[start] == bytes[first] else {
                throw malformed("\(what) of \(8 * size) bits", at: start)
            }
            start += 1
        }
        return bytes[start..<range.upperBound].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// At most 128 sub-identifiers of 32 bits; an empty one reads as 0.0, as libsnmp reads it.
    private func objectIdentifier(_ range: Range<Int>) throws(SNMPError) -> ObjectIdentifier {
        guard !range.isEmpty else { return ObjectIdentifier([0, 0]) }
        var components: [UInt32] = []
        components.reserveCapacity(range.count + 1)
        var offset = range.lowerBound
        while offset < range.upperBound {
            var value: UInt64 = 0
            var byte: UInt8
            let start = offset
            repeat {
                guard offset < range.upperBound else {
                    throw malformed("the last byte of a sub-identifier", at: offset)
                }
                byte = bytes[offset]
                value = value << 7 | UInt64(byte & 0x7F)
                // 80 more than 32 bits: the first sub-identifier carries two arcs.
                guard value <= UInt64(UInt32.max) + 80 else {
                    throw malformed("a sub-identifier of at most 32 bits", at: start)
                }
                offset += 1
            } while byte & 0x80 != 0
            if components.isEmpty {
                let arc: UInt64 = value < 40 ? 0 : value < 80 ? 1 : 2
                components.append(UInt32(arc))
                value -= arc * 40
            }
            guard let component = UInt32(exactly: value) else {
                throw malformed("a sub-identifier of at most 32 bits", at: start)
            }
            guard components.count < 128 else { throw malformed("at most 128 sub-identifiers", at: start) }
            components.append(component)
        }
        return ObjectIdentifier(components)
    }

    // MARK: SNMP

    /// A value; an IpAddress that has not 4 bytes is read as an octet string, so that one odd cell does not cost its table.
    mutating func value() throws(SNMPError) -> SNMPValue {
        let start = position
        let (tag, range) = try element("a value")
        switch tag {
        case BERTag.integer: return .integer(try int32(range, "an INTEGER"))
        case BERTag.octetString, BERTag.bitString, BERTag.nsapAddress: return .octetString(Array(lent(range)))
        case BERTag.null: return .null
        case BERTag.objectIdentifier: return .objectIdentifier(try objectIdentifier(range))
        case BERTag.ipAddress:
            return range.count == 4 ? .ipAddress(Array(lent(range))) : .octetString(Array(lent(range)))
        case BERTag.counter32: return .counter32(try uint32(range, "a Counter32"))
        case BERTag.gauge32, BERTag.uinteger32: return .gauge32(try uint32(range, "a Gauge32"))
        case BERTag.timeTicks: return .timeTicks(try uint32(range, "TimeTicks"))
        case BERTag.opaque: return .opaque(Array(lent(range)))
        case BERTag.counter64:
            return .counter64(try counter64(range))
        case BERTag.noSuchObject: return .noSuchObject
        case BERTag.noSuchInstance: return .noSuchInstance
        case BERTag.endOfMibView: return .endOfMibView
        default: throw malformed("the tag of a value", at: start)
        }
    }

    /// Nine bytes when the top bit is set and properly preceded by zero; eight when an agent leaves that zero out.
    private func counter64(_ range: Range<Int>) throws(SNMPError) -> UInt64 {
        try magnitude(range, bytes: 8, "a Counter64")
    }

    /// The next variable binding when all its lengths have one byte; nil for any other, and the reader stands where it stood.
    @inline(__always)
    mutating func plainVarBind() -> PlainVarBind? {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), end - position >= 6 else { return nil }
        let start = base + position
        let length = Int(start[1])
        let nameLength = Int(start[3])
        guard start[0] == BERTag.sequence, length < 0x80, length <= end - position - 2,
            start[2] == BERTag.objectIdentifier, nameLength < 0x80, nameLength + 4 <= length
        else { return nil }
        let value = start + 4 + nameLength
        let valueLength = Int(value[1])
        guard valueLength < 0x80, valueLength == length - nameLength - 4 else { return nil }
        position += 2 + length
        return PlainVarBind(
            name: UnsafeBufferPointer(start: start + 4, count: nameLength), tag: value[0],
            value: UnsafeBufferPointer(start: value + 2, count: valueLength))
    }

    mutating func varBinds() throws(SNMPError) -> [VarBind] {
        var list = try nested(BERTag.sequence, "a variable-bindings list")
        return try list.remainingVarBinds()
    }

    /// The bindings of a list whose header was read.
    mutating func remainingVarBinds() throws(SNMPError) -> [VarBind] {
        var varBinds: [VarBind] = []
        while !isAtEnd {
            var pair = try nested(BERTag.sequence, "a variable binding")
            let oid = try pair.objectIdentifier("the name of a variable binding")
            let value = try pair.value()
            try pair.finish("a variable binding")
            varBinds.append(VarBind(oid, value))
        }
        return varBinds
    }

    /// A PDU up to its variable bindings, and a reader of those.
    mutating func pduHead() throws(SNMPError) -> (head: PDUHead, varBinds: BERReader) {
        guard let tag = nextTag, tag & 0xF0 == 0xA0, let kind = PDU.Kind(rawValue: tag & 0x0F) else {
            throw malformed("a PDU")
        }
        var contents = try nested(tag, "a PDU")
        let head = PDUHead(
            kind: kind, requestID: try contents.integer("a request-id"),
            errorStatus: try contents.integer("an error-status"), errorIndex: try contents.integer("an error-index"))
        let varBinds = try contents.nested(BERTag.sequence, "a variable-bindings list")
        try contents.finish("a PDU")
        return (head, varBinds)
    }

    mutating func pdu() throws(SNMPError) -> PDU {
        var (head, list) = try pduHead()
        return PDU(head, try list.remainingVarBinds())
    }

    mutating func trapV1() throws(SNMPError) -> TrapV1 {
        var contents = try nested(BERTag.trapV1, "a Trap-PDU")
        let enterprise = try contents.objectIdentifier("an enterprise")
        let start = contents.position
        let address = try contents.octets("an agent-addr", tag: BERTag.ipAddress)
        guard address.count == 4 else { throw malformed("an agent-addr of 4 bytes", at: start) }
        let generic = try contents.integer("a generic-trap")
        let specific = try contents.integer("a specific-trap")
        let uptime = try contents.unsigned(BERTag.timeTicks, "a time-stamp")
        let varBinds = try contents.varBinds()
        try contents.finish("a Trap-PDU")
        return TrapV1(
            enterprise: enterprise, agentAddress: address, genericTrap: generic, specificTrap: specific,
            uptime: uptime, varBinds: varBinds)
    }
}

/// A variable binding as it lies in a datagram; lent like that.
struct PlainVarBind {
    /// The contents of the identifier.
    var name: UnsafeBufferPointer<UInt8>
    var tag: UInt8
    var value: UnsafeBufferPointer<UInt8>

    /// The value when it is a number as agents usually write them; nil: let a reader see what it is.
    @inline(__always)
    var number: SNMPValue? {
        let count = value.count
        guard count > 0, count <= 8 || count == 9 && value[0] == 0 else { return nil }
        var bits: UInt64 = 0
        for byte in value { bits = bits << 8 | UInt64(byte) }
        switch tag {
        case BERTag.counter64: return value[0] < 0x80 ? .counter64(bits) : nil
        case BERTag.counter32: return bits <= UInt64(UInt32.max) && value[0] < 0x80 ? .counter32(UInt32(bits)) : nil
        case BERTag.gauge32: return bits <= UInt64(UInt32.max) && value[0] < 0x80 ? .gauge32(UInt32(bits)) : nil
        case BERTag.timeTicks: return bits <= UInt64(UInt32.max) && value[0] < 0x80 ? .timeTicks(UInt32(bits)) : nil
        case BERTag.integer: return bits <= UInt64(Int32.max) && value[0] < 0x80 ? .integer(Int32(bits)) : nil
        default: return nil
        }
    }
}

/// A PDU without its variable bindings.
struct PDUHead {
    var kind: PDU.Kind
    var requestID: Int32
    var errorStatus: Int32
    var errorIndex: Int32
}

extension PDU {
    init(_ head: PDUHead, _ varBinds: [VarBind]) {
        self.init(
            head.kind, requestID: head.requestID, errorStatus: head.errorStatus, errorIndex: head.errorIndex,
            varBinds: varBinds)
    }
}

extension [UInt8] {
    /// Lends the bytes to a reader.
    func read<Value>(_ body: (inout BERReader) throws(SNMPError) -> Value) throws(SNMPError) -> Value {
        let result: Result<Value, SNMPError> = withUnsafeBytes { bytes in
            var reader = BERReader(bytes)
            do throws(SNMPError) {
                return .success(try body(&reader))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
