import Glibc

/// Two things SQLite leaves to luck when a sync fails. `Tests/Safety/power-cuts --failing-syncs` shows what they cost without this.
extension DatabaseFile {
    /// Writes the write-ahead log that an earlier process left over itself, and syncs it. Nothing happens when there is none.
    ///
    /// After a sync that failed, Linux keeps the pages in memory and takes them for written. The process that saw the failure is
    /// safe: its next commit writes the same part of the log again. But one that starts later reads commits in the log that the
    /// disk does not have, and goes on behind them; a power cut then loses everything from there on, or damages the database
    /// while these commits are copied into it.
    ///
    /// Call it before SQLite has the file open: closing any descriptor of it gives up this process's locks.
    static func renewLog(_ path: String) throws(DatabaseFileError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw failure(path, "cannot be opened")
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var position: off_t = 0
        while true {
            let count = pread(descriptor, &buffer, buffer.count, position)
            guard count >= 0 else { throw failure(path, "cannot be read") }
            if count == 0 { break }
            // A short write is no harm: what is left is read and written again.
            let written = pwrite(descriptor, buffer, count, position)
            guard written > 0 else { throw failure(path, "cannot be written") }
            position += off_t(written)
        }
        guard fdatasync(descriptor) == 0 else { throw failure(path, "cannot be synced") }
    }

    /// Makes sure that the disk knows the names of the files in a directory.
    ///
    /// SQLite does this for a log it makes, but does not look whether it worked: without its name, the log is lost by a power
    /// cut, with everything acknowledged in it. Call it when the log exists and before anything is in it.
    static func syncDirectory(_ path: String) throws(DatabaseFileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path, "cannot be synced") }
    }

    private static func failure(_ path: String, _ what: String) -> DatabaseFileError {
        DatabaseFileError(.inaccessible, path: path, "\(what) (\(String(cString: strerror(errno)))); check the disk")
    }
}
