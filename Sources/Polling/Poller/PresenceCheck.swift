package import MonitoringModel
import SNMP

/// What an agent says to the one question whether it is there.
package struct Presence: Hashable, Sendable {
    package var isUp: Bool
    /// Why not.
    package var reason: PollReason?
    /// When the question was sent.
    package var time: Timestamp
}

/// Asks one agent for its uptime, for whoever must know soon whether it is there.
struct PresenceCheck: Sendable {
    /// Ends before the next probe of the device does.
    static let budget = Duration.seconds(4)

    let reader: any AgentReader
    let peer: SNMPPeer

    /// - Parameter peer: asked with shorter patience than in a poll.
    init(reader: any AgentReader, peer: SNMPPeer) {
        self.reader = reader
        var hasty = peer
        hasty.timeout = min(peer.timeout, .seconds(1))
        hasty.retries = min(peer.retries, 1)
        self.peer = hasty
    }

    /// Nil when the agent answers; also when with an error, since then it is there.
    func run() async -> SNMPError? {
        do throws(SNMPError) {
            _ = try await reader.get([StandardObject.uptime], from: peer, deadline: .now + Self.budget)
            return nil
        } catch {
            return error.code == .errorStatus ? nil : error
        }
    }
}
