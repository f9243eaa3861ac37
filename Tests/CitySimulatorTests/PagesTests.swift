import CitySimulator
import Foundation
import Inventory
import SNMP
import TestSupport
import Testing

@Suite("Pages", .serialized)
struct PagesTests {
    /// Fetches a page of the simulated device at 127.93.7.`host`.
    static func page(
        _ host: UInt8, _ path: String, of city: CitySimulation, timeout: Duration = .seconds(20)
    ) async throws -> HTTPProbe.Answer {
        try await HTTPProbe.fetch(
            SNMPEndpoint(address: [127, 93, 7, host], port: city.httpPort), path, timeout: timeout)
    }

    @Test("the address called decides which device answers")
    func byAddress() async throws {
        try await CityFixture.serving { city in
            let portal = try await Self.page(6, "/", of: city)
            #expect(portal.status == 200 && portal.text.contains("Máy portal") && portal.text.contains("lang=\"vi\""))
            let server = try await Self.page(7, "/metrics", of: city)
            #expect(server.status == 200)
            #expect(server.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            let samples = server.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            #expect(samples.count >= 35)
            for name in [
                "node_cpu_seconds_total{cpu=\"3\",mode=\"idle\"}", "node_memory_MemTotal_bytes",
                "node_filesystem_avail_bytes{device=\"/dev/sd2\",fstype=\"ext4\",mountpoint=\"/\"}",
                "node_network_receive_bytes_total{device=\"eth0\"}", "node_load1", "node_boot_time_seconds",
            ] {
                #expect(samples.contains { $0.hasPrefix(name + " ") }, "\(name)")
            }
            let codec = try await Self.page(23, "/metrics", of: city)
            #expect(codec.text.contains("\ncodec_registered 1\n") && codec.text.contains("\ncodec_jitter_seconds "))
            #expect(try await Self.page(6, "/metrics", of: city).status == 404)
            #expect(try await Self.page(99, "/", of: city).status == 404)
        }
    }

    @Test(
        "promtool reads a simulated page",
        .enabled(if: programPath("promtool") != nil, "needs the Debian package prometheus"))
    func promtool() async throws {
        let text = try await CityFixture.serving { city in
            try await Self.page(7, "/metrics", of: city).text
        }
        let directory = try TemporaryDirectory()
        try text.write(toFile: directory.file("page"), atomically: true, encoding: .utf8)
        let program = try RunningProgram(
            try #require(programPath("promtool")), ["check", "metrics"], log: directory.file("log"),
            input: directory.file("page"))
        try await eventually("promtool ends", within: .seconds(30)) { !program.isRunning }
        // 3: remarks on names, which are node_exporter's own; 1: the page cannot be read.
        #expect([0, 3].contains(program.exitStatus ?? -1), "\(program.output())")
    }

