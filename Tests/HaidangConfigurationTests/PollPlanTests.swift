import HaidangConfiguration
import Inventory
import Polling
import SNMP
import Testing

@Suite("From configuration to poll plan")
struct PollPlanTests {
    private func configuration(_ devices: [Device]) -> Configuration {
        Configuration(
            service: Configuration.Service(
                cityName: LocalizedText("Thử"), timeZone: "Asia/Ho_Chi_Minh",
                listen: ListenAddress(address: .loopback, port: 8470), allowPlainHTTP: false, anonymousViewer: false,
                dataDirectory: nil, retention: .seconds(86400), pollInterval: .seconds(60), pollTimeout: .seconds(1),
                pollRetries: 3, missedPolls: 3, trapListen: nil, trapSources: [], metricsPageSeries: 0, receivers: []),
            inventory: CityInventory(
                devices: devices,
                credentials: [
                    Credential(id: "public", scheme: .v2c(community: .environment("COMMUNITY"))),
                    Credential(id: "unused", scheme: .v2c(community: .environment("UNUSED"))),
                ]),
            modules: [DeviceModule(name: "system")])
    }

    private func device(_ id: String, _ address: String, snmp: SNMPAccess? = nil, checks: [HTTPCheck] = []) throws
        -> Device
    {
        Device(
            id: id, name: LocalizedText(id), kind: .server, site: "centre", address: try #require(IPAddress(address)),
            snmp: snmp, checks: checks)
    }

    @Test("a device is a target for SNMP and one for each check")
    func targets() throws {
        let checks = [
            HTTPCheck(kind: .page), HTTPCheck(kind: .page, port: 8080, path: "/vi"),
            HTTPCheck(kind: .page, path: "/", host: "a.example.org"),
            HTTPCheck(kind: .scrape, port: 9100, path: "/metrics"),
        ]
        var device = try device("d", "10.0.0.1", snmp: SNMPAccess(credential: "public", port: 1161), checks: checks)
        device.interval = .seconds(30)
        let plan = try pollPlan(configuration([device]), secrets: SimulatedSecrets())
        #expect(
            plan.targets.map(\.id.description)
                == ["snmp/d", "page/d", "page/d:8080/vi", "page/d:a.example.org:80/", "scrape/d"])
        #expect(plan.targets.allSatisfy { $0.interval == .seconds(30) && $0.site == "centre" && $0.device == "d" })
        let peer = SNMPPeer(
            endpoint: SNMPEndpoint(address: [10, 0, 0, 1], port: 1161), credential: .v2c(community: "sim-community"),
            timeout: .seconds(1), retries: 3)
        #expect(plan.targets.first?.access == .snmp(peer, modules: []))
        #expect(plan.modules.map(\.name) == ["system"])
    }

    @Test("IPv6 is kept and an IPv4-mapped address becomes IPv4")
    func addresses() throws {
        let access = SNMPAccess(credential: "public")
        let plan = try pollPlan(
            configuration([
                device("a", "2001:db8::1", snmp: access), device("b", "::ffff:a00:2", snmp: access),
            ]), secrets: SimulatedSecrets())
        let addresses = plan.targets.compactMap { target -> [UInt8]? in
            guard case .snmp(let peer, _) = target.access else { return nil }
            return peer.endpoint.address
        }
        #expect(addresses == [[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [10, 0, 0, 2]])
    }

    @Test("a secret that is missing is named; one that no device needs is not asked for")
    func missingSecret() throws {
        let devices = [try device("a", "10.0.0.1", snmp: SNMPAccess(credential: "public"))]
        let errors = try #require(throws: ConfigurationErrors.self) {
            _ = try pollPlan(configuration(devices), secrets: EnvironmentSecrets(environment: [:]))
        }
        #expect(
            errors.description
                == "credentials.yml: credential \"public\": environment variable COMMUNITY: expected it to be set, found nothing"
        )
    }
}
