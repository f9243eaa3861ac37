import HTTPTransport
import TestSupport
import Testing

@Suite(.enabled(if: WebServer.isInstalled, "needs nginx and openssl")) struct WebServerTests {
    private let client = HTTPClient()

    @Test("pages, statuses, redirects and address checks on one server")
    func plain() async throws {
        let server = try await WebServer()

        let page = try await client.perform(HTTPRequest(url: server.url("/page"), timeout: .seconds(30)))
        #expect(page.status == 200)
        #expect(page.body == Array("a page\n".utf8))
        #expect(page.header("content-type") == "text/plain")
        #expect(page.header("X-Protocol") == "HTTP/1.1")
        #expect(page.earliestCertificateExpiry == nil)
        #expect(page.timings.connected > 0)
        #expect(page.timings.firstByte >= page.timings.connected)
        #expect(page.timings.total >= page.timings.firstByte)
        #expect(page.timings.secured == 0)

        let again = try await client.perform(HTTPRequest(url: server.url("/page"), timeout: .seconds(30)))
        #expect(again.header("X-Connection") == page.header("X-Connection"), "the connection is kept")
        #expect(again.timings.connected == 0)

        let missing = try await client.perform(HTTPRequest(url: server.url("/missing"), timeout: .seconds(30)))
        #expect(missing.status == 404)
        #expect(missing.body == Array("nothing here".utf8))

        let head = try await client.perform(
            HTTPRequest(method: "HEAD", url: server.url("/page"), timeout: .seconds(30)))
        #expect(head.status == 200)
        #expect(head.body.isEmpty)

        let named = try await client.perform(
            HTTPRequest(
                url: "http://portal.example/host", timeout: .seconds(30), connectTo: "127.0.0.1:\(server.plainPort)"))
        #expect(named.body == Array("portal.example GET".utf8))

        var local = HTTPRequest(url: "http://service/host", timeout: .seconds(30))
        local.unixSocket = server.directory.file("socket")
        #expect(try await client.perform(local).body == Array("service GET".utf8))
        local.unixSocket = server.directory.file("none")
        #expect(await client.failure(of: local)?.code == .hostUnreachable)

        let unfollowed = try await client.perform(HTTPRequest(url: server.url("/redirect"), timeout: .seconds(30)))
        #expect(unfollowed.status == 302)
        #expect(unfollowed.header("Location") == server.url("/page"))

        var request = HTTPRequest(url: server.url("/redirect"), timeout: .seconds(30), followsRedirects: true)
        let followed = try await client.perform(request)
        #expect(followed.status == 200)
        #expect(followed.body == Array("a page\n".utf8))
        #expect(followed.header("Location") == nil)

        request.url = server.url("/loop")
        #expect(await client.failure(of: request)?.code == .malformedReply)
        request.url = server.url("/file")
        #expect(await client.failure(of: request)?.code == .malformedReply)

        request.url = server.url("/elsewhere")
        #expect(try await client.perform(request).status == 200)
        request.allowsAddress = { $0 == "127.0.0.1" }
        #expect(
            await client.failure(of: request)?.code == .addressRefused, "after a redirect, on a connection that is open"
        )
        #expect(await HTTPClient().failure(of: request)?.code == .addressRefused, "after a redirect, before connecting")
        request.url = server.url("/page")
        #expect(try await client.perform(request).status == 200)
        request.allowsAddress = { _ in false }
        #expect(await client.failure(of: request)?.code == .addressRefused, "on a connection that is open")

        var large = HTTPRequest(url: server.url("/large"), timeout: .seconds(30), maximumBodyBytes: 100_000)
        #expect(try await client.perform(large).body.count == 100_000)
        large.maximumBodyBytes = 99_999
        #expect(await client.failure(of: large)?.code == .bodyTooLarge)
    }

    @Test("certificates are verified, and their expiry is told in every case")
    func secure() async throws {
        let server = try await WebServer()
        var request = HTTPRequest(
            url: "https://localhost/page", timeout: .seconds(30), connectTo: "127.0.0.1:\(server.securePort)",
            authorityFile: server.certificate)

        let page = try await client.perform(request)
        #expect(page.status == 200)
        #expect(page.header("X-Protocol") == "HTTP/2.0")
        #expect(page.earliestCertificateExpiry == WebServer.expiry)
        #expect(page.timings.secured >= page.timings.connected)
        let again = try await client.perform(request)
        #expect(again.header("X-Connection") == page.header("X-Connection"))
        #expect(again.earliestCertificateExpiry == WebServer.expiry, "on a kept connection")
        #expect(again.timings.secured == 0)

        request.authorityFile = nil
        let untrusted = try #require(await client.failure(of: request))
        #expect(untrusted.code == .tls)
        #expect(untrusted.detail.contains("self-signed"))
        #expect(untrusted.earliestCertificateExpiry == WebServer.expiry)

        request.authorityFile = server.certificate
        request.url = "https://portal.example/page"
        let misnamed = try #require(await client.failure(of: request))
        #expect(misnamed.code == .tls)
        #expect(misnamed.earliestCertificateExpiry == WebServer.expiry)

        request.url = "https://localhost/page"
        request.connectTo = "127.0.0.1:\(server.expiredPort)"
        request.authorityFile = server.directory.file("expired.pem")
        let expired = try #require(await client.failure(of: request))
        #expect(expired.code == .tls)
        #expect(expired.detail.contains("expired"))
        #expect(expired.earliestCertificateExpiry == WebServer.pastExpiry)

        request.verifyCertificate = false
        request.authorityFile = nil
        let unverified = try await client.perform(request)
        #expect(unverified.status == 200)
        #expect(unverified.earliestCertificateExpiry == WebServer.pastExpiry)

        request.verifyCertificate = true
        #expect(await client.failure(of: request)?.code == .tls, "a connection that was not verified is not reused")

        request.connectTo = "127.0.0.1:\(server.plainPort)"
        #expect(await client.failure(of: request)?.code == .tls, "a server that does not speak TLS")
        request.authorityFile = "/nowhere.pem"
        request.connectTo = "127.0.0.1:\(server.securePort)"
        #expect(await client.failure(of: request)?.code == .tls, "no such authority file")
    }

    @Test("many requests at once are all answered over few connections")
    func concurrency() async throws {
        let server = try await WebServer()
        let client = HTTPClient(maximumTransfers: 16, maximumConnectionsPerHost: 4)
        let connections = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    let request = HTTPRequest(url: server.url("/page"), timeout: .seconds(60))
                    return try await client.perform(request).header("X-Connection") ?? ""
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(connections.count <= 4)
    }
}
