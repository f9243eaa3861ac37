import Testing
import WebUI

struct CityMapLayoutTests {
    private static func frame(tall: Bool, for model: OverviewModel) -> CityMapLayout.Frame {
        tall ? .tall(areas: model.groups.count) : .wide(areas: model.groups.count)
    }

    @Test(arguments: [true, false], [true, false])
    func `areas do not overlap and stay inside the drawing`(isTall: Bool, isCrowded: Bool) {
        let model = isCrowded ? CrowdedCity.model() : SampleCity.calm()
        let frame = Self.frame(tall: isTall, for: model)
        let layout = CityMapLayout(model, in: frame)
        #expect(layout.groups.count == model.groups.count)
        for (index, group) in layout.groups.enumerated() {
            #expect(group.box.middle.x - group.box.halfWidth >= -0.5)
            #expect(group.box.middle.x + group.box.halfWidth <= frame.width + 0.5)
            #expect(group.box.middle.y - group.box.halfHeight >= -0.5)
            #expect(group.box.middle.y + group.box.halfHeight <= frame.height + 0.5)
            for other in layout.groups[(index + 1)...] {
                #expect(!group.box.intersects(other.box), "\(group.box) and \(other.box)")
            }
        }
    }

    @Test(arguments: [true, false])
    func `a layout depends on the inventory alone`(isTall: Bool) {
        let frame = Self.frame(tall: isTall, for: SampleCity.calm())
        let calm = CityMapLayout(SampleCity.calm(), in: frame)
        let troubled = CityMapLayout(SampleCity.troubled(), in: frame)
        #expect(calm.groups.map(\.box) == troubled.groups.map(\.box))
        #expect(calm.groups.map(\.honeycomb.order) == troubled.groups.map(\.honeycomb.order))
    }

    @Test func `areas far apart keep their compass order`() {
        let model = SampleCity.calm()
        let layout = CityMapLayout(model, in: .wide(areas: 10))
        for (first, a) in model.groups.enumerated() where !a.isCentre {
            for (second, b) in model.groups.enumerated() where !b.isCentre {
                guard let aEast = a.longitude, let bEast = b.longitude, let aNorth = a.latitude, let bNorth = b.latitude
                else { continue }
                let (x, y) = (layout.groups[first].box.middle, layout.groups[second].box.middle)
                if aEast - bEast > 0.1 { #expect(x.x > y.x, "\(a.name) lies east of \(b.name)") }
                if aNorth - bNorth > 0.08 { #expect(x.y < y.y, "\(a.name) lies north of \(b.name)") }
            }
        }
    }

    @Test(arguments: [0, 1, 2, 3, 5, 7, 13, 25, 101])
    func `a honeycomb gives every tile a place of its own`(count: Int) {
        let tiles = (0..<count).map { index -> OverviewModel.Tile in
            let latitude: Double? = index.isMultiple(of: 4) ? nil : Double(index * 7 % 11)
            return OverviewModel.Tile(
                id: "\(index)", name: "", standing: .up, because: "", latitude: latitude,
                longitude: Double(index * 5 % 13))
        }
        let comb = Honeycomb(tiles)
        #expect(comb.order.sorted() == Array(0..<count))
        for (index, place) in comb.places.enumerated() {
            for other in comb.places[(index + 1)...] {
                let x = place.x - other.x
                let y = place.y - other.y
                #expect(x * x + y * y > 2.9)
            }
        }
    }

    @Test func `rows run north to south and tiles west to east`() {
        let tiles = [(10.0, 105.2), (10.2, 105.1), (10.0, 105.0), (10.2, 105.0)].enumerated().map { index, at in
            OverviewModel.Tile(
                id: "\(index)", name: "", standing: .up, because: "", latitude: at.0, longitude: at.1)
        }
        #expect(Honeycomb(tiles).order == [3, 1, 2, 0])
    }

    @Test func `areas without positions still get places`() {
        var model = SampleCity.calm()
        for group in model.groups.indices {
            model.groups[group].latitude = nil
            model.groups[group].longitude = nil
            for tile in model.groups[group].tiles.indices {
                model.groups[group].tiles[tile].latitude = group == 0 ? .nan : nil
                model.groups[group].tiles[tile].longitude = nil
            }
        }
        let layout = CityMapLayout(model, in: .wide(areas: 10))
        for (index, group) in layout.groups.enumerated() {
            for other in layout.groups[(index + 1)...] { #expect(!group.box.intersects(other.box)) }
        }
        #expect(layout.rivers.isEmpty)
    }

    @Test func `a river is drawn only where it passes`() {
        #expect(CityMapLayout(SampleCity.calm(), in: .wide(areas: 10)).rivers.map(\.name) == ["Sông Hậu"])
        var elsewhere = SampleCity.calm()
        for group in elsewhere.groups.indices { elsewhere.groups[group].longitude = 20 + Double(group) * 0.05 }
        #expect(CityMapLayout(elsewhere, in: .wide(areas: 10)).rivers.isEmpty)
    }

    @Test func `trunks with unknown ends are left out`() {
        var model = SampleCity.calm()
        let count = model.trunks.count
        model.trunks.append(
            OverviewModel.Trunk(id: "x", name: "x", from: "nowhere", to: "centre", standing: .up, load: nil))
        model.trunks.append(
            OverviewModel.Trunk(id: "y", name: "y", from: "centre", to: "centre", standing: .up, load: nil))
        #expect(CityMapLayout(model, in: .wide(areas: 10)).trunks.map(\.index) == Array(0..<count))
    }
}
