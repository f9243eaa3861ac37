/// One HTTP request.
package struct HTTPRequest: Sendable {
    package var method: String
    /// Absolute, `http` or `https`.
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Of the whole exchange.
    package var timeout: Duration
    /// Connect to this address and port whatever the URL's host is; `[…]` around IPv6.
    package var connectTo: String?
    /// Connect through the Unix socket at this path instead of the network; nil: the network.
    package var unixSocket: String?
    package var verifyCertificate: Bool
    /// A PEM file of the authorities to trust instead of the system's.
    package var authorityFile: String?
    /// A longer body ends the exchange with `.bodyTooLarge`.
    package var maximumBodyBytes: Int
    package var followsRedirects: Bool
    /// Asked about the resolved address before connecting; false ends the exchange with `.addressRefused`.
    package var allowsAddress: (@Sendable (String) -> Bool)?

    package init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(10), connectTo: String? = nil, verifyCertificate: Bool = true,
        authorityFile: String? = nil, maximumBodyBytes: Int = 16 << 20, followsRedirects: Bool = false,
        allowsAddress: (@Sendable (String) -> Bool)? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTo = connectTo
        self.verifyCertificate = verifyCertificate
        self.authorityFile = authorityFile
        self.maximumBodyBytes = maximumBodyBytes
        self.followsRedirects = followsRedirects
        self.allowsAddress = allowsAddress
    }
}

/// When the steps of an exchange ended, in seconds since its start; 0 when a step was not needed.
package struct HTTPTimings: Hashable, Sendable {
    package var resolved = 0.0
    package var connected = 0.0
    package var secured = 0.0
    package var firstByte = 0.0
    package var total = 0.0

    package init() {}
}

package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var timings: HTTPTimings
    /// The earliest notAfter of the certificates shown, in seconds since the Unix epoch; nil without TLS.
    package var earliestCertificateExpiry: Double?

    package init(
        status: Int, headers: [(name: String, value: String)], body: [UInt8], timings: HTTPTimings,
        earliestCertificateExpiry: Double?
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.timings = timings
        self.earliestCertificateExpiry = earliestCertificateExpiry
    }

    /// The first header of this name, compared without case.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why there was no response.
package struct HTTPTransportError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case resolve = "name_not_resolved"
        case connectionRefused = "connection_refused"
        case hostUnreachable = "host_unreachable"
        case timeout
        /// Handshake or certificate.
        case tls = "tls_error"
        case bodyTooLarge = "body_too_large"
        /// What came is not HTTP, or it ended too early.
        case malformedReply = "malformed_reply"
        case addressRefused = "address_refused"
        case badRequest = "bad_request"
        case cancelled
        case other
    }

    package var code: Code
    /// Safe to show: never a credential of the URL or a header.
    package var detail: String
    /// Filled even when the certificate did not verify.
    package var earliestCertificateExpiry: Double?

    package init(_ code: Code, _ detail: String, earliestCertificateExpiry: Double? = nil) {
        self.code = code
        self.detail = detail
        self.earliestCertificateExpiry = earliestCertificateExpiry
    }

    package var description: String { "\(code.rawValue): \(detail)" }
}
