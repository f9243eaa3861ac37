/// A tiny encoder of protobuf messages, written from the format's description and not from the decoder.
enum Wire {
    static func varint(_ number: UInt64) -> [UInt8] {
        var rest = number
        var bytes: [UInt8] = []
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func tag(_ field: UInt64, _ type: UInt64) -> [UInt8] { varint(field << 3 | type) }

    static func number(_ field: UInt64, _ value: UInt64) -> [UInt8] { tag(field, 0) + varint(value) }

    static func fixed64(_ field: UInt64, _ value: UInt64) -> [UInt8] {
        tag(field, 1) + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func bytes(_ field: UInt64, _ content: [UInt8]) -> [UInt8] {
        tag(field, 2) + varint(UInt64(content.count)) + content
    }

    static func text(_ field: UInt64, _ content: String) -> [UInt8] { bytes(field, Array(content.utf8)) }

    // MARK: The messages of remote write

    static func label(_ name: String, _ value: String) -> [UInt8] { bytes(1, text(1, name) + text(2, value)) }

    static func labels(_ pairs: KeyValuePairs<String, String>) -> [UInt8] { pairs.flatMap { label($0.key, $0.value) } }

    static func sample(_ time: Int64, _ value: Double) -> [UInt8] { sample(time, bits: value.bitPattern) }

    static func sample(_ time: Int64, bits: UInt64) -> [UInt8] {
        bytes(2, fixed64(1, bits) + number(2, UInt64(bitPattern: time)))
    }

    static func series(_ parts: [UInt8]...) -> [UInt8] { bytes(1, parts.flatMap { $0 }) }

    static func metadata(_ type: UInt64, _ name: String, help: String = "", unit: String = "") -> [UInt8] {
        bytes(3, number(1, type) + text(2, name) + text(4, help) + text(5, unit))
    }

    // MARK: Snappy

    /// A block of literals only, which the format allows for any content.
    static func literalBlock(_ content: [UInt8], declaring length: Int? = nil) -> [UInt8] {
        var block = varint(UInt64(length ?? content.count))
        for start in stride(from: 0, to: content.count, by: 60) {
            let part = content[start..<min(start + 60, content.count)]
            block += [UInt8((part.count - 1) << 2)] + part
        }
        return block
    }
}