    @Test("a device that cannot be reached lets its caller wait")
    func silence() async throws {
        try await CityFixture.serving({ $0.faults = ["device-dead:portal"] }) { city in
            _ = await #expect(throws: HTTPProbe.Failure.silence) {
                try await Self.page(6, "/", of: city, timeout: .seconds(1))
            }
        }
    }

    struct Attempt: Sendable, CustomTestStringConvertible {
        let path: String
        let headers: [String: String]
        let status: Int
        var testDescription: String { "\(path) \(headers) → \(status)" }

        init(_ path: String, _ headers: [String: String], _ status: Int) {
            self.path = path
            self.headers = headers
            self.status = status
        }
    }

    static let token = "a token nobody guesses"
    static let bearer = ["Authorization": "Bearer \(token)"]
    static func basic(_ user: String, _ password: String) -> [String: String] {
        ["Authorization": "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()]
    }

    @Test(
        "the control page lets in only who has the token, from this machine's own name",
        arguments: [
            Attempt("/api/faults", [:], 401), Attempt("/", [:], 401), Attempt("/nothing", [:], 401),
            Attempt("/style.css", [:], 401),
            Attempt("/?token=\(token.replacingOccurrences(of: " ", with: "%20"))", [:], 401),
            Attempt("/api/faults", ["Authorization": "Bearer wrong"], 401),
            Attempt("/api/faults", ["Authorization": "Bearer \(token)x"], 401),
            Attempt("/api/faults", ["Authorization": "Bearer "], 401),
            Attempt("/api/faults", ["Authorization": "Basic !!"], 401),
            Attempt("/api/faults", basic("anyone", "wrong"), 401), Attempt("/api/faults", basic("anyone", token), 200),
            Attempt("/api/faults", bearer, 200), Attempt("/", bearer, 200), Attempt("/style.css", bearer, 200),
            Attempt("/nothing", bearer, 404),
            Attempt("/api/faults", bearer.merging(["Host": "evil.example"]) { $1 }, 421),
        ])
    func authorization(_ attempt: Attempt) async throws {
        try await CityFixture.serving { city in
            let answer = try await HTTPProbe.fetch(
                city.controlEndpoint, attempt.path, headers: attempt.headers)
            #expect(answer.status == attempt.status)
            #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(!answer.text.contains(Self.token))
        }
    }

    @Test("without a token nobody is let in")
    func noToken() async throws {
        try await CityFixture.serving({ $0.controlToken = "" }) { city in
            for headers in [Self.basic("", ""), ["Authorization": "Bearer "], [:]] {
                let answer = try await HTTPProbe.fetch(city.controlEndpoint, "/api/faults", headers: headers)
                #expect(answer.status == 401)
            }
        }
    }

    @Test("faults are injected as text, as JSON and by the page's forms, and cleared")
    func faults() async throws {
        try await CityFixture.serving { city in
            let control = city.controlEndpoint, api = "/api/faults"
            let text = try await HTTPProbe.fetch(
                control, api, method: "POST", headers: Self.bearer, body: "link-down:ring-1\n")
            #expect(text.status == 200 && text.text == "{\"faults\":[\"link-down:ring-1\"]}\n")
            let json = try await HTTPProbe.fetch(
                control, api, method: "POST", headers: Self.bearer.merging(["Content-Type": "application/json"]) { $1 },
                body: "{\"fault\":\"device-dead:agg2\"}")
            #expect(json.status == 200 && city.activeFaults == ["link-down:ring-1", "device-dead:agg2"])
            let bad = try await HTTPProbe.fetch(
                control, api, method: "POST", headers: Self.bearer, body: "link-down:<script>")
            #expect(bad.status == 400 && bad.text.contains("no link has the id"))

            let form = ["Content-Type": "application/x-www-form-urlencoded"].merging(Self.bearer) { $1 }
            let refused = try await HTTPProbe.fetch(
                control, "/faults", method: "POST", headers: form.merging(["Origin": "http://evil.example"]) { $1 },
                body: "fault=clear-all")
            #expect(refused.status == 403)
            let wrong = try await HTTPProbe.fetch(
                control, "/faults", method: "POST", headers: form, body: "fault=%3Cb%3E")
            #expect(wrong.status == 400 && wrong.text.contains("&lt;b&gt;") && !wrong.text.contains("<b>"))
            let done = try await HTTPProbe.fetch(
                control, "/faults", method: "POST", headers: form.merging(["Origin": "http://\(control)"]) { $1 },
                body: "fault=reboot%3Aagg1")
            #expect(done.status == 303)
            let shown = try await HTTPProbe.fetch(control, "/", headers: Self.bearer)
            #expect(shown.text.contains("link-down:ring-1") && shown.text.contains("✕ đứt"))

            let cleared = try await HTTPProbe.fetch(control, api, method: "DELETE", headers: Self.bearer)
            #expect(cleared.text == "{\"faults\":[]}\n" && city.activeFaults == [])
        }
    }

    @Test("nothing answers at an address that is not loopback")
    func loopbackOnly() async throws {
        guard let own = Self.outsideAddress() else { return }
        try await CityFixture.serving { city in
            _ = await #expect(throws: HTTPProbe.Failure.closed) {
                try await HTTPProbe.fetch(SNMPEndpoint(address: own, port: city.httpPort), "/")
            }
        }
    }

    /// An IPv4 address of this machine that is not loopback, if it has one.
    static func outsideAddress() -> [UInt8]? {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return nil }
        defer { freeifaddrs(first) }
        var next = first
        while let interface = next {
            defer { next = interface.pointee.ifa_next }
            guard let address = interface.pointee.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET) else {
                continue
            }
            let bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
            }
            if bytes[0] != 127 { return bytes }
        }
        return nil
    }
}
