import Foundation
import Inventory
import MonitoringModel
import Polling
import SNMP

/// What one poll found, as `haidang poll --json` prints it.
struct PolledDevice: Encodable {
    var device: String
    var up: Bool
    /// Nil when everything asked for came.
    var reason: Reason?
    var identity: Identity
    var modules: [Module]
    /// Rows by what they are; `sensors` counts values.
    var counts: [String: Int]
    var stores: [Store]
    var samples: [Sample]
    var refused: [Refusal]

    struct Reason: Encodable {
        var code: String
        var detail: String
    }

    struct Identity: Encodable {
        var vendor: String?
        var kind: String?
        var model: String?
        var software: String?
        var serial: String?
        var sysObjectID: String?
        var sysDescr: String?
    }

    struct Module: Encodable {
        var name: String
        var reason: String
    }

    struct Store: Encodable {
        var name: String
        var size: Double?
        var used: Double?
        /// It is memory, which hosts list among their stores.
        var memory: Bool?
        /// Why there are no figures.
        var problem: String?
        /// An earlier store that is the same one: counted once.
        var sameAs: String?
    }

    struct Sample: Encodable {
        var metric: String
        var labels: [String: String]
        /// Text where it is no number JSON knows.
        var value: Double
    }

    struct Refusal: Encodable {
        var metric: String
        var row: String?
        var value: String
        var why: String
    }

    init(_ report: PollReport, name: String) {
        device = name
        up = report.outcome.isUp
        reason = report.outcome.reason.map { Reason(code: $0.code, detail: $0.detail) }
        modules = report.matches.map { Module(name: $0.module, reason: $0.reason) }
        samples = report.samples.compactMap { entry in
            guard entry.sample.value.isFinite else { return nil }
            let labels = entry.labels.labels.filter { !["__name__", "job", "instance", "site"].contains($0.name) }
            return Sample(
                metric: entry.labels.metricName,
                labels: Dictionary(uniqueKeysWithValues: labels.map { ($0.name, $0.value) }),
                value: entry.sample.value)
        }
        let findings = report.findings ?? AgentFindings()
        identity = Identity(
            vendor: findings.identity.vendor, kind: findings.identity.kind?.rawValue, model: findings.identity.model,
            software: findings.identity.software, serial: findings.identity.serial,
            sysObjectID: findings.agent?.objectID?.description, sysDescr: findings.agent?.description)
        counts = ["sensors": findings.sensors]
        for (component, count) in findings.components { counts[component.rawValue] = count }
        counts["store"] = findings.storeCount
        let repetitions = StoreFigures.repetitions(findings.stores)
        stores = findings.stores.enumerated().map { position, store in
            var result = Store(name: store.name)
            if store.isMemory { result.memory = true }
            do throws(StorageRow.Problem) {
                let row = try store.row()
                result.size = row.size
                result.used = row.used
            } catch .usedExceedsSize {
                result.problem = "more is used than its size"
            } catch {
                result.problem = "its size is not known"
            }
            result.sameAs = repetitions[position].map { findings.stores[$0].name }
            return result
        }
        refused = findings.refusals.details.map { refusal in
            Refusal(
                metric: refusal.metric, row: refusal.row.isEmpty ? nil : refusal.row.joined(separator: " "),
                value: refusal.value, why: refusal.reason)
        }
    }
}

/// What one poll found, for people.
struct PollText {
    let report: PollReport
    let explain: Bool
    let refused: Bool
    /// The modules being written, of which more is said.
    let own: [DeviceModule]

    /// What of the modules being written came to nothing.
    private func gaps(_ device: PolledDevice) -> [String] {
        let written = Set(device.samples.map(\.metric))
        let refused = Set(device.refused.map(\.metric))
        return own.flatMap { module -> [String] in
            guard device.modules.contains(where: { $0.name == module.name }) else {
                return ["  module \(module.name) was not chosen: none of its matches holds"]
            }
            let metrics =
                module.scalars.map { ($0, "") }
                + module.tables.flatMap { table in
                    table.metrics.map { ($0, " of table \(table.name)") }
                }
            return metrics.filter { metric, _ in
                metric.kind != .text && !written.contains(metric.name) && !refused.contains(metric.name)
            }.map { metric, place in
                "  \(metric.name)\(place): nothing at \(metric.oids.map(\.description).joined(separator: ", "))"
                    + (place.isEmpty ? ".0" : ", or no row that fulfils its conditions")
            }
        }
    }

    var lines: [String] {
        let device = PolledDevice(report, name: report.outcome.target.device)
        var lines = [device.device + (device.up ? ": up" : ": down")]
        if let reason = device.reason { lines.append("  \(reason.code): \(reason.detail)") }
        let identity = [
            ("vendor", device.identity.vendor), ("kind", device.identity.kind), ("model", device.identity.model),
            ("software", device.identity.software), ("serial", device.identity.serial),
            ("sysObjectID", device.identity.sysObjectID), ("sysDescr", device.identity.sysDescr),
        ]
        for (name, text) in identity {
            if let text { lines.append("  " + name.padding(toLength: 12, withPad: " ", startingAt: 0) + text) }
        }
        if explain {
            lines += ["", "Modules:"]
            lines += ReportText.table(device.modules.map { ["  " + $0.name, $0.reason] })
        } else {
            lines.append("  modules: " + device.modules.map(\.name).joined(separator: ", "))
        }
        let counts = device.counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        if !counts.isEmpty {
            lines.append("  found " + counts.map { "\($0.key): \($0.value)" }.joined(separator: ", "))
        }
        if !device.stores.isEmpty {
            lines += ["", "Stores:"]
            lines += ReportText.table(
                device.stores.map { store in
                    [
                        "  " + store.name, store.size.map { ReportText.bytes(Int($0)) } ?? "",
                        store.used.map { ReportText.bytes(Int($0)) } ?? "",
                        store.problem ?? store.sameAs.map { "the same as \($0), counted once" } ?? "",
                    ]
                })
        }
        lines += ["", "Samples:"]
        for sample in device.samples {
            let labels = sample.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
            lines.append(
                "  \(sample.metric)" + (labels.isEmpty ? "" : "{\(labels.joined(separator: ", "))}")
                    + " \(sample.value.formatted)")
        }
        let gaps = gaps(device)
        if !gaps.isEmpty { lines += ["", "Without a value:"] + gaps }
        if refused {
            lines += ["", device.refused.isEmpty ? "Refused: nothing" : "Refused:"]
            lines += ReportText.table(
                device.refused.map { ["  " + $0.metric, $0.row ?? "", "\"\($0.value)\"", $0.why] })
        } else if !device.refused.isEmpty {
            lines.append("  \(ReportText.count(device.refused.count)) values refused (--refused lists them)")
        }
        return lines
    }
}

extension Double {
    /// As short as it can be, whole numbers without a point.
    fileprivate var formatted: String {
        self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : "\(self)"
    }
}
