import TestSupport
import Testing

@Suite struct HostileAgentTests {
    private static let program = builtProgram("HostileAgents")

    @Test(
        "malformed, forged and late replies bring no value and disturb no other agent",
        .enabled(if: program != nil, "HostileAgents is not built"))
    func hostileAgents() async throws {
        let directory = try TemporaryDirectory()
        let program = try RunningProgram(
            try #require(Self.program), ["20000", "1"], log: directory.file("log"))
        try await eventually("the end of HostileAgents") { !program.isRunning }
        #expect(program.exitStatus == 0, "\(program.output())")
    }
}
