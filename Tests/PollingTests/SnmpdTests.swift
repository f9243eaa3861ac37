import Foundation
import Glibc
import HTTPTransport
import Inventory
import MonitoringModel
import Polling
import SNMP
import TestSupport
import Testing

/// The agent of Net-SNMP, as a stranger to compare with.
@Suite("Net-SNMP's agent", .enabled(if: programPath("snmpd") != nil, "snmpd is not installed"))
struct SnmpdTests {
    @Test("this machine is polled twice over SNMPv2c and over SNMPv3 with SHA and AES", arguments: ["v2c", "v3"])
    func thisMachine(version: String) async throws {
        let directory = try TemporaryDirectory()
        let port = try freePort(.udp)
        let configuration = """
            rocommunity public
            createUser haidang SHA "authentication-phrase" AES "privacy-phrase"
            rouser haidang priv
            sysName test-machine

            """
        try configuration.write(toFile: directory.file("snmpd.conf"), atomically: true, encoding: .utf8)
        let program = try #require(programPath("snmpd"))
        var environment = ProcessInfo.processInfo.environment
        environment["SNMP_PERSISTENT_DIR"] = directory.file("state")
        let daemon = try RunningProgram(
            program, ["-f", "-Lo", "-C", "-c", directory.file("snmpd.conf"), "udp:127.0.0.1:\(port)"],
            log: directory.file("log"), environment: environment)
        defer { daemon.kill() }

        let credential: SNMPCredential =
            version == "v2c"
            ? .v2c(community: "public")
            : .v3(
                USMUser(
                    name: "haidang",
                    security: .authPriv(
                        USMUser.Secret(.sha, "authentication-phrase"), USMUser.Secret(.aes, "privacy-phrase"))))
        let target = PollTarget(
            id: PollTarget.ID(job: "snmp", instance: "here"), device: "here", site: "dc",
            access: .snmp(
                SNMPPeer(
                    endpoint: SNMPEndpoint(address: [127, 0, 0, 1], port: port), credential: credential,
                    timeout: .seconds(3)), modules: []), interval: .seconds(2))
        let client = try SNMPClient()
        let http = HTTPClient()
        defer {
            client.close()
            http.close()
        }
        let appender = RecordingAppender()
        let recorder = OutcomeRecorder()
        let plan = PollPlan(
            targets: [target], inventory: CityInventory(),
            modules: [TestModules.system, TestModules.interfaces, TestModules.host])
        let poller = Poller(
            plan: plan, agents: client, http: http,
            appender: appender, observer: recorder, clock: SystemClock())
        try await eventually("the agent answers") {
            await Poller.pollOnce(target, in: plan, agents: client, http: http, clock: SystemClock())?.outcome.isUp
                == true
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await poller.run() }
            try await eventually("two polls") {
                recorder.count("here", where: { $0.isUp && $0.reason == nil }) >= 2
            }
            group.cancelAll()
        }
        let values = appender.values()
        #expect(values["ifOperStatus{ifName=\"lo\"}"] != nil)
        #expect(values["ifHCInOctets{ifName=\"lo\"}"] != nil)
        #expect(values.keys.contains { $0.hasPrefix("system_info{") && $0.contains("sysName=\"test-machine\"") })
        #expect(values["hrStorageSize{hrStorageDescr=\"Physical memory\"}"] ?? 0 > 0)
        let uptimes = appender.history("sysUpTime")
        #expect(uptimes == uptimes.sorted())
        // A loaded machine may need more than the second that a check is given.
        try await eventually("a check that ended in time") {
            guard let confirmed = try? await poller.confirmInterfaces(of: "here") else { return false }
            return confirmed.interfaces.contains { $0.interface == "lo" && $0.isOperational }
        }
    }
}
