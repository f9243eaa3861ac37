import FoundationEssentials
import MonitoringModel

/// One group of alerts for one receiver, as the webhook of Alertmanager words it (version "4"), with `idempotencyKey` beside.
///
/// Fields of Alertmanager 0.27's template.Data and webhook.Message; receivers written for it work unchanged.
struct Notification {
    let receiver: String
    let alerts: [Alert]
    let externalURL: String

    /// The same for the same news to the same receiver, whenever and however often they are dispatched: the receiver's name and each alert's
    /// labels, state and times.
    var idempotencyKey: String {
        let texts =
            [receiver]
            + alerts.flatMap { alert in
                [
                    Fingerprint.hexadecimal(Fingerprint.of(alert.labels), digits: 16), alert.state.rawValue,
                    String(alert.activeAt.milliseconds), alert.resolvedAt.map { String($0.milliseconds) } ?? "",
                ]
            }
        return Fingerprint.hexadecimal(Fingerprint.of(texts), digits: 32)
    }

    /// UTF-8, keys sorted.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(message))
    }

    private var message: Message {
        let labels = alerts.map { Dictionary($0.labels.labels.map { ($0.name, $0.value) }) { first, _ in first } }
        let common = Self.common(labels)
        let text = common.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ", ")
        return Message(
            version: "4", groupKey: "{}:{\(text)}", truncatedAlerts: 0,
            status: alerts.contains { $0.state == .firing } ? "firing" : "resolved", receiver: receiver,
            groupLabels: common, commonLabels: common, commonAnnotations: Self.common(alerts.map(\.annotations)),
            externalURL: externalURL,
            alerts: zip(alerts, labels).map { alert, labels in
                Message.Entry(
                    status: alert.state == .resolved ? "resolved" : "firing", labels: labels,
                    annotations: alert.annotations, startsAt: alert.activeAt.rfc3339,
                    // Alertmanager's zero time for "not ended".
                    endsAt: alert.resolvedAt?.rfc3339 ?? "0001-01-01T00:00:00Z", generatorURL: externalURL,
                    fingerprint: Fingerprint.hexadecimal(Fingerprint.of(alert.labels), digits: 16))
            }, idempotencyKey: idempotencyKey)
    }

    private static func common(_ sets: [[String: String]]) -> [String: String] {
        guard let first = sets.first else { return [:] }
        return first.filter { pair in sets.allSatisfy { $0[pair.key] == pair.value } }
    }

    private struct Message: Encodable {
        struct Entry: Encodable {
            var status: String
            var labels: [String: String]
            var annotations: [String: String]
            var startsAt: String
            var endsAt: String
            var generatorURL: String
            var fingerprint: String
        }

        var version: String
        var groupKey: String
        var truncatedAlerts: Int
        var status: String
        var receiver: String
        var groupLabels: [String: String]
        var commonLabels: [String: String]
        var commonAnnotations: [String: String]
        var externalURL: String
        var alerts: [Entry]
        var idempotencyKey: String
    }
}

extension Timestamp {
    /// `2026-11-24T02:30:08.125Z`; the days are counted as in the proleptic Gregorian calendar.
    var rfc3339: String {
        func pad(_ number: Int64, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        func floorDivide(_ a: Int64, _ b: Int64) -> (Int64, Int64) {
            let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
            return remainder < 0 ? (quotient - 1, remainder + b) : (quotient, remainder)
        }
        let (days, milliseconds) = floorDivide(self.milliseconds, 86_400_000)
        // Eras of 400 years from 1 March of year 0, so that the leap day ends a year.
        let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let time = [milliseconds / 3_600_000, milliseconds / 60_000 % 60, milliseconds / 1000 % 60]
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(time.map { pad($0, 2) }.joined(separator: ":"))"
            + ".\(pad(milliseconds % 1000, 3))Z"
    }
}
