package import MonitoringModel
import Synchronization

/// Takes requests of the Prometheus remote-write protocol 1.0 and gives their samples to a store.
///
/// One receiver serves all connections of a store: what one of them taught it about series helps the others. `receive` may be
/// called from any thread; requests are decoded side by side and meet at two short critical sections only, one for all look-ups
/// of a request in the cache of series and one for all insertions. The store is never called inside of one.
///
/// A request that cannot be read throws and leaves nothing behind. One that can is taken but for the series, samples and
/// descriptions that its outcome counts as refused. This differs from Prometheus 3.5, which answers 204 when it leaves out
/// series with bad labels, although the specification wants an answer in the 400s.
///
/// Memory for a request: its decompressed length and about 70 bytes a sample, each bounded by the limits, kept for the next
/// request as long as it is moderate.
package final class RemoteWriteReceiver: Sendable {
    package struct Limits: Hashable, Sendable {
        /// Bytes of a request after decompression; at most 1 GiB is used of it. Senders write 2,000 to 10,000 samples of some
        /// 200 bytes in a request, so the default leaves room for ten times that.
        package var requestBytes = 32 << 20
        /// Of series, of samples and of descriptions in a request, with those left out. At some 30 bytes for the shortest sample with labels that
        /// occurs, the default is what fits in `requestBytes`.
        package var elements = 1_000_000
        /// Series that the cache knows; when it is full, it forgets all of them.
        package var cachedSeries = 1 << 20
        /// Bytes of labels in the cache; when it is full, it forgets all series. The table takes 32 to 64 bytes a series more.
        package var cachedBytes = 128 << 20

        package init() {}
    }

    /// What the cache of series shows of itself, for self-metrics.
    package struct CacheStatistics: Hashable, Sendable {
        /// Series it knows now.
        package var series = 0
        /// Bytes of labels it holds now.
        package var bytes = 0
        /// Times it was full and forgot all series. When this grows steadily, its limits are too low for the senders.
        package var drops = 0
    }

    private let appender: any SampleAppender
    private let limits: Limits
    private let hasher: LabelBytesHasher
    private let cache: Mutex<SeriesCache>
    /// Those not in use.
    private let workspaces = Mutex<[Workspace]>([])

    /// - Parameter appender: the store, whose numbers of series must stay true for as long as the receiver lives.
    package init(appender: any SampleAppender, limits: Limits = Limits()) {
        var generator = SystemRandomNumberGenerator()
        self.appender = appender
        self.limits = limits
        hasher = LabelBytesHasher(using: &generator)
        cache = Mutex(SeriesCache(entryLimit: limits.cachedSeries, byteLimit: limits.cachedBytes))
    }

    package var cacheStatistics: CacheStatistics {
        cache.withLock { CacheStatistics(series: $0.count, bytes: $0.byteCount, drops: $0.drops) }
    }

    /// Takes one request. Does not wait for the disk.
    ///
    /// - Parameter body: as it came: a snappy block.
    package func receive(_ body: [UInt8]) throws(RemoteWriteError) -> WriteOutcome {
        try body.withUnsafeBufferPointer { (body) throws(RemoteWriteError) in try receive(body) }
    }

    /// Takes one request, as the function above does, from bytes that the caller lends.
    package func receive(_ body: UnsafeBufferPointer<UInt8>) throws(RemoteWriteError) -> WriteOutcome {
        var workspace = takeWorkspace()
        var content = workspace.content
        workspace.content = []
        defer {
            workspace.content = content
            giveBack(workspace)
        }
        let length = try SnappyBlock.decompress(body, limit: min(limits.requestBytes, Self.mostBytes), into: &content)
        return try content.withUnsafeBufferPointer { (content) throws(RemoteWriteError) in
            try receive(UnsafeBufferPointer(rebasing: content[..<length]), &workspace.request, &workspace.grouping)
        }
    }

    /// Offsets in a request have 32 bits.
    private static let mostBytes = 1 << 30

    private func receive(
        _ bytes: UnsafeBufferPointer<UInt8>, _ request: inout DecodedRequest, _ grouping: inout SampleGrouping
    ) throws(RemoteWriteError) -> WriteOutcome {
        request.removeAll()
        try WriteRequestDecoder(elementLimit: limits.elements, hasher: hasher).decode(bytes, into: &request)
        cache.withLock { $0.find(&request.series, in: bytes) }
        try lookUpUnknown(bytes, &request)
        if !request.metadata.isEmpty {
            request.outcome.metadata = request.metadata.count
            appender.describe(request.metadata)
        }
        var outcome = AppendOutcome()
        grouping.divide(&request) { outcome += appender.append($0) }
        request.outcome.store = outcome
        return request.outcome
    }

    // MARK: Unknown series

    /// Asks the store for the numbers of the series that the cache does not know, some at a time so that few label sets are in
    /// memory. All are read first: a request that cannot be read must not create series.
    private func lookUpUnknown(
        _ bytes: UnsafeBufferPointer<UInt8>, _ request: inout DecodedRequest
    ) throws(RemoteWriteError) {
        var unknown: [Int] = []
        let decoder = LabelsDecoder()
        for index in request.series.indices where request.series[index].standing != .isKnown {
            let series = request.series[index]
            let start = Int(series.labelsStart)
            do {
                _ = try decoder.labels(bytes, in: start..<Int(series.labelsEnd))
            } catch {
                guard error.code == .labels else { throw error }
                request.series[index].standing = .isLeftOut
                request.outcome.seriesRefused += 1
                request.outcome.samplesRefused += Int(series.sampleCount)
                request.outcome.note(at: error.byte ?? start) { error }
                continue
            }
            // As in Prometheus, it takes a sample to create a series.
            if series.sampleCount > 0 {
                unknown.append(index)
            } else {
                request.series[index].standing = .isLeftOut
            }
        }
        var rest = unknown[...]
        while !rest.isEmpty {
            let portion = rest.prefix(Self.portion)
            rest = rest.dropFirst(Self.portion)
            var sets: [LabelSet] = []
            sets.reserveCapacity(portion.count)
            for index in portion {
                let series = request.series[index]
                sets.append(try decoder.labels(bytes, in: Int(series.labelsStart)..<Int(series.labelsEnd)))
            }
            let ids = appender.seriesIDs(for: sets)
            request.outcome.seriesLookedUp += portion.count
            cache.withLock { cache in
                for (index, id) in zip(portion, ids) {
                    let series = request.series[index]
                    if series.standing == .isRun {
                        let range = Int(series.labelsStart)..<Int(series.labelsEnd)
                        cache.insert(series.hash, UnsafeBufferPointer(rebasing: bytes[range]), id: id.rawValue)
                    }
                    request.series[index].id = id.rawValue
                    request.series[index].standing = .isKnown
                }
            }
        }
    }

    /// Label sets in memory at a time.
    private static let portion = 2000

    // MARK: Buffers

    /// The buffers of one request.
    private struct Workspace: Sendable {
        /// The decompressed request at the front of it.
        var content: [UInt8] = []
        var request = DecodedRequest()
        var grouping: SampleGrouping

        init() {
            var generator = SystemRandomNumberGenerator()
            grouping = SampleGrouping(using: &generator)
        }

        var footprint: Int { content.capacity + request.footprint + grouping.footprint }
    }

    private func takeWorkspace() -> Workspace {
        workspaces.withLock { $0.popLast() } ?? Workspace()
    }

    /// Keeps what a few connections that send requests of a usual size need.
    private func giveBack(_ workspace: Workspace) {
        guard workspace.footprint <= 16 << 20 else { return }
        workspaces.withLock { workspaces in
            if workspaces.count < 4 { workspaces.append(workspace) }
        }
    }
}
