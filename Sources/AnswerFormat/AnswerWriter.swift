/// Writes an answer piece by piece, so that a large one is never in memory as a whole and a body can be sent at the pace
/// of who reads it.
///
///     var writer = JSONAnswerWriter(answer)
///     var chunk: [UInt8] = []
///     while writer.next(into: &chunk) { try await body.write(chunk) }
package protocol AnswerWriter: Sendable {
    /// Replaces what `chunk` holds by the next piece: at least the chunk size of the writer unless the answer ends, and
    /// more by one label or one point at most.
    ///
    /// - Returns: false, and an empty chunk, when everything has been written.
    mutating func next(into chunk: inout [UInt8]) -> Bool
}

extension AnswerWriter {
    /// All that is not yet written, in one piece.
    package consuming func remainingBytes() -> [UInt8] {
        var writer = self
        var bytes: [UInt8] = []
        var chunk: [UInt8] = []
        while writer.next(into: &chunk) { bytes += chunk }
        return bytes
    }
}

/// How writers cut an answer.
package enum AnswerChunk {
    /// Large enough that the cost of handing a chunk on does not count, small enough for a hundred readers at once.
    package static let usualSize = 65_536
    /// Points that are written between two looks at the size of the chunk's storage.
    static let batch = 128
}

extension [UInt8] {
    mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
