import MonitoringModel
import Polling
import SNMP
import Testing

@Suite("Polling an SNMP agent")
struct AgentProbeTests {
    private static let twoPorts = [
        TestDevice.Port(index: 1, name: "Gi0/1"), TestDevice.Port(index: 2, name: "Gi0/2", isUp: false),
    ]

    @Test("rows, scalars and texts become samples")
    func samples() async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        let result = await bench.poll()
        #expect(result.isUp)
        #expect(result.reason == nil)
        let values = bench.appender.values()
        #expect(values["sysUpTime"] == 100_000)
        #expect(values["system_info{sysDescr=\"Test OS 1.0\",sysName=\"rtr\"}"] == 1)
        #expect(values["ifHCInOctets{ifName=\"Gi0/1\"}"] == 1_000)
        #expect(values["ifOperStatus{ifName=\"Gi0/2\"}"] == 2)
        #expect(
            values["interface_info{ifAlias=\"to 2\",ifDescr=\"Ethernet Interface\",ifName=\"Gi0/2\",index=\"2\"}"] == 1)
        #expect(bench.session.matches.map(\.module) == ["system", "interfaces"])
        #expect(
            result.interfaces == [
                InterfaceStatus(interface: "Gi0/1", isAdministrativelyUp: true, isOperational: true),
                InterfaceStatus(interface: "Gi0/2", isAdministrativelyUp: true, isOperational: false),
            ])
        #expect(bench.session.interfaceKeys == [1: "Gi0/1", 2: "Gi0/2"])
    }

    @Test("every series carries job, instance and site")
    func targetLabels() async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        await bench.poll()
        let values = bench.appender.values(hiding: [])
        #expect(!values.isEmpty)
        #expect(
            values.keys.allSatisfy {
                $0.contains("instance=\"rtr-1\"") && $0.contains("job=\"snmp\"") && $0.contains("site=\"dc\"")
            })
    }

    @Test("a steady poll looks no series up")
    func steady() async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        await bench.poll()
        let lookedUp = bench.appender.lookedUp
        for _ in 0..<3 { await bench.poll() }
        #expect(bench.appender.lookedUp == lookedUp)
        #expect(bench.appender.values(0) == bench.appender.values())
    }

    @Test("an agent that renumbers its ports keeps their series")
    func renumbering() async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        await bench.poll()
        let renumbered = [
            TestDevice.Port(index: 10_002, name: "Gi0/1", octets: 2_000),
            TestDevice.Port(index: 1, name: "Gi0/2", isUp: false),
        ]
        bench.agent.change { $0.values = TestDevice.ports(renumbered) }
        await bench.poll()
        #expect(bench.appender.history("ifHCInOctets{ifName=\"Gi0/1\"}") == [1_000, 2_000])
        #expect(bench.session.interfaceKeys == [10_002: "Gi0/1", 1: "Gi0/2"])
        // Only the info series changed, which says which index the port has.
        let values = bench.appender.values()
        #expect(values.stale.allSatisfy { $0.hasPrefix("interface_info") })
        #expect(values.stale.count == 2)
    }

    @Test("ports of the same name are told apart by their index, nameless ones go by description and index")
    func keys() async {
        var bench = ProbeBench(
            TestDevice.ports([
                TestDevice.Port(index: 1, name: "eth"), TestDevice.Port(index: 2, name: "eth"),
                TestDevice.Port(index: 3, name: nil, description: "Serial"),
                TestDevice.Port(index: 4, name: "", description: ""),
                TestDevice.Port(index: 4_194_304_000, name: "vlan"),
            ]))
        let result = await bench.poll()
        #expect(result.interfaces.map(\.interface) == ["eth_1", "eth_2", "Serial", "4", "vlan"])
        #expect(bench.session.interfaceKeys[4_194_304_000] == "vlan")
    }

    @Test("names that are not UTF-8 stay apart and printable")
    func notUTF8() async {
        var values = TestDevice.ports(Self.twoPorts)
        values["1.3.6.1.2.1.31.1.1.1.1.1"] = .octetString([0xb4, 0xab])
        values["1.3.6.1.2.1.31.1.1.1.1.2"] = .octetString([0xb4, 0xac, 0x00])
        var bench = ProbeBench(values)
        let result = await bench.poll()
        #expect(result.interfaces.map(\.interface) == ["\\xb4\\xab", "\\xb4\\xac"])
    }

    @Test("a column only some rows have, or none, costs nothing else")
    func missingColumns() async {
        var ports = Self.twoPorts
        ports[1].has64Bits = false
        var bench = ProbeBench(TestDevice.ports(ports))
        #expect(await bench.poll().reason == nil)
        let names = bench.appender.values().live
        #expect(names.contains("ifHCInOctets{ifName=\"Gi0/1\"}"))
        #expect(!names.contains("ifHCInOctets{ifName=\"Gi0/2\"}"))
        #expect(names.contains("ifInOctets{ifName=\"Gi0/2\"}"))
    }

    @Test("a port that goes away ends, one that comes begins")
    func rowsComeAndGo() async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        await bench.poll()
        bench.agent.change {
            $0.values = TestDevice.ports([Self.twoPorts[0], TestDevice.Port(index: 3, name: "Gi0/3")])
        }
        await bench.poll()
        let values = bench.appender.values()
        #expect(values.live.contains("ifOperStatus{ifName=\"Gi0/3\"}"))
        #expect(values.stale.contains("ifOperStatus{ifName=\"Gi0/2\"}"))
        #expect(!values.stale.contains { $0.contains("Gi0/1") })
        await bench.poll()
        #expect(bench.appender.values().stale.isEmpty)
    }

    @Test(
        "an agent that does not answer is down, and its series end", arguments: [SNMPError.Code.timeout, .portClosed])
    func down(code: SNMPError.Code) async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        await bench.poll()
        let before = bench.appender.values().live
        bench.agent.change { $0.failure = SNMPError(code, "silence") }
        let result = await bench.poll()
        #expect(!result.isUp)
        #expect(result.reason?.code == code.rawValue)
        #expect(bench.appender.values().stale == before)
        bench.agent.change { $0.failure = nil }
        #expect(await bench.poll().isUp)
        #expect(bench.appender.values().live == before)
    }

    @Test("what was read before a failure is kept, and the reason says what is missing")
    func partial() async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        await bench.poll()
        bench.agent.change {
            $0.walkFailures = ["1.3.6.1.2.1.2.2.1.10": SNMPError(.oidNotIncreasing, "1.3.6.1.2.1.2.2.1.10 repeats")]
        }
        let result = await bench.poll()
        #expect(result.isUp)
        #expect(result.reason?.code == "oid_not_increasing")
        let values = bench.appender.values()
        #expect(values.stale == ["ifInOctets{ifName=\"Gi0/1\"}", "ifInOctets{ifName=\"Gi0/2\"}"])
        #expect(values.live.contains("ifOutErrors{ifName=\"Gi0/2\"}"))
    }

    @Test("after a time-out in the middle nothing more is asked")
    func partialTimeout() async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        bench.agent.change { $0.walkFailures = ["1.3.6.1.2.1.31.1.1.1.6": SNMPError(.timeout, "no reply")] }
        let result = await bench.poll()
        #expect(result.isUp)
        #expect(result.reason?.code == "timeout")
        #expect(bench.agent.walks.last == "1.3.6.1.2.1.31.1.1.1.6")
    }

    @Test("ports keep their names when the names could not be read this time")
    func lostNames() async {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        await bench.poll()
        bench.agent.change { $0.walkFailures = ["1.3.6.1.2.1.31.1.1.1.1": SNMPError(.errorStatus, "genErr")] }
        let result = await bench.poll()
        #expect(result.reason?.code == "error_status")
        #expect(bench.appender.values().live.contains("ifOperStatus{ifName=\"Gi0/1\"}"))
        #expect(!bench.appender.values().keys.contains { $0.contains("Ethernet Interface\"}") })
    }

    @Test("a restart or another sysObjectID makes the modules be matched anew; steady polls do not")
    func rematching() async {
        var bench = ProbeBench(TestDevice.system)
        await bench.poll()
        #expect(bench.session.matches.map(\.module) == ["system"])
        bench.agent.change { $0.values = TestDevice.ports(Self.twoPorts) }
        await bench.poll()
        #expect(bench.session.matches.map(\.module) == ["system"])
        bench.agent.change { $0.values["1.3.6.1.2.1.1.3.0"] = .timeTicks(5) }
        await bench.poll()
        #expect(bench.session.matches.map(\.module) == ["system", "interfaces"])
        bench.agent.change {
            $0.values = TestDevice.system
            $0.values["1.3.6.1.2.1.1.2.0"] = .objectIdentifier("1.3.6.1.4.1.8072.3.2.10")
        }
        await bench.poll()
        #expect(bench.session.matches.map(\.module) == ["system"])
    }

    @Test("the modules are matched anew after an hour, so that new hardware is found")
    func hourlyMatch() async {
        var bench = ProbeBench(TestDevice.system)
        await bench.poll()
        bench.agent.change { $0.values = TestDevice.ports(Self.twoPorts) }
        bench.time = bench.time + .seconds(3_600)
        await bench.poll()
        #expect(bench.session.matches.map(\.module) == ["system", "interfaces"])
    }

    @Test("scalars an agent lacks are asked for once")
    func absentScalars() async {
        var bench = ProbeBench([
            "1.3.6.1.2.1.1.1.0": .string("x"), "1.3.6.1.2.1.1.3.0": .timeTicks(1),
        ])
        let result = await bench.poll()
        #expect(result.isUp)
        await bench.poll()
        #expect(bench.agent.gets.last == ["1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.1.0"])
    }

    @Test("an agent that answers with nothing but exceptions is up")
    func nothing() async {
        var bench = ProbeBench([:])
        let result = await bench.poll()
        #expect(result.isUp)
    }

    @Test("modules are found by sysObjectID, by sysDescr, by probe, or named")
    func matching() async throws {
        var bench = ProbeBench(TestDevice.ports(Self.twoPorts))
        let testOS = try TextPattern("test os [0-9]")
        let vrp = try TextPattern("vrp")
        let conditions: [(String, (inout DeviceModule.Condition) -> Void)] = [
            ("by-oid", { $0.sysObjectIDs = ["1.3.6.1.4.1.9"] }), ("by-text", { $0.sysDescriptions = [testOS] }),
            ("by-probe", { $0.probes = ["1.3.6.1.2.1.31"] }), ("by-scalar", { $0.probes = ["1.3.6.1.2.1.1.5"] }),
            (
                "by-both",
                {
                    $0.sysObjectIDs = ["1.3.6.1.4.1.9"]
                    $0.probes = ["1.3.6.1.2.1.31"]
                }
            ),
            (
                "by-half",
                {
                    $0.sysObjectIDs = ["1.3.6.1.4.1.90"]
                    $0.probes = ["1.3.6.1.2.1.31"]
                }
            ),
            ("other-oid", { $0.sysObjectIDs = ["1.3.6.1.4.1.90"] }), ("other-text", { $0.sysDescriptions = [vrp] }),
            ("other-probe", { $0.probes = ["1.3.6.1.2.1.33"] }),
        ]
        bench.modules = conditions.map { name, condition in
            var match = DeviceModule.Condition()
            condition(&match)
            return DeviceModule(name: name, match: [match])
        }
        bench.modules.append(DeviceModule(name: "any"))
        await bench.poll()
        #expect(
            bench.session.matches.map(\.module) == ["by-oid", "by-text", "by-probe", "by-scalar", "by-both", "any"])
        #expect(bench.agent.nexts.count == 1, "all probes are asked together")
        #expect(bench.session.matches[0].reason == "sysObjectID 1.3.6.1.4.1.9.1.1 is below 1.3.6.1.4.1.9")

        var named = ProbeBench(TestDevice.system)
        named.modules = bench.modules
        named.moduleNames = ["other-oid", "lost"]
        let result = await named.poll()
        #expect(named.session.matches.map(\.module) == ["other-oid"])
        #expect(result.reason == PollReason(code: "no_module", detail: "no module is called lost"))
    }

    @Test("an agent to which no module applies is up with a reason")
    func noModule() async {
        var bench = ProbeBench(TestDevice.system)
        bench.modules = [TestModules.interfaces]
        let result = await bench.poll()
        #expect(result.isUp)
        #expect(result.reason?.code == "no_module")
    }
}
