import ArgumentParser
import Glibc
import HaidangConfiguration
import HaidangService
import Logging

extension ListenAddress: ExpressibleByArgument {
    package init?(argument: String) {
        self.init(argument)
    }
}

/// How much is said on standard error.
struct LogOptions: ParsableArguments {
    @Option(
        help: "trace, debug, info, notice, warning, error or critical.",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("expected trace, debug, info, notice, warning, error or critical")
            }
            return level
        })
    var logLevel: Logger.Level = .notice

    func logger() -> Logger {
        var logger = Logger(label: "haidang") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }
}

/// Ends a command with a sentence on standard error: exit code 1, a problem was found.
func endWithProblem(_ message: String) throws -> Never {
    printToStandardError("haidang: \(message)")
    throw ExitCode(1)
}

func printToStandardError(_ text: String) {
    var line = text + "\n"
    line.withUTF8 { bytes in
        _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
}

/// Makes what was printed visible to a reader at the other end of a pipe.
func flushStandardOutput() {
    fflush(nil)
}

/// Whether standard error is watched by a person.
var standardErrorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
