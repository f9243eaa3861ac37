package import MonitoringModel

/// A load that follows the day and the week, kept once an hour.
package enum LoadFigure: String, KeptFigure, CaseIterable, Hashable {
    /// Share of time that a device's processors are busy, the mean of the hour.
    case processor
    /// Bytes a second that one end of a link receives, the mean of the hour.
    case receive
    /// Bytes a second that one end of a link sends, the mean of the hour.
    case transmit
    /// Share of the hour that a room is in a call.
    case inCall
    /// Rooms in a call at once, the most of the hour.
    case calls

    package enum Unit: String, Hashable, Sendable {
        case ratio
        case bytesPerSecond = "bytes_per_second"
        case count
    }

    package var unit: Unit {
        switch self {
        case .processor, .inCall: .ratio
        case .receive, .transmit: .bytesPerSecond
        case .calls: .count
        }
    }

    /// As polls write it.
    package var polledName: String {
        switch self {
        case .processor: "device_cpu_ratio"
        case .receive: "link_receive_bytes_total"
        case .transmit: "link_transmit_bytes_total"
        case .inCall, .calls: "room_in_call"
        }
    }

    package var keptName: String {
        switch self {
        case .processor: "device:device_cpu_ratio:avg1h"
        case .receive: "link:link_receive_bytes:rate1h"
        case .transmit: "link:link_transmit_bytes:rate1h"
        case .inCall: "room:room_in_call:avg1h"
        case .calls: "city:room_in_call:max1h"
        }
    }

    package var countsRunning: Bool { false }

    package func expression(over span: Duration) -> String {
        let window = "\(span.wholeMilliseconds)ms"
        // The label is the forecasts'.
        let polled = "\(polledName){quantile=\"\"}"
        return switch self {
        case .processor, .inCall: "avg_over_time(\(polled)[\(window)])"
        // A minute more, so that samples an hour apart, as archives have them, still give a rate.
        case .receive, .transmit: "rate(\(polled)[\((span + .seconds(60)).wholeMilliseconds)ms])"
        // A room that two collectors tell of is one.
        case .calls: "max_over_time(sum(max by (site, room) (\(polledName)))[\(window):1m])"
        }
    }

    package func subject(of labels: LabelSet) -> LoadKey? {
        let site = labels["site"] ?? ""
        switch self {
        case .processor:
            return labels["instance"].map { LoadKey(self, of: $0, site: site) }
        case .receive, .transmit:
            return labels["link"].map { LoadKey(self, of: $0, end: labels["end"] ?? "", site: site) }
        case .inCall:
            return labels["room"].map { LoadKey(self, of: $0, site: site) }
        case .calls:
            return LoadKey(self)
        }
    }

    package var metadata: MetricMetadata {
        let help =
            switch self {
            case .processor: "Mean share of time that the device's processors were busy in the hour before."
            case .receive: "Mean bytes a second that this end of the link received in the hour before."
            case .transmit: "Mean bytes a second that this end of the link sent in the hour before."
            case .inCall: "Share of the hour before that the room was in a call."
            case .calls: "The most rooms in a call at once in the hour before."
            }
        return MetricMetadata(name: keptName, kind: .gauge, help: help)
    }
}

/// What tells loads apart. The collector that reports one may change: its label is no part of this.
package struct LoadKey: Hashable, Comparable, Sendable {
    package var figure: LoadFigure
    /// The id of the device, the link or the room; "" for all calls together.
    package var id: String
    /// Of a link: "a" or "b"; "" else.
    package var end: String
    /// The label `site`; "" without one.
    package var site: String

    package init(_ figure: LoadFigure, of id: String = "", end: String = "", site: String = "") {
        self.figure = figure
        self.id = id
        self.end = end
        self.site = site
    }

    /// As askers name it, unless two sites have one of the name: `processor:core-1`, `receive:wan-3:a`, `calls`.
    var name: String {
        ([figure.rawValue, id, end].filter { !$0.isEmpty }).joined(separator: ":")
    }

    package static func < (lhs: LoadKey, rhs: LoadKey) -> Bool {
        (lhs.figure.rawValue, lhs.id, lhs.end, lhs.site) < (rhs.figure.rawValue, rhs.id, rhs.end, rhs.site)
    }
}
