import ExpositionFormat
import MonitoringModel

/// What a codec's page or agent says for the metrics of its room.
struct RoomFigures {
    private var ready: Double?
    private var inCall: Double?
    private var packetLoss: Double?
    private var jitter: Double?

    /// Of a codec that said nothing.
    init() {}

    /// - Parameter families: the page; of several samples of one metric (directions, channels) the worst counts.
    init(_ families: [MetricFamily]) {
        for family in families {
            for sample in family.samples where !sample.value.isNaN {
                let name = sample.labels.metricName
                guard name.hasPrefix("codec_") else { break }
                switch name {
                case "codec_registered": take(.ready, sample.value)
                case "codec_in_call": take(.inCall, sample.value)
                case "codec_packet_loss_ratio": take(.packetLoss, sample.value)
                case "codec_jitter_seconds": take(.jitter, sample.value)
                default: break
                }
            }
        }
    }

    /// Takes in one value in the base unit; of several the worst counts.
    mutating func take(_ input: CommonInput.RoomInput, _ value: Double) {
        switch input {
        case .ready: ready = min(ready ?? value, value)
        case .inCall: inCall = max(inCall ?? 0, value == 0 ? 0 : 1)
        case .packetLoss: packetLoss = max(packetLoss ?? value, value)
        case .jitter: jitter = max(jitter ?? value, value)
        }
    }

    /// A codec whose page does not say that it is registered, or did not come, is not ready.
    mutating func settle(isUp: Bool) {
        ready = isUp && ready == 1 ? 1 : 0
    }

    /// Writes what is known.
    func write(room: String, into series: inout TargetSeries) {
        let labels = CommonMetric.labels(ofRoom: room)
        for (metric, value) in [
            (CommonMetric.roomReady, ready), (.roomInCall, inCall), (.roomPacketLoss, packetLoss),
            (.roomJitter, jitter),
        ] {
            if let value { series.write(metric.rawValue, labels, value) }
        }
    }
}
