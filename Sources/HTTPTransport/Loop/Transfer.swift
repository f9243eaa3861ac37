import CCurl
import Glibc

/// One exchange inside the loop. Confined to the loop's thread.
final class Transfer {
    let submission: TransferSubmission
    private unowned let loop: TransferLoop
    /// Nil before the start and after `release`.
    private var handle: OpaquePointer?
    private var headers: [(name: String, value: String)] = []
    private var headerBytes = 0
    private var body: [UInt8] = []
    private var isBodyTooLarge = false
    private var areHeadersTooLarge = false
    /// libcurl's words on the certificates, while they are looked at once more.
    private var verificationFailure: String?
    /// Of all certificates seen, in seconds since the Unix epoch; 0: none.
    private var expiry: Int64 = 0

    /// More header bytes than this are not an answer to anything we ask (our guess).
    private static let maximumHeaderBytes = 256 << 10
    private static let maximumRedirects = 5

    init(_ submission: TransferSubmission, loop: TransferLoop) {
        self.submission = submission
        self.loop = loop
    }

    private var request: HTTPRequest { submission.request }

    // MARK: life

    /// Configures the transfer and lets it run; an error when it cannot.
    func start(in curl: OpaquePointer) -> HTTPTransportError? {
        guard let milliseconds = millisecondsLeft() else {
            return HTTPTransportError(.timeout, "no free place among the running exchanges within \(request.timeout)")
        }
        guard makeHandle() else { return HTTPTransportError(.other, "libcurl gave no handle") }
        guard configure(milliseconds) else {
            release()
            return HTTPTransportError(.badRequest, "libcurl refuses the request")
        }
        guard run(in: curl) else { return HTTPTransportError(.other, "libcurl does not start the transfer") }
        return nil
    }

    /// When verification ended the handshake, shakes hands once more without it, to tell until when the certificates
    /// are valid; nothing is sent. True when the transfer goes on with that.
    func startInspection(after result: hd_curl_result, in curl: OpaquePointer) -> Bool {
        guard result.outcome == HD_CURL_UNVERIFIED, result.expiry == 0, verificationFailure == nil, let handle,
            let milliseconds = millisecondsLeft()
        else { return false }
        let url = String(cString: hd_curl_last_url(handle))
        verificationFailure = String(cString: hd_curl_message(handle))
        release()
        guard makeHandle(), let handle = self.handle, hd_curl_set_url(handle, url), hd_curl_set_handshake_only(handle),
            hd_curl_set_timeout(handle, milliseconds), hd_curl_set_trust(handle, false, nil),
            request.connectTo.map({ hd_curl_set_connect_to(handle, $0) }) ?? true
        else {
            release()
            return false
        }
        return run(in: curl)
    }

    /// Of the request's timeout, at least 1 and at most a day, as libcurl takes 0 for no limit; nil when none is left.
    private func millisecondsLeft() -> Int64? {
        let (seconds, attoseconds) = (request.timeout - (ContinuousClock.now - submission.submitted)).components
        guard seconds < 86_400 else { return 86_400_000 }
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return milliseconds > 0 ? milliseconds : nil
    }

    private func makeHandle() -> Bool {
        var callbacks = hd_curl_callbacks(
            context: Unmanaged.passUnretained(self).toOpaque(),
            header: { context, bytes, count in
                Transfer.from(context)?.receiveHeader(UnsafeBufferPointer(start: bytes, count: count)) ?? false
            },
            body: { context, bytes, count in
                Transfer.from(context)?.receiveBody(UnsafeBufferPointer(start: bytes, count: count)) ?? false
            },
            allows: nil,
            ready: { context, address, connection, expiry in
                Transfer.from(context)?.connectionIsReady(
                    String(cString: address), connection: String(cString: connection), expiry: expiry) ?? false
            })
        if request.allowsAddress != nil {
            callbacks.allows = { context, address in
                Transfer.from(context)?.request.allowsAddress?(String(cString: address)) ?? false
            }
        }
        handle = hd_curl_transfer_new(&callbacks)
        return handle != nil
    }

