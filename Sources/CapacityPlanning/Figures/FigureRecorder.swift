package import MonitoringModel

/// Keeps the figure of each span as a series of its own and reads them back, so that a forecast over two years reads two
/// years of days and not of polls.
///
/// Only spans that have passed are kept; the running one is asked for and handed over. Spans without samples stay
/// missing.
package struct FigureRecorder: Sendable {
    private let evaluator: any QueryEvaluator
    private let appender: any SampleAppender

    /// Spans that one question covers. A run over nothing kept yet asks for years in steps of these.
    private static let spansPerQuestion = 30
    /// Kept spans read by one question, so that the series of one figure stay far from the limit of samples: half of
    /// the days that a forecast of 10,000 resources sees, or a week of hours of 100,000 loads.
    private static func keptPerQuestion(_ grid: TimeGrid) -> Int { grid == .hours ? 168 : 366 }

    package init(evaluator: any QueryEvaluator, appender: any SampleAppender) {
        self.evaluator = evaluator
        self.appender = appender
    }

    /// Keeps what is missing since the newest kept span, and gives the figures of the last `count` spans. The running
    /// one is the last where the figure counts it, and the one before it where not.
    ///
    /// Figures of history that was imported before the oldest kept span are given and not kept: a store takes nothing
    /// that is so late. They are asked for each time.
    ///
    /// What was appended is durable when this returns.
    /// - Throws: `QueryError`; what a commit of the store throws; `CancellationError`. What was kept by then stays
    ///   kept.
    package func table<Figure: KeptFigure>(
        of figure: Figure, at now: Timestamp, grid: TimeGrid, count: Int
    ) async throws -> FigureTable<Figure.Subject> {
        let running = grid.index(of: now)
        var table = FigureTable<Figure.Subject>(last: figure.countsRunning ? running : running - 1, count: count)
        try await readKept(figure, before: running, into: &table, grid: grid)
        if let oldest = table.oldest, try await hasSamples(figure, in: table.first..<oldest, grid: grid) {
            try await fill(&table, with: figure, in: table.first..<oldest, grid: grid, isKept: false)
        }
        let next = max(table.newest.map { $0 + 1 } ?? table.first, table.first)
        if next < running { try await fill(&table, with: figure, in: next..<running, grid: grid, isKept: true) }
        let soFar = now - grid.start(of: running)
        if figure.countsRunning, soFar > .zero {
            let answer = try await evaluator.instant(
                figure.expression(over: soFar), at: now, scope: .everything, options: Self.options)
            if case .vector(let elements) = answer.value {
                let found = elements.map { SeriesSamples(labels: $0.labels, samples: [$0.sample]) }
                add(found, of: figure, to: &table) { _ in running }
            }
        }
        return table
    }

    private func hasSamples(_ figure: some KeptFigure, in spans: Range<Int>, grid: TimeGrid) async throws -> Bool {
        guard !spans.isEmpty else { return false }
        let answer = try await evaluator.instant(
            figure.expression(over: grid.length * spans.count), at: grid.start(of: spans.upperBound),
            scope: .everything, options: Self.options)
        guard case .vector(let elements) = answer.value else { return false }
        return !elements.isEmpty
    }

    /// Asks for spans, keeps what is found where it may, and adds it to the table.
    private func fill<Figure: KeptFigure>(
        _ table: inout FigureTable<Figure.Subject>, with figure: Figure, in spans: Range<Int>, grid: TimeGrid,
        isKept: Bool
    ) async throws {
        for first in stride(from: spans.lowerBound, to: spans.upperBound, by: Self.spansPerQuestion) {
            try Task.checkCancellation()
            let last = min(first + Self.spansPerQuestion, spans.upperBound) - 1
            let found = try await ask(figure, from: first, through: last, grid: grid)
            if isKept { try await keep(found, of: figure) }
            add(found, of: figure, to: &table) { grid.index(endingAt: $0) }
        }
    }

    /// As long as it takes: nobody waits at a page, and the task can be cancelled.
    private static let options: QueryOptions = {
        var options = QueryOptions()
        options.limits.time = nil
        return options
    }()

    private func readKept<Figure: KeptFigure>(
        _ figure: Figure, before running: Int, into table: inout FigureTable<Figure.Subject>, grid: TimeGrid
    ) async throws {
        // The first half span more is for figures kept under another zone.
        let lead = grid.length / 2 - .milliseconds(1)
        var last = running - 1
        while last >= table.first {
            let count = min(Self.keptPerQuestion(grid), last - table.first + 1)
            let span = (grid.length * count).wholeMilliseconds
            let answer = try await evaluator.instant(
                "\(figure.keptName)[\(span)ms]", at: grid.end(of: last) + lead, scope: .everything,
                options: Self.options)
            if case .matrix(let series) = answer.value {
                add(series, of: figure, to: &table) { grid.index(endingAt: $0) }
            }
            last -= count
        }
    }

    private func ask(
        _ figure: some KeptFigure, from first: Int, through last: Int, grid: TimeGrid
    ) async throws -> [SeriesSamples] {
        let answer = try await evaluator.range(
            figure.expression(over: grid.length), from: grid.end(of: first), through: grid.end(of: last),
            step: grid.length, scope: .everything, options: Self.options)
        guard case .matrix(let series) = answer.value else { return [] }
        return series
    }

    private func keep(_ found: [SeriesSamples], of figure: some KeptFigure) async throws {
        guard !found.isEmpty else { return }
        let ids = appender.seriesIDs(for: found.map { $0.labels.setting(Label.metricName, to: figure.keptName) })
        var batches: [Timestamp: [(series: SeriesID, value: Double)]] = [:]
        for (id, series) in zip(ids, found) {
            for sample in series.samples where sample.value.isFinite {
                batches[sample.timestamp, default: []].append((id, sample.value))
            }
        }
        for (time, values) in batches.sorted(by: { $0.key < $1.key }) {
            appender.append(SampleBatch(timestamp: time, values: values))
        }
        // A queue holds no two years: what one question found is on the disk before the next is asked.
        try await appender.flush()
    }

    private func add<Figure: KeptFigure>(
        _ found: [SeriesSamples], of figure: Figure, to table: inout FigureTable<Figure.Subject>,
        index: (Timestamp) -> Int
    ) {
        for series in found {
            guard let subject = figure.subject(of: series.labels) else { continue }
            table.add(series, as: subject, index: index)
        }
    }
}
