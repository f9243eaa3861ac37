import DatabaseFiles
import Foundation

/// Who holds a data directory, and so the way to what is in it.
enum DirectoryHolder {
    /// A service, which answers on this control socket.
    case service(socket: String)
    /// The caller, by this lock: the files are its to open while it keeps the lock.
    case caller(DataDirectoryLock)

    /// - Throws: `ServiceError`: there is no such directory; `DatabaseFileError`: another program holds it, or it cannot be locked.
    init(of directory: String) throws {
        guard FileManager.default.fileExists(atPath: directory) else {
            throw ServiceError("data directory \(directory): expected a directory, found nothing")
        }
        do {
            self = .caller(try DataDirectoryLock(directory: directory))
        } catch {
            let socket = ControlSocket.path(in: directory)
            guard FileManager.default.fileExists(atPath: socket) else { throw error }
            self = .service(socket: socket)
        }
    }
}
