import HTTPTransport
import Inventory
import MonitoringModel
import Polling
import TestSupport
import Testing

@Suite("Pages and scrapes")
struct WebProbeTests {
    /// One HTTP target, polled without a schedule.
    private static func poll(
        _ kind: HTTPCheck.Kind, port: UInt16, scheme: HTTPCheck.Scheme = .http, host: String? = nil,
        timeout: Duration = .seconds(10), rooms: [String] = []
    ) async throws -> (result: ProbeResult, appender: RecordingAppender) {
        let client = HTTPClient()
        defer { client.close() }
        let address = try #require(IPAddress("127.0.0.1"))
        let check = HTTPCheck(kind: kind, scheme: scheme, port: port, path: "/metrics?x=1", host: host)
        let target = PollTarget(
            id: PollTarget.ID(job: kind.rawValue, instance: "srv"), device: "srv", site: "dc",
            access: .http(check, address: address), interval: .seconds(60))
        let appender = RecordingAppender()
        var series = TargetSeries(target: target, appender: appender)
        series.ledger.begin()
        let result: ProbeResult
        switch kind {
        case .page:
            result = await PageProbe(client: client, check: check, address: address, timeout: timeout)
                .poll(into: &series)
        case .scrape:
            var session = ScrapeSession()
            result = await ScrapeProbe(client: client, check: check, address: address, timeout: timeout)
                .poll(&session, rooms: rooms, into: &series)
        }
        series.append(at: Timestamp(milliseconds: 1))
        return (result, appender)
    }

