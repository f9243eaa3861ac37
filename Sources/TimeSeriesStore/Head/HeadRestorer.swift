import ChunkEncoding
import Dispatch
import Synchronization

/// Takes back into a head what batches hold, on a thread of its own: decoding the batches is as much work, and is the caller's.
///
/// One thread calls `restore`, then `finish` once. Unchecked, since each part has one owner at a time: `head` is the other
/// thread's until that signals `ended`, `piece` is the caller's, and what passes between them is behind `waiting`.
final class HeadRestorer: @unchecked Sendable {
    /// Decoded rounds on their way to the other thread.
    private struct Piece: Sendable {
        static let capacity = 1 << 14

        struct Round: Sendable {
            var batch: Int64
            var group: UInt32
            var series: [UInt32]
            var time: Int64
            var values: Range<Int>
        }

        var rounds: [Round] = []
        /// Of all rounds.
        var values: [Double] = []
        var late: [(batch: Int64, series: UInt32, time: Int64, value: Double)] = []
    }

    /// Pieces that wait at most: enough that neither thread is idle for long.
    private static let depth = 4

    /// The other thread's alone until it has ended.
    private var head: Head
    private let waiting = Mutex<[Piece?]>([])
    private let filled = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: depth)
    private let ended = DispatchSemaphore(value: 0)
    /// The caller's.
    private var piece = Piece()

    /// - Parameter head: given away until `finish`.
    init(_ head: consuming Head) {
        self.head = head
        DispatchQueue(label: "haidang.store.restore", qos: .userInitiated).async { self.work() }
    }

    func restore(_ content: BatchDecoder.Content, of batch: Int64) {
        switch content {
        case .round(let group, let series, let time, let values):
            let start = piece.values.count
            piece.values.append(contentsOf: values)
            piece.rounds.append(
                Piece.Round(
                    batch: batch, group: group, series: series, time: time, values: start..<piece.values.count))
        case .late(let series, let time, let value):
            piece.late.append((batch, series, time, value))
        }
        if piece.values.count + piece.late.count >= Piece.capacity { handOver() }
    }

    /// Waits for the other thread and gives the head back.
    func finish() -> Head {
        handOver()
        put(nil)
        ended.wait()
        // Moved out, so that no second owner makes the next change a copy.
        var head = Head(options: head.options)
        swap(&head, &self.head)
        return head
    }

    private func handOver() {
        put(piece)
        piece = Piece()
        piece.values.reserveCapacity(Piece.capacity)
    }

    private func put(_ piece: Piece?) {
        room.wait()
        waiting.withLock { $0.append(piece) }
        filled.signal()
    }

    private func work() {
        var restored: [SeriesGroup?] = []
        while true {
            filled.wait()
            let next = waiting.withLock { $0.removeFirst() }
            room.signal()
            guard let next else { break }
            next.values.withUnsafeBufferPointer { values in
                for round in next.rounds {
                    let values = UnsafeBufferPointer(rebasing: values[round.values])
                    head.restoreRound(
                        round.series, time: round.time, values: values, group: round.group, of: round.batch,
                        restored: &restored)
                }
            }
            for late in next.late { head.restoreLate(late.series, time: late.time, value: late.value, of: late.batch) }
        }
        ended.signal()
    }
}
