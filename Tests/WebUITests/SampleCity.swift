import Foundation
import MonitoringModel
import TestSupport
import WebUI

/// Overview models that look like a working day in a city of nine districts.
enum SampleCity {
    /// Tuesday 24 November 2026, 09:12:33 in Vietnam.
    static let now = Timestamp(milliseconds: 1_795_486_353_000)

    struct Area {
        var id: String
        var name: String
        var latitude: Double
        var longitude: Double
        var sites: [(id: String, name: String, latitude: Double, longitude: Double)]
    }

    /// Neutral stand-ins with the real proportions, for checkouts without the recorded data.
    static let inventedAreas: [Area] = {
        let middles: [(letter: String, latitude: Double, longitude: Double, count: Int)] = [
            ("A", 10.031, 105.764, 13), ("B", 10.126, 105.633, 7), ("C", 10.064, 105.723, 8), ("D", 9.991, 105.787, 7),
            ("E", 10.243, 105.546, 9), ("F", 10.214, 105.369, 11), ("G", 10.127, 105.461, 10), ("H", 9.998, 105.663, 7),
            ("I", 10.030, 105.538, 13),
        ]
        return middles.map { middle in
            var area = Area(
                id: "area-\(middle.letter)", name: "Quận \(middle.letter)", latitude: middle.latitude,
                longitude: middle.longitude, sites: [])
            for index in 0..<middle.count {
                let north: Double = 0.01 * Double(index % 3 - 1)
                let east: Double = 0.008 * Double(index / 3 - 1)
                area.sites.append(
                    (
                        "site-\(middle.letter)-\(index)", "Xã \(middle.letter)\(index)", middle.latitude + north,
                        middle.longitude + east
                    ))
            }
            return area
        }
    }()