    @Test("a page is measured, and asked for by its name at its address")
    func page() async throws {
        let server = try RawServer(.answer(RawServer.page("Xin chào")))
        defer { server.stop() }
        let (result, appender) = try await Self.poll(.page, port: server.port, host: "www.cantho.test")
        #expect(result.isUp)
        #expect(result.reason == nil)
        let values = appender.values()
        #expect(values["probe_success"] == 1)
        #expect(values["probe_http_status_code"] == 200)
        #expect(values["probe_http_content_length"] == 9)
        #expect(values.keys.count { $0.hasPrefix("probe_http_duration_seconds{") } == 5)
        #expect(values["probe_ssl_earliest_cert_expiry"] == nil)
        #expect(values["probe_duration_seconds"] ?? 0 > 0)
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("GET /metrics?x=1 HTTP/1.1\r\n"))
        #expect(request.contains("Host: www.cantho.test:\(server.port)\r\n"))
    }

    @Test(
        "a status from 200 to 399 is a success, another is its own reason",
        arguments: [("204 No Content", true), ("302 Found", true), ("404 Not Found", false), ("503 Busy", false)])
    func statuses(status: String, isSuccess: Bool) async throws {
        let server = try RawServer(.answer(RawServer.page("", status: status)))
        defer { server.stop() }
        let (result, appender) = try await Self.poll(.page, port: server.port)
        #expect(result.isUp == isSuccess)
        #expect(result.reason?.code == (isSuccess ? nil : "http_status"))
        #expect(appender.values()["probe_success"] == (isSuccess ? 1 : 0))
        #expect(appender.values()["probe_http_status_code"] == Double(status.prefix(3)))
    }

    @Test("each failure of a page has its own reason", arguments: HTTPCheck.Kind.allCases)
    func failures(kind: HTTPCheck.Kind) async throws {
        let closed = try freePort(.tcp)
        #expect(try await Self.poll(kind, port: closed).result.reason?.code == "connection_refused")
        let silent = try RawServer(.silence)
        defer { silent.stop() }
        let late = try await Self.poll(kind, port: silent.port, timeout: .milliseconds(200))
        #expect(late.result.reason?.code == "timeout")
        let rubbish = try RawServer(.answer("SSH-2.0-rubbish\r\n"))
        defer { rubbish.stop() }
        #expect(try await Self.poll(kind, port: rubbish.port).result.reason?.code == "malformed_reply")
        let secured = try await Self.poll(kind, port: rubbish.port, scheme: .https)
        #expect(secured.result.reason?.code == "tls_error")
        #expect(!secured.result.isUp)
        if kind == .page { #expect(secured.appender.values()["probe_success"] == 0) }
    }

    @Test("phases are the spans between the steps")
    func phases() {
        var timings = HTTPTimings()
        (timings.resolved, timings.connected, timings.secured) = (1, 3, 0)
        (timings.firstByte, timings.total) = (7, 12)
        let phases = PageProbe.phases(timings)
        #expect(phases.map(\.phase) == ["resolve", "connect", "tls", "processing", "transfer"])
        #expect(phases.map(\.seconds) == [1, 2, 0, 4, 5])
        #expect(PageProbe.phases(HTTPTimings()).allSatisfy { $0.seconds == 0 })
    }

    @Test("a scraped page becomes samples with the target's labels; its own of the same name are exported_")
    func scrape() async throws {
        let body = """
            # HELP requests_total Requests.
            # TYPE requests_total counter
            requests_total{device="eth0",job="inner",instance="i"} 5
            up 0
            temperature 21.5 1700000000000

            """
        let server = try RawServer(.answer(RawServer.page(body)))
        defer { server.stop() }
        let (result, appender) = try await Self.poll(.scrape, port: server.port)
        #expect(result.reason == nil)
        let values = appender.values(hiding: [])
        let own = "instance=\"srv\",job=\"scrape\""
        #expect(values["temperature{\(own),site=\"dc\"}"] == 21.5)
        let requests =
            "requests_total{device=\"eth0\",exported_instance=\"i\",exported_job=\"inner\",\(own),site=\"dc\"}"
        #expect(values[requests] == 5)
        #expect(!values.keys.contains { $0.hasPrefix("up") })
        #expect(appender.metadata()["requests_total"]?.kind == .counter)
        #expect(try #require(server.requests.first).contains("application/openmetrics-text"))
    }

    @Test("a page that is no metrics page says where it is wrong")
    func malformed() async throws {
        let server = try RawServer(.answer(RawServer.page("ok 1\n<html>\n")))
        defer { server.stop() }
        let (result, appender) = try await Self.poll(.scrape, port: server.port)
        #expect(!result.isUp)
        #expect(result.reason?.code == "malformed_page")
        #expect(result.reason?.detail.hasPrefix("2:") == true)
        #expect(appender.values().isEmpty)
    }

    @Test("a redirect is no metrics page")
    func scrapeStatus() async throws {
        let server = try RawServer(.answer(RawServer.page("", status: "302 Found")))
        defer { server.stop() }
        #expect(try await Self.poll(.scrape, port: server.port).result.reason?.code == "http_status")
    }

    @Test("exported_ is put before a label until the name is free")
    func relabelling() {
        let base = [Label("job", "scrape")]
        let labels = ScrapeProbe.relabelled(
            LabelSet(metric: "m", [Label("job", "a"), Label("exported_job", "b")]), base: base)
        #expect(
            labels
                == LabelSet(
                    metric: "m",
                    [Label("job", "scrape"), Label("exported_job", "b"), Label("exported_exported_job", "a")]))
    }

    @Test(
        "a room is ready when its codec answers and is registered",
        arguments: [
            (
                "codec_registered 1\ncodec_in_call 1\ncodec_packet_loss_ratio{direction=\"in\"} 0.01\n"
                    + "codec_packet_loss_ratio{direction=\"out\"} 0.03\ncodec_jitter_seconds 0.004\n",
                [1, 1, 0.03, 0.004]
            ),
            ("codec_registered 0\ncodec_in_call 0\n", [0, 0, nil, nil]), ("other 1\n", [0, nil, nil, nil]),
            ("codec_registered{proto=\"sip\"} 1\ncodec_registered{proto=\"h323\"} 0\n", [0, nil, nil, nil]),
            ("<rubbish>", [0, nil, nil, nil]),
        ] as [(String, [Double?])])
    func rooms(body: String, expected: [Double?]) async throws {
        let server = try RawServer(.answer(RawServer.page(body)))
        defer { server.stop() }
        let (_, appender) = try await Self.poll(.scrape, port: server.port, rooms: ["hall"])
        let values = appender.values()
        let names = ["room_ready", "room_in_call", "room_packet_loss_ratio", "room_jitter_seconds"]
        #expect(names.map { values["\($0){room=\"hall\"}"] } == expected)
    }
}
