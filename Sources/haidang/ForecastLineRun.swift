import Dispatch
import ForecastLines
import Foundation
import Glibc
import Synchronization

/// Answers questions on standard input with lines on standard output, as many at a time as there are cores.
///
/// Answers come in the order they are ready in, each in one write. A line that is not understood is told on standard
/// error with its number, and the others are answered all the same.
final class ForecastLineRun: Sendable {
    private struct Input {
        var bytes: [UInt8] = []
        /// Of `bytes`, what has been handed out.
        var start = 0
        /// Of `bytes`, what is known to hold no end of a line.
        var searched = 0
        var line = 0
        var isAtEnd = false
    }

    /// A longer line is no question: the protocols' own longest are a few hundred kilobytes.
    private static let longestLine = 256 << 20

    private let input = Mutex(Input())
    private let output = Mutex(())
    private let badLines = Atomic<Int>(0)

    /// Blocks until the input ends.
    /// - Returns: how many lines were not answered.
    func run() -> Int {
        DispatchQueue.concurrentPerform(iterations: max(1, ProcessInfo.processInfo.activeProcessorCount)) { _ in
            while let (number, line) = nextLine() { answer(line, number) }
        }
        return badLines.load(ordering: .relaxed)
    }

    private func answer(_ line: [UInt8], _ number: Int) {
        do {
            let answer = try ForecastLine.answer(to: line) + [UInt8(ascii: "\n")]
            output.withLock { _ in Self.write(answer) }
        } catch {
            badLines.add(1, ordering: .relaxed)
            printToStandardError("haidang: line \(number): \(error)")
        }
    }

    /// The next line that is not empty, counted from 1; nil at the end. Waits for input under the lock: nobody else
    /// could read.
    private func nextLine() -> (number: Int, line: [UInt8])? {
        input.withLock { input in
            while true {
                if let end = input.bytes[input.searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Array(input.bytes[input.start..<end])
                    input.start = end + 1
                    input.searched = end + 1
                    input.line += 1
                    if line.contains(where: { $0 > UInt8(ascii: " ") }) { return (input.line, line) }
                    continue
                }
                input.searched = input.bytes.count
                if input.isAtEnd || input.bytes.count - input.start > Self.longestLine {
                    let rest = Array(input.bytes[input.start...])
                    input = Input(line: input.line + 1, isAtEnd: true)
                    return rest.contains { $0 > UInt8(ascii: " ") } ? (input.line, rest) : nil
                }
                Self.read(into: &input)
            }
        }
    }

    private static func read(into input: inout Input) {
        if input.start > 0 {
            input.bytes.removeSubrange(..<input.start)
            input.searched -= input.start
            input.start = 0
        }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(STDIN_FILENO, &piece, piece.count)
        if count > 0 {
            input.bytes += piece[..<count]
        } else if count == 0 || errno != EINTR {
            input.isAtEnd = true
        }
    }

    private static func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress! + done, bytes.count - done) }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                // Nobody reads any more.
                exit(1)
            }
        }
    }
}
