package import Foundation
package import MonitoringModel
import Synchronization

/// A directory that is removed with the value.
package final class TemporaryDirectory: Sendable {
    package let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("haidang-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    package var path: String { url.path }

    package func file(_ name: String) -> String { url.appendingPathComponent(name).path }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}

/// Wall-clock time that stands still until a test moves it.
package final class ManualClock: WallClock {
    private let time: Mutex<Timestamp>

    package init(_ start: Timestamp = Timestamp(milliseconds: 1_790_000_000_000)) {
        time = Mutex(start)
    }

    package var now: Timestamp { time.withLock { $0 } }

    package func advance(by span: Duration) {
        time.withLock { $0 = $0 + span }
    }
}

/// The deadline of `eventually` passed.
package struct ConditionNotMet: Error, CustomStringConvertible {
    package var description: String
}

/// Returns as soon as `condition` holds, asking again at short intervals; throws after `deadline`.
///
/// - Parameter what: What is waited for; made when the deadline has passed, so that it can say what had come by then.
package func eventually(
    _ what: @autoclosure () -> String, within deadline: Duration = .seconds(120), _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + deadline
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < end else { throw ConditionNotMet(description: "not within \(deadline): \(what())") }
        try await ContinuousClock().sleep(for: .milliseconds(10))
    }
}

/// Recordings of real devices that stand beside a checkout during development; a user's clone has none.
package enum SharedData {
    /// `../shared/data`, or nil where it is absent: such tests say `.enabled(if: SharedData.isPresent)`.
    package static let directory: String? = {
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let candidates: [String?] = [
            ProcessInfo.processInfo.environment["HAIDANG_SHARED_DATA"],
            checkout.deletingLastPathComponent().appendingPathComponent("shared/data").path,
        ]
        return candidates.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }()

    package static var isPresent: Bool { directory != nil }
}

/// The path of an executable of this package, built beside the test program; nil when it is not built.
package func builtProgram(_ name: String) -> String? {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let path = own.deletingLastPathComponent().appendingPathComponent(name).path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
}

/// Whether a program that a test wants to talk to is installed, by its absolute path.
package func programPath(_ name: String) -> String? {
    ["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"].map { "\($0)/\(name)" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}
