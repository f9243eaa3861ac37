import CapacityPlanning
import HTTPAPI
import Inventory
import Testing

@Suite("Which resource the capacity page shows")
struct ResourceChoiceTests {
    private static let keys = [
        ResourceKey(resource: "san", kind: "storage", unit: .bytes, site: "north"),
        ResourceKey(resource: "san", kind: "storage", unit: .bytes, site: "south"),
        ResourceKey(resource: "san", kind: "power", unit: .watts, site: "south"),
        ResourceKey(resource: "nas", kind: "storage", unit: .bytes, site: "north"),
    ]

    @Test("the parameters of each lead to it and no other")
    func addresses() {
        let addresses = ResourceChoice.addresses(of: Self.keys)
        for (key, address) in zip(Self.keys, addresses) {
            let query = address.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
            let choice = ResourceChoice(RequestParameters(query: query))
            #expect(Self.keys.filter(choice.holds) == [key])
        }
        #expect(addresses[3].map(\.name) == ["resource"])
    }

    @Test("an id alone leads to all that have it, nothing to none")
    func idAlone() {
        let choice = ResourceChoice(RequestParameters(query: "resource=san&lang=vi"))
        #expect(Self.keys.filter(choice.holds).count == 3)
        #expect(!Self.keys.contains(where: ResourceChoice(RequestParameters(query: "lang=vi")).holds))
        #expect(!Self.keys.contains(where: ResourceChoice(RequestParameters(query: "resource=none")).holds))
    }
}
