package import HTTPTransport
package import Inventory
import MonitoringModel

extension HTTPCheck {
    /// The request for this check at an address. The URL carries the name to be sent and verified, the connection goes to the
    /// address.
    package func request(
        to address: IPAddress, timeout: Duration, maximumBodyBytes: Int, headers: [(name: String, value: String)] = []
    ) -> HTTPRequest {
        HTTPRequest(
            url: "\(scheme.rawValue)://\(host ?? address.urlHost):\(port)\(path)", headers: headers, timeout: timeout,
            connectTo: "\(address.urlHost):\(port)", verifyCertificate: verifyCertificate,
            maximumBodyBytes: maximumBodyBytes)
    }
}

/// Fetches a page and measures it, with the metric names of blackbox_exporter.
///
/// A status of 200...399 is a success; a redirect is an answer and is not followed.
package struct PageProbe: Sendable {
    /// Enough for any portal's first page; what is longer is not a page to wait for.
    static let maximumBodyBytes = 4 << 20

    let client: HTTPClient
    let check: HTTPCheck
    let address: IPAddress
    let timeout: Duration

    package init(client: HTTPClient, check: HTTPCheck, address: IPAddress, timeout: Duration) {
        self.client = client
        self.check = check
        self.address = address
        self.timeout = timeout
    }

    package func poll(into series: inout TargetSeries) async -> ProbeResult {
        let start = ContinuousClock.now
        let result: ProbeResult
        do throws(HTTPTransportError) {
            let response = try await client.perform(
                check.request(to: address, timeout: timeout, maximumBodyBytes: Self.maximumBodyBytes))
            Self.write(response, into: &series)
            result = ProbeResult(isUp: (200..<400).contains(response.status), reason: Self.reason(of: response))
        } catch {
            if let expiry = error.earliestCertificateExpiry {
                series.write("probe_ssl_earliest_cert_expiry", [], expiry)
            }
            result = ProbeResult(isUp: false, reason: PollReason(error))
        }
        series.write("probe_success", [], result.isUp ? 1 : 0)
        series.write("probe_duration_seconds", [], (ContinuousClock.now - start).inSeconds)
        return result
    }

    /// Why a response is no success; nil when it is one.
    static func reason(of response: HTTPResponse, expected: Range<Int> = 200..<400) -> PollReason? {
        guard !expected.contains(response.status) else { return nil }
        return PollReason(
            code: "http_status",
            detail:
                "expected a status from \(expected.lowerBound) to \(expected.upperBound - 1), found \(response.status)")
    }

    private static func write(_ response: HTTPResponse, into series: inout TargetSeries) {
        series.write("probe_http_status_code", [], Double(response.status))
        // -1 is what blackbox_exporter writes when the server does not say.
        let length = response.header("Content-Length").flatMap { UInt64($0) }.map { Double($0) } ?? -1
        series.write("probe_http_content_length", [], length)
        if let expiry = response.earliestCertificateExpiry {
            series.write("probe_ssl_earliest_cert_expiry", [], expiry)
        }
        for (phase, seconds) in phases(response.timings) {
            series.write("probe_http_duration_seconds", [Label("phase", phase)], seconds)
        }
    }

    /// The spans between the ends of the steps, none below 0.
    package static func phases(_ timings: HTTPTimings) -> [(phase: String, seconds: Double)] {
        let connected = max(timings.connected, timings.resolved)
        let secured = max(timings.secured, connected)
        let firstByte = max(timings.firstByte, secured)
        return [
            ("resolve", timings.resolved), ("connect", connected - timings.resolved), ("tls", secured - connected),
            ("processing", firstByte - secured), ("transfer", max(0, timings.total - firstByte)),
        ]
    }
}

extension PollReason {
    package init(_ error: HTTPTransportError) {
        self.init(code: error.code.rawValue, detail: error.detail)
    }
}
