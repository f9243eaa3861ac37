import HTTPTransport
import TestSupport
import Testing

@Suite struct FailureTests {
    private let client = HTTPClient()

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var behaviour: RawServer.Behaviour
        var code: HTTPTransportError.Code
        var timeout = Duration.seconds(30)
        var testDescription: String { name }
    }

    @Test(
        "each kind of failure has its own code",
        arguments: [
            Case(name: "rubbish", behaviour: .answer("220 mail.cantho.example ESMTP\r\n"), code: .malformedReply),
            Case(name: "bytes", behaviour: .answer("\u{0}\u{1}\u{2}\u{3}"), code: .malformedReply),
            Case(name: "closed at once", behaviour: .answer(""), code: .malformedReply),
            Case(name: "reset", behaviour: .reset, code: .malformedReply),
            Case(
                name: "short", behaviour: .answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"),
                code: .malformedReply),
            Case(
                name: "bad chunks", behaviour: .answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                code: .malformedReply),
            Case(
                name: "endless headers",
                behaviour: .flood("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 4000))\r\nY: 1\r\n"),
                code: .malformedReply),
            Case(name: "one endless header", behaviour: .flood("HTTP/1.1 200 OK and so on"), code: .malformedReply),
            Case(name: "silent", behaviour: .hold(""), code: .timeout, timeout: .milliseconds(300)),
            Case(
                name: "half an answer", behaviour: .hold("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"),
                code: .timeout, timeout: .milliseconds(300)),
            Case(
                name: "long", behaviour: .hold("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"), code: .bodyTooLarge),
            Case(
                name: "without end", behaviour: .flood("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 500)),
                code: .bodyTooLarge),
        ])
    func code(_ item: Case) async throws {
        let server = try RawServer(item.behaviour)
        defer { server.stop() }
        let error = await client.failure(
            of:
                HTTPRequest(
                    url: "http://user:secret@127.0.0.1:\(server.port)/?key=secret", timeout: item.timeout,
                    maximumBodyBytes: 1000))
        #expect(error?.code == item.code, "\(String(describing: error))")
        #expect(error?.detail.isEmpty == false)
        #expect(error?.detail.contains("secret") == false)
    }

    @Test("a silent server names what was missing")
    func timeoutDetail() async throws {
        let server = try RawServer(.hold(""))
        defer { server.stop() }
        let error = await client.failure(
            of:
                HTTPRequest(url: "http://127.0.0.1:\(server.port)/x", timeout: .milliseconds(200)))
        #expect(error?.detail == "127.0.0.1:\(server.port): connected, but no answer within 0.2 seconds")
    }

    @Test("a closed port is refused, a TLS port that closes is a TLS error, an unknown name is not resolved")
    func connecting() async throws {
        let port = try freePort(.tcp)
        let refused = await client.failure(of: HTTPRequest(url: "http://127.0.0.1:\(port)/", timeout: .seconds(30)))
        #expect(refused == HTTPTransportError(.connectionRefused, "127.0.0.1:\(port): Connection refused"))
        let six = await client.failure(of: HTTPRequest(url: "http://[::1]:\(port)/", timeout: .seconds(30)))
        #expect(six?.code == .connectionRefused)

        let server = try RawServer(.answer("no TLS here"))
        defer { server.stop() }
        let tls = await client.failure(of: HTTPRequest(url: "https://127.0.0.1:\(server.port)/", timeout: .seconds(30)))
        #expect(tls?.code == .tls)
        #expect(tls?.earliestCertificateExpiry == nil)

        // A label is at most 63 bytes long, so no name server is asked.
        let name = String(repeating: "x", count: 70) + ".invalid"
        let unknown = await client.failure(of: HTTPRequest(url: "http://\(name)/", timeout: .seconds(30)))
        #expect(unknown?.code == .resolve)

        // Broadcast has no route for TCP, and nothing is sent.
        let unreachable = await client.failure(of: HTTPRequest(url: "http://255.255.255.255/", timeout: .seconds(30)))
        #expect(unreachable?.code == .hostUnreachable)
    }

    @Test(
        "a request that cannot be sent is refused before anything is",
        arguments: [
            HTTPRequest(url: "file:///etc/passwd"),
            HTTPRequest(url: "gopher://127.0.0.1/"),
            HTTPRequest(url: "127.0.0.1/"),
            HTTPRequest(url: "http://127.0.0.1/a b"),
            HTTPRequest(url: "http://127.0.0.1/\r\nX: y"),
            HTTPRequest(url: "http://127.0.0.1:99999/"),
            HTTPRequest(url: "http://"),
            HTTPRequest(method: "GET /x", url: "http://127.0.0.1/"),
            HTTPRequest(method: "", url: "http://127.0.0.1/"),
            HTTPRequest(url: "http://127.0.0.1/", headers: [("X", "a\r\nY: b")]),
            HTTPRequest(url: "http://127.0.0.1/", headers: [("X: y\r\nZ", "a")]),
            HTTPRequest(url: "http://127.0.0.1/", headers: [("", "a")]),
            HTTPRequest(url: "http://127.0.0.1/", connectTo: "a\nb:1"),
        ])
    func badRequest(_ request: HTTPRequest) async {
        let error = await client.failure(of: request)
        #expect(error?.code == .badRequest, "\(String(describing: error))")
    }

    @Test("an address that is not allowed is never connected to")
    func addressCheck() async throws {
        let server = try RawServer(.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        defer { server.stop() }
        let asked = AskedAddresses()
        let request = HTTPRequest(
            url: "http://localhost:\(server.port)/", timeout: .seconds(30),
            allowsAddress: { address in
                asked.add(address)
                return false
            })
        let error = await client.failure(of: request)
        #expect(error?.code == .addressRefused)
        #expect(asked.all.contains("127.0.0.1"))
        #expect(asked.all.isSubset(of: ["127.0.0.1", "::1"]))
        #expect(server.connectionCount == 0)
    }

    @Test("an IPv4 address inside an IPv6 one is shown as IPv4")
    func mappedAddress() async throws {
        let asked = AskedAddresses()
        let request = HTTPRequest(
            url: "http://[::ffff:127.0.0.1]:9/", timeout: .seconds(30),
            allowsAddress: { address in
                asked.add(address)
                return false
            })
        #expect(await client.failure(of: request)?.code == .addressRefused)
        #expect(asked.all == ["127.0.0.1"])
    }

    @Test("method, headers and body are sent as asked, and nothing of a proxy in the way")
    func sending() async throws {
        let server = try RawServer(
            .keepAlive("HTTP/1.1 204 No Content\r\nEmpty:\r\nA: 1\r\nA:  2 \r\n\r\n"), host: "::1")
        defer { server.stop() }
        var request = HTTPRequest(
            method: "POST", url: "http://[::1]:\(server.port)/hook?x=1",
            headers: [("Content-Type", "application/json"), ("X-Empty", "")], body: Array("{}".utf8),
            timeout: .seconds(30))
        let response = try await client.perform(request)
        #expect(response.status == 204)
        #expect(response.headers.map(\.name) == ["Empty", "A", "A"])
        #expect(response.headers.map(\.value) == ["", "1", "2"])
        request.method = "PUT"
        request.headers = []
        _ = try await client.perform(request)
        request.method = "DELETE"
        request.body = []
        _ = try await client.perform(request)
        let common = "Host: [::1]:\(server.port)\r\nAccept: */*\r\n"
        let agent = "User-Agent: haidang\r\n"
        let body = "Content-Length: 2\r\n\r\n{}"
        #expect(
            server.requests == [
                "POST /hook?x=1 HTTP/1.1\r\n\(common)Content-Type: application/json\r\nX-Empty:\r\n\(agent)\(body)",
                "PUT /hook?x=1 HTTP/1.1\r\n\(common)\(agent)\(body)",
                "DELETE /hook?x=1 HTTP/1.1\r\n\(common)\(agent)\r\n",
            ])
        #expect(server.connectionCount == 1)
    }

    @Test("cancelling the task ends the exchange, whether it runs or waits")
    func cancellation() async throws {
        let server = try RawServer(.hold(""))
        defer { server.stop() }
        let client = HTTPClient(maximumTransfers: 1)
        let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/", timeout: .seconds(600))
        let codes = await withTaskGroup(of: HTTPTransportError.Code?.self) { group in
            for _ in 0..<3 { group.addTask { await client.failure(of: request)?.code } }
            while server.requests.isEmpty { await Task.yield() }
            group.cancelAll()
            group.addTask { await client.failure(of: request)?.code }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .cancelled, count: 4))
    }

    @Test("closing the client ends what is in flight and refuses what comes later")
    func closing() async throws {
        let server = try RawServer(.hold(""))
        defer { server.stop() }
        let client = HTTPClient(maximumTransfers: 1)
        let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/", timeout: .seconds(600))
        let codes = await withTaskGroup(of: HTTPTransportError.Code?.self) { group in
            for _ in 0..<3 { group.addTask { await client.failure(of: request)?.code } }
            while server.requests.isEmpty { await Task.yield() }
            client.close()
            client.close()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .cancelled, count: 3))
        #expect(await client.failure(of: request)?.code == .cancelled)
    }

    @Test("what waits too long for its turn times out, and the waiting room is bounded")
    func waiting() async throws {
        let server = try RawServer(.hold(""))
        defer { server.stop() }
        let client = HTTPClient(maximumTransfers: 1)
        let slow = HTTPRequest(url: "http://127.0.0.1:\(server.port)/", timeout: .seconds(1))
        let patient = HTTPRequest(url: slow.url, timeout: .seconds(600))
        let errors = await withTaskGroup(of: HTTPTransportError?.self) { group in
            for _ in 0..<5 { group.addTask { await client.failure(of: slow) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.map { $0?.code } == Array(repeating: .timeout, count: 5), "\(errors)")

        // Sixteen fit; of four more, each is refused as it comes.
        let codes = await withTaskGroup(of: HTTPTransportError.Code?.self) { group in
            for _ in 0..<20 { group.addTask { await client.failure(of: patient)?.code } }
            var codes: [HTTPTransportError.Code?] = []
            while codes.count < 4, let code = await group.next() { codes.append(code) }
            group.cancelAll()
            return await group.reduce(into: codes) { $0.append($1) }
        }
        #expect(codes == Array(repeating: .other, count: 4) + Array(repeating: .cancelled, count: 16))
    }
}
