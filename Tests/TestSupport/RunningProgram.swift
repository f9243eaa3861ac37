import Foundation
import Synchronization

/// A program that runs beside a test, its output in a file, and is killed with the value.
///
/// Foundation's `Process` learns of an end from a socket that programs started at the same moment inherit, so one that
/// ends is only seen when those end too; tests that run several at once would wait for ever. Here nothing above standard
/// error is inherited, and the kernel is asked directly.
package final class RunningProgram: Sendable {
    package let processIdentifier: Int32
    /// Standard output and error, in one file.
    package let log: String
    /// The raw wait status, once it has ended.
    private let ended = Mutex<Int32?>(nil)

    package struct NotStarted: Error {
        package var path: String
        package var number: Int32
    }

    /// - Parameters:
    ///   - input: the file that is its standard input.
    ///   - environment: nil: that of the tests.
    package init(
        _ path: String, _ arguments: [String], log: String, input: String = "/dev/null",
        environment: [String: String]? = nil
    ) throws {
        self.log = log
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for descriptor in Int32(3)..<4096 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        let words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] =
            (environment ?? ProcessInfo.processInfo.environment).map { strdup("\($0)=\($1)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, path, &actions, nil, words, variables)
        guard code == 0 else { throw NotStarted(path: path, number: code) }
        processIdentifier = identifier
    }

    deinit {
        guard isRunning else { return }
        kill()
        var status: Int32 = 0
        waitpid(processIdentifier, &status, 0)
    }

    package var isRunning: Bool { exitStatus == nil }

    /// Nil while it runs; 128 and more when a signal ended it.
    package var exitStatus: Int32? {
        ended.withLock { ended in
            var status: Int32 = 0
            if ended == nil, waitpid(processIdentifier, &status, WNOHANG) == processIdentifier { ended = status }
            return ended.map { $0 & 0x7F == 0 ? ($0 >> 8) & 0xFF : 128 + ($0 & 0x7F) }
        }
    }

    package func terminate() {
        Foundation.kill(processIdentifier, SIGTERM)
    }

    package func kill() {
        Foundation.kill(processIdentifier, SIGKILL)
    }

    /// What it wrote so far.
    package func output() -> String {
        (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    }
}
