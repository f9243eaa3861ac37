import CitySimulator
import Testing

@Suite("Fault language")
struct FaultLanguageTests {
    @Test(
        "each fault is listed as the text that brings it about",
        arguments: [
            ("link-down:ring-1", "link-down:ring-1"),
            ("  device-dead:agg1\n", "device-dead:agg1"),
            ("packet-loss:agg1:0.3", "packet-loss:agg1:0.3"),
            ("slow:agg1:2", "slow:agg1:2.0"),
            ("flapping:c1-switch:Gi1/0/3", "flapping:c1-switch:Gi1/0/3(20.0)"),
            ("flapping:c1-switch:Gi1/0/3(5)", "flapping:c1-switch:Gi1/0/3(5.0)"),
            ("ups-on-battery:ups", "ups-on-battery:ups"),
            ("storage-jump:pool-1:500000000000", "storage-jump:pool-1:500000000000.0"),
            ("traps-off", "traps-off"),
        ])
    func accepted(_ text: String, _ listed: String) throws {
        let city = try CityFixture.quiet()
        try city.apply(fault: text)
        #expect(city.activeFaults == [listed])
        // What is listed is a fault again.
        try city.apply(fault: "clear-all")
        try city.apply(fault: "traps-on")
        #expect(city.activeFaults == [])
        try city.apply(fault: listed)
        #expect(city.activeFaults == [listed])
    }

    @Test(
        "what is not a fault is refused with what is known",
        arguments: [
            ("", "known: link-down"),
            ("link-dwn:ring-1", "did you mean \"link-down\"?"),
            ("link-down", "expected link-down:LINK"),
            ("link-down:", "expected link-down:LINK"),
            ("link-down:rin-1", "did you mean \"ring-1\"?"),
            ("link-down:ring-1:now", "found a value behind the id"),
            ("device-dead:ring-1", "no device has the id \"ring-1\""),
            ("packet-loss:agg1", "expected packet-loss:DEVICE:SHARE"),
            ("packet-loss:agg1:2", "found \"2\""),
            ("packet-loss:agg1:nan", "found \"nan\""),
            ("slow:agg1:-1", "found \"-1\""),
            ("flapping:agg1:Gi0/99", "it has Gi0/0"),
            ("flapping:agg1:Gi0/0(0)", "expected a period"),
            ("ups-on-battery:agg1", "known: ups"),
            ("storage-jump:pool-1:much", "expected BYTES"),
            ("storage-jump:pool-2:1", "did you mean \"pool-1\"?"),
            ("clear:nothing", "no device, link or pool"),
            ("clear-all:now", "stands alone"),
        ])
    func refused(_ text: String, _ part: String) throws {
        let city = try CityFixture.quiet()
        let error = #expect(throws: SimulationError.self) { try city.apply(fault: text) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(city.activeFaults == [])
    }

    @Test("a start option that is no fault is refused")
    func startOption() {
        #expect(throws: SimulationError.self) { try CityFixture.quiet { $0.faults = ["nonsense"] } }
    }
}
