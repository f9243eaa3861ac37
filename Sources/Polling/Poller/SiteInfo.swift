import Inventory
import MonitoringModel

/// Writes `site_info{site,name,area,path}`, value 1, once a minute: often enough for every look-back.
struct SiteInfo: Sendable {
    static let interval: Int64 = 60_000

    private var sites: [LabelSet] = []
    private var ledger = SeriesLedger()
    private var nextTime = Timestamp(milliseconds: .min)

    /// Takes in the sites of a plan; the next call of `values` writes them.
    mutating func update(_ inventory: CityInventory) {
        sites = inventory.sites.map { site in
            LabelSet(
                metric: "site_info",
                [
                    Label("site", site.id), Label("name", site.name.vietnamese), Label("area", site.area),
                    Label("path", inventory.areaPath(site.area).joined(separator: "/")),
                ])
        }
        nextTime = Timestamp(milliseconds: .min)
    }

    /// What to look up and write now; nil when it is not yet time.
    mutating func labelsDue(now: Timestamp) -> [LabelSet]? {
        let isSetBack = nextTime.milliseconds &- now.milliseconds > Self.interval
        guard now >= nextTime || isSetBack else { return nil }
        nextTime = now + .milliseconds(Self.interval)
        return sites
    }

    /// The values for series looked up after `labelsDue`, with stale markers of sites that are gone or renamed.
    mutating func values(_ ids: [SeriesID]) -> [(series: SeriesID, value: Double)] {
        ledger.begin()
        for id in ids { ledger.write(ledger.slot(for: id), 1) }
        let values = ledger.finish()
        _ = ledger.compact()
        return values
    }
}
