import HTTPAPI
import Testing

@Suite("Names of this machine")
struct AccessGuardTests {
    @Test(
        "only loopback names let an anonymous viewer in",
        arguments: [
            ("localhost", true), ("localhost:8470", true), ("127.0.0.1:8470", true), ("127.9.9.9", true),
            ("[::1]:8470", true), ("[::1]", true), ("evil.example", false), ("localhost.evil.example", false),
            ("10.0.0.1:8470", false), ("[::1", false), ("", false),
        ])
    func namesLoopback(authority: String, expected: Bool) {
        #expect(AccessGuard.namesLoopback(authority) == expected)
    }

    @Test("a request without a host is not from a browser on this machine")
    func missing() {
        #expect(!AccessGuard.namesLoopback(nil))
    }
}
