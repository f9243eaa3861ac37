import Inventory
import MonitoringModel

/// Counts refused credentials per peer and minute, in a table of bounded size.
///
/// An IPv6 peer is counted by its /64, which is what one host gets. Loopback is not counted: behind a reverse proxy on this machine
/// everybody comes from there, and one wrong script must not lock all of them out.
struct FailedAttempts: Sendable {
    /// Refused credentials a minute after which a peer's further ones are not looked at until the minute is over.
    static let limit = 20
    /// Peers remembered; when more fail, all are forgotten.
    static let capacity = 4096
    static let window = Duration.seconds(60)

    private struct Count {
        var began: Timestamp
        var failures: Int
    }

    private var counts: [String: Count] = [:]

    func isExhausted(_ peer: String, at now: Timestamp) -> Bool {
        guard let key = Self.key(peer), let count = counts[key], Self.isOpen(count, at: now) else { return false }
        return count.failures >= Self.limit
    }

    mutating func record(_ peer: String, at now: Timestamp) {
        guard let key = Self.key(peer) else { return }
        if let count = counts[key], Self.isOpen(count, at: now) {
            counts[key]?.failures += 1
            return
        }
        // Begun anew rather than searched for the oldest: the work per attempt stays small while somebody fills the table.
        if counts.count >= Self.capacity { counts.removeAll(keepingCapacity: true) }
        counts[key] = Count(began: now, failures: 1)
    }

    /// A window that seems to begin later than now (the clock was set back) counts as over.
    private static func isOpen(_ count: Count, at now: Timestamp) -> Bool {
        now >= count.began && now - count.began < window
    }

    private static func key(_ peer: String) -> String? {
        guard let address = IPAddress(peer) else { return peer }
        if address.isLoopback { return nil }
        return address.isIPv6 ? "\(address.bytes.prefix(8))" : peer
    }
}
