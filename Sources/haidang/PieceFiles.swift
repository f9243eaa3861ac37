import Dispatch
import Glibc
import HTTPAPI

/// A file or standard input, read piece by piece on a thread of its own.
final class InputFile: Sendable {
    private static let pieceBytes = 256 << 10

    private let path: String
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "haidang.input")

    /// - Parameter path: `-` is standard input.
    init(_ path: String) throws {
        self.path = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreCareError("\(path): cannot be read: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next piece; nil at the end.
    func next() async throws -> [UInt8]? {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.read() }) }
        }
    }

    private func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: Self.pieceBytes)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else {
            throw StoreCareError("\(path): cannot be read: \(String(cString: strerror(errno)))")
        }
        return count == 0 ? nil : Array(buffer[..<count])
    }
}

/// A file or standard output, written piece by piece on a thread of its own. The file gets its name when it is whole.
final class OutputFile: Sendable {
    private let path: String?
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "haidang.output")

    /// - Parameter path: nil is standard output.
    init(_ path: String?) throws {
        self.path = path
        descriptor =
            path.map { open($0 + ".partial", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644) } ?? STDOUT_FILENO
        guard descriptor >= 0 else { throw Self.failure(path, "cannot be created") }
    }

    deinit {
        if path != nil { close(descriptor) }
    }

    func write(_ bytes: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { continuation.resume(with: Result { try self.writeAll(bytes) }) }
        }
    }

    private func writeAll(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done) }
            guard count > 0 else { throw Self.failure(path, "cannot be written") }
            done += count
        }
    }

    /// Everything is written.
    func finish() async throws {
        guard let path else { return }
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async {
                continuation.resume(
                    with: Result {
                        guard fsync(self.descriptor) == 0 || errno == EINVAL, rename(path + ".partial", path) == 0
                        else {
                            throw Self.failure(path, "cannot be written")
                        }
                    })
            }
        }
    }

    /// The rest will not come.
    func abandon() {
        if let path { unlink(path + ".partial") }
    }

    private static func failure(_ path: String?, _ what: String) -> StoreCareError {
        StoreCareError("\(path ?? "standard output"): \(what): \(String(cString: strerror(errno)))")
    }
}