    private func run(in curl: OpaquePointer) -> Bool {
        if let handle, hd_curl_start(curl, handle) { return true }
        release()
        return false
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Ends the transfer if it still runs. No callback comes afterwards.
    func release() {
        if let handle { hd_curl_transfer_free(handle) }
        handle = nil
    }

    private func configure(_ milliseconds: Int64) -> Bool {
        guard let handle, hd_curl_set_url(handle, request.url),
            hd_curl_set_method(handle, request.method, request.body, request.body.count),
            hd_curl_set_timeout(handle, milliseconds),
            hd_curl_set_trust(handle, request.verifyCertificate, request.authorityFile),
            hd_curl_set_maximum_body(handle, Int64(max(request.maximumBodyBytes, 0))),
            hd_curl_set_redirects(handle, request.followsRedirects ? Self.maximumRedirects : 0)
        else { return false }
        if let address = request.connectTo, !hd_curl_set_connect_to(handle, address) { return false }
        if let path = request.unixSocket, !hd_curl_set_unix_socket(handle, path) { return false }
        var names: Set<String> = []
        for header in request.headers {
            names.insert(header.name.lowercased())
            let line = header.value.isEmpty ? header.name + ";" : header.name + ": " + header.value
            guard hd_curl_add_header(handle, line) else { return false }
        }
        if !names.contains("user-agent"), !hd_curl_add_header(handle, "User-Agent: haidang") { return false }
        // libcurl would call any body a form, and ask before sending a large one.
        for name in ["Content-Type", "Expect"] where !names.contains(name.lowercased()) {
            guard hd_curl_add_header(handle, name + ":") else { return false }
        }
        return true
    }

    // MARK: callbacks

    private func receiveHeader(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        headerBytes += bytes.count
        guard headerBytes <= Self.maximumHeaderBytes else {
            areHeadersTooLarge = true
            return false
        }
        let line = String(decoding: bytes, as: UTF8.self).trimmingTrailing { $0.isNewline }
        if line.hasPrefix("HTTP/") {
            // A status line: what came before belonged to a redirect or an interim answer.
            headers.removeAll(keepingCapacity: true)
            body.removeAll(keepingCapacity: true)
        } else if let colon = line.firstIndex(of: ":") {
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            headers.append((String(line[..<colon]), String(value.trimmingTrailing { $0 == " " || $0 == "\t" })))
        }
        return true
    }

    private func receiveBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard body.count + bytes.count <= request.maximumBodyBytes else {
            isBodyTooLarge = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private func connectionIsReady(_ address: String, connection: String, expiry: Int64) -> Bool {
        see(loop.certificateExpiry(of: connection, shown: expiry))
        return request.allowsAddress?(address) ?? true
    }

    private func see(_ expiry: Int64) {
        if expiry > 0, self.expiry == 0 || expiry < self.expiry { self.expiry = expiry }
    }

    // MARK: outcome

    func outcome(_ result: hd_curl_result) -> Result<HTTPResponse, HTTPTransportError> {
        see(result.expiry)
        let earliestExpiry = expiry > 0 ? Double(expiry) : nil
        if let verificationFailure {
            return .failure(
                HTTPTransportError(.tls, verificationFailure, earliestCertificateExpiry: earliestExpiry))
        }
        guard result.outcome == HD_CURL_DONE else {
            let (code, detail) = failure(result)
            return .failure(HTTPTransportError(code, detail, earliestCertificateExpiry: earliestExpiry))
        }
        var timings = HTTPTimings()
        if result.connected_anew {
            timings.resolved = Self.seconds(result.resolved)
            timings.connected = Self.seconds(result.connected)
            timings.secured = Self.seconds(result.secured)
        }
        timings.firstByte = Self.seconds(result.first_byte)
        timings.total = Self.seconds(result.total)
        return .success(
            HTTPResponse(
                status: result.status, headers: headers, body: body, timings: timings,
                earliestCertificateExpiry: earliestExpiry))
    }

    private static func seconds(_ microseconds: Int64) -> Double { Double(max(microseconds, 0)) / 1_000_000 }

    private func failure(_ result: hd_curl_result) -> (HTTPTransportError.Code, String) {
        let message = handle.map { String(cString: hd_curl_message($0)) } ?? ""
        switch result.outcome {
        case HD_CURL_RESOLVE: return (.resolve, message)
        case HD_CURL_CONNECT:
            let reason = result.os_error == 0 ? message : errorText(result.os_error)
            return (connectFailure(result.os_error), "\(target): \(reason)")
        case HD_CURL_TIMEOUT: return (.timeout, timeoutDetail(result))
        case HD_CURL_TLS, HD_CURL_UNVERIFIED: return (.tls, message)
        case HD_CURL_BODY_TOO_LARGE: return (.bodyTooLarge, bodyTooLargeDetail)
        case HD_CURL_MALFORMED: return (.malformedReply, message)
        case HD_CURL_ADDRESS_REFUSED:
            return (.addressRefused, "\(target): the address may not be connected to")
        case HD_CURL_BAD_REQUEST: return (.badRequest, message)
        case HD_CURL_ABORTED where isBodyTooLarge: return (.bodyTooLarge, bodyTooLargeDetail)
        case HD_CURL_ABORTED where areHeadersTooLarge:
            return (.malformedReply, "expected at most \(Self.maximumHeaderBytes) bytes of headers, found more")
        default: return (.other, message)
        }
    }

    private func connectFailure(_ number: Int32) -> HTTPTransportError.Code {
        switch number {
        case ECONNREFUSED: .connectionRefused
        case ETIMEDOUT: .timeout
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .other
        default: .hostUnreachable
        }
    }

    private var bodyTooLargeDetail: String { "expected at most \(request.maximumBodyBytes) bytes, found more" }

    private func timeoutDetail(_ result: hd_curl_result) -> String {
        let what =
            if result.connected == 0 {
                "no connection"
            } else if result.first_byte == 0 {
                "connected, but no answer"
            } else {
                "the answer did not end"
            }
        return "\(target): \(what) within \(request.timeout)"
    }

    /// Where the request goes: host and port of the URL, without user, password and path, or the address to connect to.
    private var target: String {
        if let place = request.unixSocket ?? request.connectTo { return place }
        guard let scheme = request.url.firstRange(of: "://") else { return "" }
        let authority = request.url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        return String(authority.split(separator: "@", omittingEmptySubsequences: false).last ?? "")
    }
}

extension StringProtocol {
    fileprivate func trimmingTrailing(_ isUnwanted: (Character) -> Bool) -> SubSequence {
        var rest = self[...]
        while let last = rest.last, isUnwanted(last) { rest.removeLast() }
        return rest
    }
}
