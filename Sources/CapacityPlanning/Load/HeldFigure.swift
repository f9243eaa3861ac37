package import MonitoringModel

/// Whether an hour's load fell into the 80 % range that was forecast for it: 1 where it did, 0 where not.
package struct HeldFigure: KeptFigure, Hashable {
    package var figure: LoadFigure

    package init(_ figure: LoadFigure) {
        self.figure = figure
    }

    package var keptName: String {
        switch figure {
        case .processor: "device:device_cpu_forecast:held1h"
        case .receive: "link:link_receive_forecast:held1h"
        case .transmit: "link:link_transmit_forecast:held1h"
        case .inCall: "room:room_in_call_forecast:held1h"
        case .calls: "city:calls_forecast:held1h"
        }
    }

    package var countsRunning: Bool { false }

    package func expression(over span: Duration) -> String {
        // The forecast's sample at the end of an hour is of the next one.
        func forecast(_ quantile: Double) -> String {
            "ignoring (quantile) \(figure.forecastName){quantile=\"\(quantile)\"} offset 1ms"
        }
        // With such a label of its own a series would meet two forecasts.
        let kept = "\(figure.keptName){quantile=\"\"}"
        return "(\(kept) >= bool \(forecast(0.1))) * (\(kept) <= bool \(forecast(0.9)))"
    }

    package func subject(of labels: LabelSet) -> LoadKey? { figure.subject(of: labels) }

    package var metadata: MetricMetadata {
        MetricMetadata(
            name: keptName, kind: .gauge,
            help: "Whether the hour before fell into the 80 % range that was forecast for it (1) or not (0).")
    }
}
