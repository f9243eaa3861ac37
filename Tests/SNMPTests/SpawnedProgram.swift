import Foundation
import Synchronization

/// A program that runs beside a test, its output in a file, and is killed with the value.
///
/// Foundation's `Process` learns of an end from a socket that programs started at the same moment inherit, so one that
/// ends is only seen when those end too; tests that run several at once would wait for ever. Here nothing above standard
/// error is inherited, and the kernel is asked directly.
final class SpawnedProgram: Sendable {
    private let processIdentifier: pid_t
    /// The raw wait status, once it has ended.
    private let ended = Mutex<Int32?>(nil)
    private let log: String

    struct NotStarted: Error {
        var path: String
        var number: Int32
    }

    init(_ path: String, _ arguments: [String], log: String, environment: [String: String]) throws {
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, path, &actions, nil, &words, &variables)
        guard code == 0 else { throw NotStarted(path: path, number: code) }
        processIdentifier = identifier
    }

    deinit {
        guard exitStatus == nil else { return }
        kill(processIdentifier, SIGKILL)
        var status: Int32 = 0
        waitpid(processIdentifier, &status, 0)
    }

    /// Nil while it runs; 128 and more when a signal ended it.
    var exitStatus: Int32? {
        ended.withLock { ended in
            var status: Int32 = 0
            if ended == nil, waitpid(processIdentifier, &status, WNOHANG) == processIdentifier { ended = status }
            return ended.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
        }
    }

    /// What it wrote so far.
    func output() -> String {
        (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    }
}
