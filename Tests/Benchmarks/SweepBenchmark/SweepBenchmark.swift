import ArgumentParser
import Foundation
import SNMP

/// Reads columns of many agents at once, without storing: how long one sweep over all of them takes. One JSON line a sweep.
@main
struct SweepBenchmark: AsyncParsableCommand {
    @Argument(help: "File with a device a line; its second word is the IPv4 address.")
    var devices: String

    @Option(help: "UDP port of the agents.")
    var port: UInt16

    @Option(help: "Columns to read, separated by commas.")
    var columns: String

    @Option(help: "Seconds the first attempt waits.")
    var timeout = 1.0

    @Option(help: "Attempts after the first.")
    var retries = 1

    @Option(help: "Agents asked at the same time at most.")
    var window = 3000

    @Option(help: "Sweeps; the first has no memory of earlier readings.")
    var sweeps = 4

    func run() async throws {
        let peers = try String(contentsOfFile: devices, encoding: .utf8).split(separator: "\n").compactMap { line in
            line.split(separator: " ").dropFirst().first.map { word in
                SNMPPeer(
                    endpoint: SNMPEndpoint(address: word.split(separator: ".").compactMap { UInt8($0) }, port: port),
                    credential: .v2c(community: "public"), timeout: .seconds(timeout), retries: retries)
            }
        }
        let plan = ReadPlan(
            instances: [], columns: columns.split(separator: ",").compactMap { ObjectIdentifier(String($0)) })
        let client = try SNMPClient()
        var memories = Array(repeating: ReadMemory(plan), count: peers.count)
        for _ in 0..<sweeps {
            let start = ContinuousClock.now
            let cpu = Self.cpuSeconds()
            let requests = client.counters.requests
            var answered = 0
            var cells = 0
            var last = Duration.zero
            await withTaskGroup(of: (Int, AgentReading).self) { group in
                var next = 0
                func ask() {
                    guard next < peers.count else { return }
                    let (number, peer, memory) = (next, peers[next], memories[next])
                    next += 1
                    group.addTask {
                        let reading = await client.read(
                            plan, instances: [], memory: memory, from: peer, deadline: .now + .seconds(30))
                        return (number, reading)
                    }
                }
                for _ in 0..<window { ask() }
                for await (number, reading) in group {
                    ask()
                    memories[number] = reading.memory
                    guard reading.failure == nil else { continue }
                    answered += 1
                    cells += reading.columns.reduce(0) { $0 + ($1?.values.count ?? 0) }
                    last = .now - start
                }
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let spent = Self.cpuSeconds() - cpu
            print(
                "{\"devices\": \(peers.count), \"answered\": \(answered), \"cells\": \(cells), "
                    + "\"seconds\": \(Self.rounded(seconds)), \"last_answer_seconds\": \(Self.rounded(last / .seconds(1))), "
                    + "\"cpu_seconds\": \(Self.rounded(spent)), \"requests\": \(client.counters.requests - requests)}")
        }
        client.close()
    }

    private static func rounded(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = { (time: timeval) in Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
