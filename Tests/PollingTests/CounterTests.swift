import Inventory
import Polling
import SNMP
import Testing

/// Counters of a link through whatever happens to counters: what `rate` and `increase` of Prometheus make of them is never
/// negative, nor more than the line can carry.
@Suite struct CounterTests {
    /// 1 Gbit/s for a minute.
    private static let mostBytes = 7_500_000_000.0
    private static let mostErrors = 1_000.0

    private struct Counters {
        var inOctets: UInt64 = 1_000_000
        var inErrors: UInt32 = 5
        var outErrors: UInt32 = 7
        var uptime: UInt32 = 100_000
        var has64Bits = true
        var hasOutErrors = true
    }

    private static func device(_ counters: Counters) -> [ObjectIdentifier: SNMPValue] {
        var values = TestDevice.ports([
            TestDevice.Port(index: 1, name: "Gi0/1", has64Bits: counters.has64Bits, octets: counters.inOctets)
        ])
        values["1.3.6.1.2.1.1.3.0"] = .timeTicks(counters.uptime)
        values["1.3.6.1.2.1.2.2.1.14.1"] = .counter32(counters.inErrors)
        values["1.3.6.1.2.1.2.2.1.20.1"] = counters.hasOutErrors ? .counter32(counters.outErrors) : nil
        return values
    }

    /// What the store holds of a metric of the link after polls of devices with these counters.
    private func history(_ metric: String, _ polls: [Counters]) async -> [Double] {
        var inventory = CityInventory()
        inventory.devices = [
            Device(
                id: "rtr-1", name: LocalizedText("R"), kind: .router, site: "dc",
                address: IPAddress("10.0.0.1") ?? .loopback)
        ]
        inventory.links = [
            Link(
                id: "ring-1", name: LocalizedText("Ring 1"), a: Link.End(device: "rtr-1", interface: "Gi0/1"),
                b: Link.End(device: "rtr-2", interface: "Gi0/1"), bitsPerSecond: 1e9)
        ]
        var bench = ProbeBench(Self.device(polls[0]))
        bench.parts = DeclaredParts.byDevice(inventory)["rtr-1"] ?? DeclaredParts()
        for counters in polls {
            bench.agent.change { $0.values = Self.device(counters) }
            await bench.poll()
        }
        // Markers that a series paused are no samples.
        return bench.appender.history("\(metric){end=\"a\",link=\"ring-1\"}").filter { !$0.isNaN }
    }

    /// The increase from sample to sample as Prometheus reckons it: after a decrease, all that is counted now.
    private func increases(_ samples: [Double]) -> [Double] {
        zip(samples, samples.dropFirst()).map { $1 >= $0 ? $1 - $0 : $1 }
    }

    private static let octetCases: [(String, [Counters])] = {
        let step = 1_000_000 as UInt64
        func polls(_ octets: [UInt64], has64Bits: Bool = true) -> [Counters] {
            octets.map { Counters(inOctets: $0, has64Bits: has64Bits) }
        }
        let near32 = UInt64(UInt32.max) - step
        var reboot = polls([9_000_000_000_000, 9_000_000_000_000 + step, 12_345, 12_345 + step])
        reboot[2].uptime = 300
        reboot[3].uptime = 6_300
        var uptimeWrap = polls([5_000_000_000, 5_000_000_000 + step, 5_000_000_000 + 2 * step])
        uptimeWrap[1].uptime = .max - 10
        uptimeWrap[2].uptime = 5_990
        var missing = polls((0..<8).map { 9_000_000_000_000 + step * $0 })
        missing[2].has64Bits = false
        missing[5].has64Bits = false
        var lost = polls((0..<8).map { 9_000_000_000_000 + step * $0 })
        for index in 3..<8 { lost[index].has64Bits = false }
        var found = polls((0..<6).map { 9_000_000_000_000 + step * $0 })
        for index in 0..<3 { found[index].has64Bits = false }
        return [
            (
                "32 bits wrap",
                polls([near32, near32 + step / 2, near32 + 2 * step, near32 + 3 * step], has64Bits: false)
            ),
            ("past 32 bits", polls([near32, near32 + 2 * step, near32 + 3 * step])),
            ("64 bits wrap", polls([.max - step, .max - 10, 500, step])),
            ("reset", polls([9_000_000_000_000, 0, step])), ("reboot", reboot), ("uptime wraps", uptimeWrap),
            ("64 bits missing now and then", missing), ("64 bits lost", lost), ("64 bits found", found),
        ]
    }()

    @Test("octets", arguments: octetCases.indices)
    func octets(_ index: Int) async {
        let (name, polls) = Self.octetCases[index]
        for metric in ["link_receive_bytes_total", "link_transmit_bytes_total"] {
            let samples = await history(metric, polls)
            #expect(samples.count >= polls.count - 3, "\(name)")
            #expect(increases(samples).allSatisfy { $0 >= 0 && $0 <= Self.mostBytes }, "\(name): \(samples)")
        }
    }

    @Test("a steady counter is written as it is, and a reset shows")
    func raw() async {
        let octets: [UInt64] = [9_000_000_000_000, 9_000_000_000_500, 17, 4_000]
        let samples = await history("link_receive_bytes_total", octets.map { Counters(inOctets: $0) })
        #expect(samples == octets.map { Double($0) })
    }

    private static let errorCases: [(String, [Counters])] = {
        func polls(_ pairs: [(UInt32, UInt32)]) -> [Counters] {
            pairs.map { Counters(inErrors: $0.0, outErrors: $0.1) }
        }
        var missing = polls([
            (1_000_000, 2_000_000), (1_000_010, 2_000_010), (1_000_020, 2_000_020), (1_000_030, 2_000_030),
        ])
        missing[1].hasOutErrors = false
        missing[2].hasOutErrors = false
        var late = polls([(1_000_000, 2_000_000), (1_000_010, 2_000_010), (1_000_020, 2_000_020)])
        late[0].hasOutErrors = false
        return [
            ("one wraps", polls([(.max - 5, 4_000_000_000), (10, 4_000_000_001), (20, 4_000_000_002)])),
            ("both wrap", polls([(.max - 5, .max - 6), (10, 11), (20, 21)])),
            ("one is cleared", polls([(1_000_000, 2_000_000), (0, 2_000_001), (3, 2_000_002)])),
            ("both are cleared", polls([(1_000_000, 2_000_000), (0, 0), (3, 4)])),
            ("one is missing", missing), ("one comes late", late),
        ]
    }()

    @Test("errors of both directions together", arguments: errorCases.indices)
    func errors(_ index: Int) async {
        let (name, polls) = Self.errorCases[index]
        let samples = await history("link_errors_total", polls)
        #expect(samples.count >= 2, "\(name)")
        #expect(increases(samples).allSatisfy { $0 >= 0 && $0 <= Self.mostErrors }, "\(name): \(samples)")
    }
}
