import Glibc
import SNMP
import SNMPWitness
import TestSupport

/// Asks hostile agents on loopback beside healthy ones, until the hostile ones have sent so many malformed replies. Checks that
/// nothing of a reply which answers no question is taken, that loops and endless walks end, and that the healthy agents are read
/// as if they were alone. `Tests/Safety/hostile-snmp` runs it in full size, a unit test in a small one.
@main
struct HostileAgents {
    static func main() async throws {
        let words = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard words.count == 2, words[0] > 0 else {
            print("usage: HostileAgents REPLIES SEED")
            exit(2)
        }
        let start = ContinuousClock.now
        let tally = Tally(goal: words[0])
        let client = try SNMPClient()
        let hostile = try (0..<8).map {
            try HostileAgent(isSecure: $0 % 2 == 1, seed: UInt64(words[1]) << 8 | UInt64($0), tally: tally)
        }
        let healthy = try (0..<4).map { try HealthyAgent(isSecure: $0 % 2 == 1, number: UInt32($0)) }
        let loop = try EndlessAgent(isLoop: true)
        let endless = try EndlessAgent(isLoop: false)
        await withTaskGroup(of: Void.self) { group in
            for agent in hostile {
                for kind in 0..<3 { group.addTask { await agent.beAsked(by: client, kind: kind, tally) } }
            }
            for agent in healthy { group.addTask { await agent.beAsked(by: client, tally) } }
            for agent in [loop, endless] { group.addTask { await agent.beAsked(by: client, tally) } }
        }
        let counters = client.counters
        let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
        print("\(tally.figures), received \(counters.replies), unmatched \(counters.unmatched), seconds \(seconds)")
        for complaint in tally.complaints { print(complaint) }
        exit(tally.complaints.isEmpty ? 0 : 1)
    }
}