    /// The districts and communes of `units.csv`, or nil where it is absent.
    static let recordedAreas: [Area]? = {
        guard let directory = SharedData.directory,
            let text = try? String(contentsOfFile: directory + "/cantho/units.csv", encoding: .utf8)
        else { return nil }
        let rows = text.split(whereSeparator: \.isNewline).dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }.filter { $0.count >= 7 }
        func short(_ name: String) -> String {
            ["Quận ", "Huyện ", "Phường ", "Xã ", "Thị trấn "].reduce(name) { $0.replacing($1, with: "") }
        }
        return rows.filter { $0[4] == "92" }.map { district in
            Area(
                id: district[2], name: short(district[1]), latitude: Double(district[5]) ?? 0,
                longitude: Double(district[6]) ?? 0,
                sites: rows.filter { $0[4] == district[0] }.map {
                    ($0[2] + "-" + $0[0], short($0[1]), Double($0[5]) ?? 0, Double($0[6]) ?? 0)
                })
        }
    }()

    static var areas: [Area] { recordedAreas ?? inventedAreas }

    static func group(_ area: Area) -> OverviewModel.AreaGroup {
        OverviewModel.AreaGroup(
            id: area.id, name: area.name, isCentre: false, latitude: area.latitude, longitude: area.longitude,
            tiles: area.sites.map { site in
                OverviewModel.Tile(
                    id: site.id, name: site.name, standing: .up, because: "", latitude: site.latitude,
                    longitude: site.longitude)
            })
    }

    static func centre() -> OverviewModel.AreaGroup {
        OverviewModel.AreaGroup(
            id: "centre", name: "TTDL", isCentre: true, latitude: 10.0335, longitude: 105.783,
            tiles: (0..<23).map { index in
                OverviewModel.Tile(
                    id: "department-\(index)", name: "Sở ban ngành \(index + 1)", standing: .up, because: "",
                    latitude: 10.03 + 0.002 * Double(index % 5), longitude: 105.78 + 0.001 * Double(index / 5))
            })
    }

    /// Everything works.
    static func calm() -> OverviewModel {
        let groups = areas.map(group) + [centre()]
        let ring = orderedRing(groups.dropLast())
        var trunks = zip(ring, ring.dropFirst() + ring.prefix(1)).enumerated().map { index, ends in
            OverviewModel.Trunk(
                id: "ring-\(index)", name: "\(ends.0.name) – \(ends.1.name)", from: ends.0.id, to: ends.1.id,
                standing: .up, load: [0.71, 0.64, 0.58, 0.22, 0.31, 0.4, 0.47, 0.38, 0.44][index % 9])
        }
        if let nearest = ring.first {
            trunks.append(
                OverviewModel.Trunk(
                    id: "core-1", name: "TTDL – \(nearest.name)", from: "centre", to: nearest.id, standing: .up,
                    load: 0.52))
        }
        return model(groups: groups, trunks: trunks)
    }

    /// A district cut off, a commune cut off, a warning, a site without data, targets that fail in several ways.
    static func troubled() -> OverviewModel {
        var model = calm()
        let cut = model.groups.firstIndex { $0.name == "Cờ Đỏ" } ?? 6
        let cause = "hai đường trục của \(model.groups[cut].name)"
        for index in model.groups[cut].tiles.indices {
            model.groups[cut].tiles[index].standing = .unreachable
            model.groups[cut].tiles[index].because = cause
        }
        mark(&model, 0, 4, .down, "cổng Gi0/1 của bộ định tuyến tắt")
        mark(&model, 2, 3, .warning, "tải đường truyền 92 %")
        mark(&model, 5, 2, .unknown, "chưa có lần hỏi nào")
        for index in model.trunks.indices
        where model.trunks[index].from == model.groups[cut].id || model.trunks[index].to == model.groups[cut].id {
            model.trunks[index].standing = .down
            model.trunks[index].load = nil
        }
        model.trunks[0].standing = .warning
        model.trunks[0].load = 0.92
        model.incidents = [
            OverviewModel.Incident(
                id: "inc-1", title: "Đứt cả hai đường trục của \(model.groups[cut].name)", severity: "critical",
                since: now - .seconds(17 * 60 + 12),
                evidence: [
                    "08:55:21 trap linkDown từ agg-thoi-lai, cổng Te0/0/1",
                    "08:55:21 hỏi lại: ifOperStatus = down ở cả hai đầu",
                    "08:56:02 agg-co-do không trả lời 3 lần liên tiếp",
                ], unreachable: model.groups[cut].tiles.map(\.name)),
            OverviewModel.Incident(
                id: "inc-2", title: "Mất đường truy nhập của \(model.groups[0].tiles[4].name)", severity: "critical",
                since: now - .seconds(95), evidence: ["09:10:58 trap linkDown từ rtr, cổng Gi0/1"],
                unreachable: [model.groups[0].tiles[4].name]),
            OverviewModel.Incident(
                id: "inc-3", title: "UPS-02 chạy ắc-quy", severity: "warning", since: now - .seconds(52 * 3600),
                evidence: ["upsOutputSource = battery(5)", "còn 81 % pin"], unreachable: []),
        ]
        model.failedTargets = [
            failed(
                "snmp", "rtr-thanh-phu", "Thạnh Phú", "timeout", "no reply to 3 attempts from 127.21.4.1:16261", 1032),
            failed("snmp", "sw-an-cu", "An Cư", "wrong_community", "the agent answers SNMPv3 discovery only", 95),
            failed("http", "portal-so-y-te", "Sở Y tế", "tls_error", "certificate has expired", 7200),
            failed("scrape", "vm-mail-2", "TTDL", "malformed_page", "line 214: expected a value, found \"NaNs\"", 61),
            failed("snmp", "codec-tan-loc", "Tân Lộc", "port_closed", "ICMP port unreachable", nil),
            failed("http", "egov-23", "Sở Tư pháp", "http_status", "expected 200, found 503", 340),
        ]
        model.targetsUp = 1208
        model.pollQuality = 0.9921
        model.roomsReady = 78
        model.notificationsPending = 2
        model.isDemo = true
        return model
    }

    private static func failed(
        _ job: String, _ instance: String, _ site: String, _ code: String, _ detail: String, _ age: Double?
    ) -> OverviewModel.FailedTarget {
        OverviewModel.FailedTarget(
            job: job, instance: instance, siteName: site, reasonCode: code, reasonDetail: detail, age: age)
    }

    private static func mark(
        _ model: inout OverviewModel, _ group: Int, _ tile: Int, _ standing: OverviewModel.Standing, _ because: String
    ) {
        model.groups[group].tiles[tile].standing = standing
        model.groups[group].tiles[tile].because = because
    }

    /// The areas in the order of a ring: by direction from their middle, starting at the easternmost.
    private static func orderedRing(_ groups: some Collection<OverviewModel.AreaGroup>) -> [OverviewModel.AreaGroup] {
        let latitude = groups.reduce(0) { $0 + ($1.latitude ?? 0) } / Double(groups.count)
        let longitude = groups.reduce(0) { $0 + ($1.longitude ?? 0) } / Double(groups.count)
        let ring = groups.sorted {
            atan2(($0.latitude ?? 0) - latitude, ($0.longitude ?? 0) - longitude)
                < atan2(($1.latitude ?? 0) - latitude, ($1.longitude ?? 0) - longitude)
        }
        let start = ring.firstIndex { $0.name == "Ninh Kiều" } ?? 0
        return Array(ring[start...] + ring[..<start])
    }

    static func pool(
        _ id: String, _ name: String, used: Double?, size: Double?, perDay: Double?, age: Double?
    ) -> OverviewModel.Pool {
        let growth = perDay ?? 0.01
        let history: [Double] = (0..<90).map { day in
            guard let used, !(id == "backup" && (40..<46).contains(day)) else { return .nan }
            let back = Double(89 - day)
            return (used - growth * back + 0.6 * growth * sin(Double(day) * 1.7)) * 1e12
        }
        return OverviewModel.Pool(
            id: id, name: name, used: used.map { $0 * 1e12 }, size: size.map { $0 * 1e12 }, fullAt: 0.9,
            growthPerDay: perDay.map { $0 * 1e12 }, history: history, age: age)
    }

    /// Growth as before, in a band of a third of it; full where the band passes nine tenths of the size.
    static func forecast(
        _ pool: OverviewModel.Pool, orderWithin: Double?, abstention: CapacityModel.Abstention? = nil
    ) -> OverviewModel.Forecast {
        let used = pool.used ?? 0
        let growth = pool.growthPerDay ?? 0
        let room = 0.9 * (pool.size ?? 0) - used
        let days = { (factor: Double) in growth > 0 && room / growth / factor <= 365 ? room / growth / factor : nil }
        return OverviewModel.Forecast(
            madeAt: Timestamp(milliseconds: now.milliseconds - 21_600_000), abstention: abstention,
            fill: CapacityModel.FillDays(p10: days(1.3), p50: days(1), p90: days(0.7)), orderWithin: orderWithin,
            band: (1...365).map { day in
                let point = { (factor: Double) in used + growth * factor * Double(day) }
                return CapacityModel.UsePoint(day: day, p10: point(0.7), p50: point(1), p90: point(1.3))
            })
    }

    /// The troubled day, a forecast of each pool but one.
    static func forecast() -> OverviewModel {
        var model = troubled()
        model.pools[0] = pool("san-1", "SAN-01 · camera", used: 8.2, size: 11, perDay: 0.0412, age: 21)
        model.pools[1].growthPerDay = 0.005e12
        for (index, order) in [(0, -12), (1, 20), (2, 120)] as [(Int, Double)] {
            model.pools[index].forecast = forecast(model.pools[index], orderWithin: order)
        }
        model.pools[3].forecast = forecast(model.pools[3], orderWithin: nil, abstention: .unstable)
        return model
    }

    static func model(groups: [OverviewModel.AreaGroup], trunks: [OverviewModel.Trunk]) -> OverviewModel {
        OverviewModel(
            cityName: "Cần Thơ", now: now, timeZone: "Asia/Ho_Chi_Minh", dataAge: 8, groups: groups, trunks: trunks,
            incidents: [],
            pools: [
                pool("san-1", "SAN-01 · camera", used: 10.12, size: 11, perDay: 0.0412, age: 21),
                pool("backup", "Sao lưu-01", used: 4.9, size: 6, perDay: 0.021, age: 33),
                pool("nas-2", "NAS-02 · hồ sơ", used: 2.84, size: 4, perDay: 0.0035, age: 12),
                pool("vsan", "vSAN · máy ảo", used: 3.55, size: 7.2, perDay: 0.005, age: 12),
                pool("s3", "S3 · lưu trữ", used: nil, size: 4, perDay: nil, age: 5400),
            ],
            failedTargets: [], targetCount: 1214, targetsUp: 1214, pollQuality: 0.9987, pollInterval: 60,
            seriesCount: 23_481, samplesPerSecond: 391.4, notificationsPending: 0, notificationsDelivered: 17,
            notificationError: nil, roomCount: 80, roomsReady: 80, databaseBytes: 412_300_000, trapCount: 1290,
            version: "0.1.0", isDemo: false)
    }
}
