import Glibc

/// Keeps a second process out of a data directory for as long as the value lives.
///
/// An advisory `flock` on the file `lock`, which the kernel gives up when the process ends, however it ends. The file holds the
/// holder's process id, so that the one refused can say who it is.
package final class DataDirectoryLock: Sendable {
    package let directory: String
    private let descriptor: Int32

    /// - Parameter directory: created, readable by its owner alone, when it does not exist.
    /// - Throws: `directoryInUse`, naming the holder's process id; `inaccessible`.
    package init(directory: String) throws(DatabaseFileError) {
        self.directory = directory
        try Self.createDirectory(directory)
        let path = directory + "/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DatabaseFileError(.inaccessible, path: path, "cannot be opened: \(Self.reason())")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.holder(descriptor)
            Glibc.close(descriptor)
            guard code == EWOULDBLOCK else {
                throw DatabaseFileError(.inaccessible, path: path, "cannot be locked: \(Self.reason(code))")
            }
            throw DatabaseFileError(
                .directoryInUse, path: directory,
                "expected a data directory no other process uses, found it held by process \(holder); "
                    + "stop that process or use another directory")
        }
        self.descriptor = descriptor
        let text = "\(getpid())\n"
        // The id is only for the message above, so a disk too full to take it is no reason to refuse.
        if ftruncate(descriptor, 0) == 0 {
            _ = text.utf8.withContiguousStorageIfAvailable { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        }
    }

    deinit {
        // A child being started has copies of all descriptors until it executes its program; closing ours alone would leave the
        // directory locked that long.
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }

    private static func createDirectory(_ path: String) throws(DatabaseFileError) {
        // Every missing parent too, as `mkdir -p` does.
        var prefix = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            prefix += prefix.isEmpty && part.isEmpty ? "" : String(part)
            defer { prefix += "/" }
            guard !prefix.isEmpty, prefix != "." else { continue }
            if mkdir(prefix, 0o700) != 0, errno != EEXIST {
                let code = errno
                var status = stat()
                if stat(prefix, &status) == 0 { continue }
                throw DatabaseFileError(.inaccessible, path: prefix, "cannot be created: \(reason(code))")
            }
        }
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return "(unknown)" }
        let digits = bytes[0..<count].prefix { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }
        return digits.isEmpty ? "(unknown)" : String(decoding: digits, as: UTF8.self)
    }

    private static func reason(_ code: Int32 = errno) -> String {
        String(cString: strerror(code))
    }
}
