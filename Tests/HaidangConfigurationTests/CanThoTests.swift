import Foundation
import HaidangConfiguration
import Inventory
import Testing

@Suite("The example city Config/cantho")
struct CanThoTests {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Config/cantho").path

    let city: CityInventory
    let configuration: Configuration

    init() throws {
        configuration = try Configuration.load(directory: Self.directory)
        city = configuration.inventory
    }

    @Test("it has the areas, sites and devices of the city of 2016")
    func counts() {
        #expect(city.areas.count == 95)
        #expect(city.areas.count { $0.parent == "can-tho" } == 9)
        #expect(city.sites.count == 1 + 23 + 9 + 85)
        #expect(city.sites.count { $0.assumed } == 5)
        #expect(city.devices.count == 343)
        #expect(city.links.count == 209)
        #expect(city.rooms.count == 2 + 9 + 55)
        #expect(city.pools.count == 10)
    }
}
