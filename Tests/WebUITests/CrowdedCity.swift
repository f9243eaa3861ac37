import MonitoringModel
import WebUI

/// A city at the size the page must still carry: 500 sites, 200 incidents.
enum CrowdedCity {
    private static func area(of area: Int, sites: Int) -> OverviewModel.AreaGroup {
        let latitude: Double = 10 + 0.05 * Double(area % 5)
        let longitude: Double = 105.4 + 0.1 * Double(area / 5)
        let tiles = (0..<sites).map { site -> OverviewModel.Tile in
            let standing = (area * 7 + site) % 11 < 7 ? 0 : (area + site) % 5
            return OverviewModel.Tile(
                id: "site-\(area)-\(site)", name: "Xã \(area + 1).\(site + 1)",
                standing: OverviewModel.Standing.allCases[standing],
                because: site.isMultiple(of: 3) ? "đường truyền \(site)" : "",
                latitude: latitude + 0.002 * Double(site % 6), longitude: longitude + 0.004 * Double(site / 6))
        }
        return OverviewModel.AreaGroup(
            id: "area-\(area)", name: "Khu vực \(area + 1)", isCentre: area == 0, latitude: latitude,
            longitude: longitude, tiles: tiles)
    }

    static func model(areas: Int = 20, sites: Int = 500, incidents: Int = 200) -> OverviewModel {
        let groups = (0..<areas).map { area(of: $0, sites: sites / areas) }
        let trunks = (0..<areas).map { area in
            OverviewModel.Trunk(
                id: "trunk-\(area)", name: "Trục \(area)", from: "area-\(area)", to: "area-\((area + 1) % areas)",
                standing: area == 3 ? .down : .up, load: 0.05 * Double(area % 20))
        }
        var model = SampleCity.model(groups: groups, trunks: trunks)
        model.incidents = (0..<incidents).map { index in
            OverviewModel.Incident(
                id: "inc-\(index)", title: "Sự cố số \(index)",
                severity: index.isMultiple(of: 9) ? "critical" : "warning",
                since: SampleCity.now - .seconds(60 * index + 5),
                evidence: ["trap linkDown", "ifOperStatus = down"], unreachable: ["Xã \(index)", "Xã \(index + 1)"])
        }
        model.failedTargets = (0..<150).map { index in
            OverviewModel.FailedTarget(
                job: "snmp", instance: "device-\(index)", siteName: "Xã \(index)", reasonCode: "timeout",
                reasonDetail: "no reply to 3 attempts", age: Double(index) * 30)
        }
        return model
    }
}
