import HaidangService
import Inventory
import MonitoringModel
import Testing

@Suite("Sources of traps")
struct DeviceDirectoryTests {
    private static let inventory = CityInventory(devices: [
        Device(
            id: "rt-1", name: LocalizedText("Router 1"), kind: .router, site: "here", address: IPAddress("10.0.0.1")!),
        Device(
            id: "rt-6", name: LocalizedText("Router 6"), kind: .router, site: "here",
            address: IPAddress("2001:db8::6")!),
    ])

    @Test(
        "without configured sources the devices are the sources",
        arguments: [("10.0.0.1", true), ("10.0.0.2", false), ("2001:db8::6", true), ("2001:db8::7", false)])
    func devices(address: String, allowed: Bool) throws {
        let directory = DeviceDirectory(Self.inventory, sources: [])
        #expect(directory.allowsTraps(from: try #require(IPAddress(address)).bytes) == allowed)
    }

    @Test(
        "configured sources replace the devices",
        arguments: [("10.0.0.1", false), ("192.168.7.200", true), ("192.168.8.1", false), ("2001:db8::6", false)])
    func subnets(address: String, allowed: Bool) throws {
        let directory = DeviceDirectory(Self.inventory, sources: [try #require(IPSubnet("192.168.7.0/24"))])
        #expect(directory.allowsTraps(from: try #require(IPAddress(address)).bytes) == allowed)
    }

    @Test("an update swaps devices and sources together")
    func update() {
        let directory = DeviceDirectory(Self.inventory, sources: [])
        #expect(directory.device(at: [10, 0, 0, 1]) == "rt-1")
        directory.update(CityInventory(), sources: [])
        #expect(directory.device(at: [10, 0, 0, 1]) == nil)
        #expect(!directory.allowsTraps(from: [10, 0, 0, 1]))
    }
}

@Suite("Samples a second")
struct SampleRateTests {
    private func seconds(_ count: Int64) -> Timestamp { Timestamp(milliseconds: count * 1000) }

    @Test("nothing is known before the second figure")
    func start() {
        let rate = SampleRate()
        #expect(rate.perSecond == 0)
        rate.note(100, at: seconds(10))
        #expect(rate.perSecond == 0)
    }

    @Test("the mean is over the last minute, not since the start")
    func window() {
        let rate = SampleRate()
        rate.note(0, at: seconds(0))
        for time in 1...30 { rate.note(1_000_000, at: seconds(Int64(time * 5))) }
        #expect(rate.perSecond == 0)
        rate.note(1_000_600, at: seconds(160))
        #expect(rate.perSecond == 10)
    }
}
