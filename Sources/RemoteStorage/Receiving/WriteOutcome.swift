package import MonitoringModel

/// What became of a request that could be read.
package struct WriteOutcome: Hashable, Sendable {
    /// Samples given to the store.
    package var samples = 0
    /// What the store did not take of them.
    package var store = AppendOutcome()
    /// `TimeSeries` messages whose samples were given to the store.
    package var series = 0
    /// Of them, those that the receiver did not know and looked up in the store.
    package var seriesLookedUp = 0
    /// Metrics described.
    package var metadata = 0
    /// Exemplars, which are not kept.
    package var exemplarsIgnored = 0
    /// Native histograms, which are not supported.
    package var histogramsIgnored = 0
    /// `TimeSeries` messages left out because of their labels.
    package var seriesRefused = 0
    /// Samples left out: those of series left out, and those not newer than the one before them in their series.
    package var samplesRefused = 0
    /// Descriptions of metrics left out.
    package var metadataRefused = 0
    /// The refusal that comes first in the request; nil when nothing was left out.
    package var firstRefusal: RemoteWriteError?

    package init() {}

    /// The HTTP status that the protocol wants: 503 when the store had no room, so that the sender repeats the request; 400 when
    /// something was left out, so that the sender shows it and does not repeat it; else 204. What was not left out is taken.
    package var status: Int {
        if store.dropped > 0 { return 503 }
        return firstRefusal == nil && store.refused == 0 ? 204 : 400
    }

    /// The text of the answer; nil for 204.
    package var message: String? {
        if store.dropped > 0 { return "the store has no room for \(store.dropped) samples at present" }
        guard let firstRefusal else {
            guard store.refused > 0 else { return nil }
            return
                "refused \(store.refused) of \(samples) samples: out of order, too far ahead of the clock, or another "
                + "value than their series has at that time"
        }
        var refused: [String] = []
        if seriesRefused > 0 { refused.append("\(seriesRefused) series") }
        if samplesRefused > 0 { refused.append("\(samplesRefused) samples") }
        if metadataRefused > 0 { refused.append("\(metadataRefused) descriptions of metrics") }
        return "refused \(refused.joined(separator: ", ")) and took \(samples) samples; first: \(firstRefusal)"
    }

    /// Remembers a refusal when none comes before it in the request.
    ///
    /// - Parameter error: not made when it is not needed, for a request may earn very many.
    mutating func note(at byte: Int, _ error: () -> RemoteWriteError) {
        if let first = firstRefusal?.byte, first <= byte { return }
        firstRefusal = error()
    }
}
