/// Reads the protobuf wire format. Never reads outside the bytes it was given, whatever they hold.
///
/// ```
/// message:  field*
/// field:    ┌─ varint ───────────────────────┬─ by wire type ────────────────────────────────────────┐
///           │ field number << 3 │ wire type  │ 0 varint · 1 eight bytes · 2 varint length, bytes · 5 four │
///           └────────────────────────────────┴───────────────────────────────────────────────────────┘
/// varint:   seven bits a byte, lowest first, the high bit set in all bytes but the last; at most ten bytes
/// ```
///
/// The groups of wire types 3 and 4 are refused: protobuf 3 has none.
struct WireReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The offset of the next byte.
    private(set) var position: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// The end of the whole of the bytes.
    var end: Int { bytes.count }

    /// Whether a byte before `end` follows and is this one.
    @inline(__always)
    func isNext(_ byte: UInt8, before end: Int) -> Bool {
        position < end && bytes[position] == byte
    }

    @inline(__always)
    mutating func move(to position: Int) {
        self.position = position
    }

    // MARK: Parts

    /// - Parameters:
    ///   - end: of the message that the number is in; within the bytes.
    ///   - what: the field, for errors.
    @inline(__always)
    mutating func varint(before end: Int, _ what: StaticString) throws(RemoteWriteError) -> UInt64 {
        if position < end {
            let byte = bytes[position]
            if byte < 0x80 {
                position += 1
                return UInt64(byte)
            }
        }
        return try longVarint(before: end, what)
    }

    private mutating func longVarint(before end: Int, _ what: StaticString) throws(RemoteWriteError) -> UInt64 {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        var next = position
        while next < end {
            let byte = bytes[next]
            // The tenth byte has room for the highest bit only.
            if shift == 63, byte > 1 {
                throw RemoteWriteError(
                    .protobuf, expected: "a varint of at most 64 bits for \(what)", found: "a longer one",
                    byte: position)
            }
            result |= UInt64(byte & 0x7F) << shift
            next += 1
            if byte < 0x80 {
                position = next
                return result
            }
            shift += 7
        }
        throw RemoteWriteError(
            .protobuf, expected: "a varint for \(what)", found: "the end of its message", byte: end)
    }

    /// The end of a length-delimited field whose length comes next; its content begins at `position`.
    @inline(__always)
    mutating func contentEnd(before end: Int, _ what: StaticString) throws(RemoteWriteError) -> Int {
        let start = position
        let length = try varint(before: end, what)
        guard length <= UInt64(end - position) else { throw tooLong(length, at: start, before: end, what) }
        return position + Int(length)
    }

    @inline(never)
    private func tooLong(_ length: UInt64, at start: Int, before end: Int, _ what: StaticString) -> RemoteWriteError {
        RemoteWriteError(
            .protobuf, expected: "a length of at most \(end - position) for \(what)", found: "\(length)", byte: start)
    }

    /// Eight bytes, lowest first.
    @inline(__always)
    mutating func fixed64(before end: Int, _ what: StaticString) throws(RemoteWriteError) -> UInt64 {
        guard end - position >= 8 else { throw tooShort(8, before: end, what) }
        let word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: position, as: UInt64.self)
        position += 8
        return UInt64(littleEndian: word)
    }

    @inline(never)
    private func tooShort(_ count: Int, before end: Int, _ what: StaticString) -> RemoteWriteError {
        RemoteWriteError(
            .protobuf, expected: "\(count) bytes for \(what)", found: "the end of its message", byte: end)
    }

    // MARK: Fields that are not looked for

    /// Skips a field of a number nobody looks for.
    ///
    /// - Parameters:
    ///   - tag: what was read of it.
    ///   - start: where it begins.
    ///   - known: the fields of its message that have one type only, with their names.
    mutating func skip(
        _ tag: UInt64, from start: Int, before end: Int, message: StaticString, known: [KnownField]
    ) throws(RemoteWriteError) {
        let number = tag >> 3
        let type = UInt8(tag & 7)
        guard (1...0x1FFF_FFFF).contains(number) else {
            throw RemoteWriteError(
                .protobuf, expected: "a field number from 1 to 536870911 in \(message)", found: "\(number)", byte: start
            )
        }
        if let field = known.first(where: { $0.number == number }), field.type != type {
            throw RemoteWriteError(
                .protobuf, expected: "wire type \(field.type) for \(message).\(field.name)", found: "\(type)",
                byte: start)
        }
        switch type {
        case 0: _ = try varint(before: end, "an unknown field")
        case 1: _ = try fixed64(before: end, "an unknown field")
        case 2: position = try contentEnd(before: end, "an unknown field")
        case 5:
            guard end - position >= 4 else { throw tooShort(4, before: end, "an unknown field") }
            position += 4
        default:
            throw RemoteWriteError(
                .protobuf, expected: "wire type 0, 1, 2 or 5 for field \(number) of \(message)", found: "\(type)",
                byte: start)
        }
    }
}

/// A field of a message that a decoder looks for.
struct KnownField {
    var number: UInt64
    /// 0 varint, 1 eight bytes, 2 length-delimited.
    var type: UInt8
    var name: StaticString
}
