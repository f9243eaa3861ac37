/// The values of a run that are not among its integers, such as stale markers: where they are and their bits.
///
/// Neighbours with the same bits form a span.
enum ExceptionList {
    /// How the places are written: the lowest bit of the list's first number.
    enum Places: UInt64 {
        /// Spans, each with the values since the span before.
        case spans = 0
        /// A bit for each value of the run; all exceptions have the same bits.
        case bitmap = 1
    }

    static func write(
        _ values: UnsafePointer<Double>, _ count: Int, misfits: UnsafePointer<UInt8>, to writer: inout RunWriter
    ) {
        var spans = 0
        var same = true
        var pattern: UInt64 = 0
        forEachSpan(values, count, misfits) { start, _ in
            let bits = values[start].bitPattern
            same = same && (spans == 0 || bits == pattern)
            pattern = bits
            spans += 1
        }
        let bitmapLength = (count + 7) / 8
        if same, spans * 2 > bitmapLength {
            writer.append(varint: Places.bitmap.rawValue)
            writer.append(pattern: pattern)
            for byte in 0..<bitmapLength {
                var bits: UInt8 = 0
                for bit in 0..<min(8, count - byte * 8) { bits |= misfits[byte * 8 + bit] << UInt8(bit) }
                writer.append(bits)
            }
            return
        }
        writer.append(varint: UInt64(spans) << 1 | Places.spans.rawValue)
        var end = 0
        var latest: UInt64 = 0
        forEachSpan(values, count, misfits) { start, length in
            let bits = values[start].bitPattern
            writer.append(varint: UInt64(start - end))
            writer.append(varint: UInt64(length - 1) << 1 | (bits == latest ? 1 : 0))
            if bits != latest { writer.append(pattern: bits) }
            latest = bits
            end = start + length
        }
    }

    @inline(__always)
    private static func forEachSpan(
        _ values: UnsafePointer<Double>, _ count: Int, _ misfits: UnsafePointer<UInt8>,
        _ body: (_ start: Int, _ length: Int) -> Void
    ) {
        var start = 0
        while start < count {
            guard misfits[start] != 0 else {
                start += 1
                continue
            }
            let bits = values[start].bitPattern
            var end = start + 1
            while end < count, misfits[end] != 0, values[end].bitPattern == bits { end += 1 }
            body(start, end - start)
            start = end
        }
    }

    /// Reads a list of a run of `count` values and hands on its spans in order, each with its bits.
    /// - Returns: how many values the spans hold.
    @inline(__always)
    static func read(
        _ reader: inout ByteReader, count: Int, _ body: (_ start: Int, _ length: Int, _ bits: UInt64) -> Void
    ) throws(ChunkDecodingError) -> Int {
        let begin = reader.offset
        let head = try reader.varint()
        var total = 0
        guard head & 1 == Places.spans.rawValue else {
            guard head == Places.bitmap.rawValue else {
                throw ChunkDecodingError(.malformed, "expected a kind of exceptions, found \(head)", at: begin)
            }
            let bits = try pattern(&reader)
            let bitmap = try reader.skip(count / 8 + (count % 8 == 0 ? 0 : 1))
            for index in 0..<count where reader.bit(index, from: bitmap) {
                body(index, 1, bits)
                total += 1
            }
            return total
        }
        var position = 0
        var bits: UInt64 = 0
        var rest = head >> 1
        while rest > 0 {
            rest -= 1
            let gap = try reader.varint()
            let span = try reader.varint()
            if span & 1 == 0 { bits = try pattern(&reader) }
            let left = UInt64(count - position)
            guard gap < left, span >> 1 < left - gap else {
                throw ChunkDecodingError(
                    .malformed, "expected exceptions within \(count) values, found \(gap) and \(span >> 1) more",
                    at: reader.offset)
            }
            let length = Int(span >> 1) + 1
            body(position + Int(gap), length, bits)
            position += Int(gap) + length
            total += length
        }
        return total
    }

    /// The counterpart of `RunWriter.append(pattern:)`.
    static func pattern(_ reader: inout ByteReader) throws(ChunkDecodingError) -> UInt64 {
        let present = try reader.byte()
        var pattern: UInt64 = 0
        for index in 0..<8 where present >> UInt8(index) & 1 != 0 {
            pattern |= UInt64(try reader.byte()) &<< UInt64(index * 8)
        }
        return pattern
    }
}
