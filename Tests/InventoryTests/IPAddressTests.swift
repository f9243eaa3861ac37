import Inventory
import Testing

@Suite("Addresses")
struct IPAddressTests {
    @Test(
        "addresses are written in their canonical form",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("::1", "::1"),
            ("1::", "1::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("0:0:0:0:0:0:0:0", "::"),
        ])
    func canonical(text: String, expected: String) {
        #expect(IPAddress(text)?.description == expected)
    }

    @Test(
        "what is no address is nil",
        arguments: [
            "", "10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.+1", "10.0.0.1.", "١.0.0.1", ":", ":::", "1::2::3",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "::-0", "::+1", "fe80::1%eth0", "::g", "localhost",
        ])
    func invalid(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("loopback and link-local addresses are recognised")
    func ranges() throws {
        #expect(IPAddress.loopback.isLoopback && IPAddress("127.9.8.7")?.isLoopback == true)
        #expect(IPAddress("::1")?.isLoopback == true && IPAddress("::2")?.isLoopback == false)
        #expect(IPAddress("169.254.1.1")?.isLinkLocal == true && IPAddress("fe80::1")?.isLinkLocal == true)
        #expect(IPAddress("10.0.0.1")?.isLoopback == false && IPAddress("fec0::1")?.isLinkLocal == false)
    }

    @Test("IPv4 sorts before IPv6, and each by value")
    func order() throws {
        let addresses = try ["::1", "10.0.0.10", "10.0.0.9"].map { try #require(IPAddress($0)) }
        #expect(addresses.sorted().map(\.description) == ["10.0.0.9", "10.0.0.10", "::1"])
    }

    @Test(
        "a subnet holds the addresses that share its leading bits",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.128/25", "10.1.2.127", false),
            ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
        ])
    func subnets(subnet: String, address: String, expected: Bool) throws {
        let address = try #require(IPAddress(address))
        #expect(try #require(IPSubnet(subnet)).contains(address) == expected)
    }

    @Test(
        "what is no subnet is nil",
        arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "a/8", "1.2.3.4/8/8"])
    func invalidSubnets(text: String) {
        #expect(IPSubnet(text) == nil)
    }
}
