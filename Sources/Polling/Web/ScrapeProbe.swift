import ExpositionFormat
package import HTTPTransport
package import Inventory
package import MonitoringModel

/// What is kept of a scraped page between polls.
package struct ScrapeSession: Sendable {
    /// Slots by a hash of the labels on the page: 64 bits of SipHash with a key of this process, which no page can aim at.
    fileprivate var slots: [Int: SeriesLedger.Slot] = [:]

    package init() {}

    mutating func forgetSlots() {
        slots = [:]
    }
}

/// Reads a Prometheus page.
///
/// All samples carry the time of the poll; timestamps on the page are not used, so that a poll is stored once with one time.
package struct ScrapeProbe: Sendable {
    static let maximumBodyBytes = 16 << 20
    static let maximumSamples = 100_000
    /// Written about every target by the poller; a page cannot speak in their place.
    private static let reserved: Set<String> = ["up", "scrape_duration_seconds", "scrape_samples_scraped"]

    let client: HTTPClient
    let check: HTTPCheck
    let address: IPAddress
    let timeout: Duration

    package init(client: HTTPClient, check: HTTPCheck, address: IPAddress, timeout: Duration) {
        self.client = client
        self.check = check
        self.address = address
        self.timeout = timeout
    }

    /// - Parameter rooms: ids of the rooms whose codec the page is of.
    package func poll(
        _ session: inout ScrapeSession, rooms: [String], into series: inout TargetSeries
    ) async -> ProbeResult {
        let accept =
            "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        var figures = RoomFigures()
        let result: ProbeResult
        do throws(HTTPTransportError) {
            let response = try await client.perform(
                check.request(
                    to: address, timeout: timeout, maximumBodyBytes: Self.maximumBodyBytes,
                    headers: [("Accept", accept)]))
            result = Self.read(response, &session, &figures, into: &series)
        } catch {
            result = ProbeResult(isUp: false, reason: PollReason(error))
        }
        figures.settle(isUp: result.isUp)
        for room in rooms { figures.write(room: room, into: &series) }
        return result
    }

    private static func read(
        _ response: HTTPResponse, _ session: inout ScrapeSession, _ figures: inout RoomFigures,
        into series: inout TargetSeries
    ) -> ProbeResult {
        if let reason = PageProbe.reason(of: response, expected: 200..<300) {
            return ProbeResult(isUp: false, reason: reason)
        }
        let families: [MetricFamily]
        do throws(ExpositionError) {
            families = try ExpositionParser.parse(
                response.body, flavor: ExpositionFlavor(contentType: response.header("Content-Type")))
        } catch {
            return ProbeResult(isUp: false, reason: PollReason(code: "malformed_page", detail: error.description))
        }
        let count = families.reduce(0) { $0 + $1.samples.count }
        guard count <= maximumSamples else {
            return ProbeResult(
                isUp: false,
                reason: PollReason(
                    code: HTTPTransportError.Code.bodyTooLarge.rawValue,
                    detail: "expected at most \(maximumSamples) samples, found \(count)"))
        }
        series.describe(families.map(\.metadata))
        figures = RoomFigures(families)
        write(families, count: count, &session, into: &series)
        return ProbeResult(isUp: true)
    }

    static func write(
        _ families: [MetricFamily], count: Int, _ session: inout ScrapeSession, into series: inout TargetSeries
    ) {
        if session.slots.count > 2 * count + 1_000 { session.slots = [:] }
        var unknown: [(hash: Int, value: Double)] = []
        var labels: [LabelSet] = []
        for family in families where !reserved.contains(family.metadata.name) {
            for sample in family.samples {
                let hash = sample.labels.hashValue
                if let slot = session.slots[hash] {
                    series.ledger.write(slot, sample.value)
                } else {
                    unknown.append((hash, sample.value))
                    labels.append(relabelled(sample.labels, base: series.base))
                }
            }
        }
        for (new, slot) in zip(unknown, series.slots(for: labels)) {
            session.slots[new.hash] = slot
            series.ledger.write(slot, new.value)
        }
    }

    /// The page's labels with the target's; a label of the page that has the name of one of the target's becomes `exported_NAME`, as
    /// Prometheus does without `honor_labels`.
    package static func relabelled(_ labels: LabelSet, base: [Label]) -> LabelSet {
        let own = Set(base.map(\.name))
        var taken = Set(labels.labels.map(\.name)).union(own)
        var result = base
        for label in labels.labels {
            var name = label.name
            if own.contains(name) {
                repeat { name = "exported_" + name } while !taken.insert(name).inserted
            }
            result.append(Label(name, label.value))
        }
        return LabelSet(result)
    }
}
