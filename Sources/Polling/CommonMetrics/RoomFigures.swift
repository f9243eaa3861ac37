import ExpositionFormat
import MonitoringModel

/// What a codec's page says for the metrics of its room.
struct RoomFigures {
    private var registered: Double?
    private var inCall: Double?
    private var packetLoss: Double?
    private var jitter: Double?

    /// Of a page that did not come.
    init() {}

    /// - Parameter families: the page; of several samples of one metric (directions, channels) the worst counts.
    init(_ families: [MetricFamily]) {
        for family in families {
            for sample in family.samples where !sample.value.isNaN {
                let name = sample.labels.metricName
                guard name.hasPrefix("codec_") else { break }
                switch name {
                case "codec_registered": registered = min(registered ?? sample.value, sample.value)
                case "codec_in_call": inCall = max(inCall ?? sample.value, sample.value)
                case "codec_packet_loss_ratio": packetLoss = max(packetLoss ?? sample.value, sample.value)
                case "codec_jitter_seconds": jitter = max(jitter ?? sample.value, sample.value)
                default: break
                }
            }
        }
    }

    /// Writes what is known. Whether the room is ready is always known: a codec that does not answer is not.
    func write(room: String, isUp: Bool, into series: inout TargetSeries) {
        let labels = CommonMetric.labels(ofRoom: room)
        series.write(CommonMetric.roomReady.rawValue, labels, isUp && registered == 1 ? 1 : 0)
        for (metric, value) in [
            (CommonMetric.roomInCall, inCall), (.roomPacketLoss, packetLoss), (.roomJitter, jitter),
        ] {
            if let value { series.write(metric.rawValue, labels, value) }
        }
    }
}
