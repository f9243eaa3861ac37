package import MonitoringModel

/// Keeps the figure of each day as a series of its own and reads them back, so that a forecast over two years reads two
/// years of days and not of polls.
///
/// Only days that have passed are kept; the running one is asked for and handed over. Days without samples stay
/// missing.
package struct DailyRecorder: Sendable {
    private let evaluator: any QueryEvaluator
    private let appender: any SampleAppender

    /// Days that one question covers. A run over nothing kept yet asks for two years in steps of these.
    static let daysPerQuestion = 30
    /// Kept days read by one question: half of what a forecast sees, so that 10,000 resources stay far from the limit
    /// of samples.
    static let keptDaysPerQuestion = 366

    package init(evaluator: any QueryEvaluator, appender: any SampleAppender) {
        self.evaluator = evaluator
        self.appender = appender
    }

    /// Keeps what is missing since the newest kept day, and gives the figures of the last `count` days, today's being
    /// the last.
    ///
    /// What was appended is durable when this returns.
    /// - Throws: `QueryError`; what a commit of the store throws; `CancellationError`. What was kept by then stays
    ///   kept.
    package func table(
        of figure: DailyFigure, at now: Timestamp, days: LocalDays, count: Int
    ) async throws -> DailyTable {
        let today = days.day(of: now)
        var table = DailyTable(lastDay: today, count: count)
        try await readKept(figure, into: &table, days: days)
        var first = max(table.newestDay.map { $0 + 1 } ?? table.firstDay, table.firstDay)
        while first < today {
            try Task.checkCancellation()
            let last = min(first + Self.daysPerQuestion - 1, today - 1)
            let found = try await ask(figure, from: first, through: last, days: days)
            try await keep(found, of: figure, days: days)
            add(found, of: figure, to: &table) { days.dayEnding(at: $0) }
            first = last + 1
        }
        let sinceMidnight = now - days.start(of: today)
        if sinceMidnight > .zero {
            let answer = try await evaluator.instant(
                figure.expression(over: sinceMidnight), at: now, scope: .everything, options: Self.options)
            if case .vector(let elements) = answer.value {
                let found = elements.map { SeriesSamples(labels: $0.labels, samples: [$0.sample]) }
                add(found, of: figure, to: &table) { _ in today }
            }
        }
        return table
    }

    /// As long as it takes: nobody waits at a page, and the task can be cancelled.
    private static let options: QueryOptions = {
        var options = QueryOptions()
        options.limits.time = nil
        return options
    }()

    private func readKept(_ figure: DailyFigure, into table: inout DailyTable, days: LocalDays) async throws {
        // Today's is not kept; the first half day more is for figures kept under another zone.
        var last = table.lastDay - 1
        while last >= table.firstDay {
            let count = min(Self.keptDaysPerQuestion, last - table.firstDay + 1)
            let answer = try await evaluator.instant(
                "\(figure.keptName)[\(count)d]", at: days.end(of: last) + .seconds(43_199), scope: .everything,
                options: Self.options)
            if case .matrix(let series) = answer.value {
                add(series, of: figure, to: &table) { days.dayEnding(at: $0) }
            }
            last -= count
        }
    }

    private func ask(
        _ figure: DailyFigure, from first: Int, through last: Int, days: LocalDays
    ) async throws -> [SeriesSamples] {
        let day = Duration.milliseconds(LocalDays.milliseconds)
        let answer = try await evaluator.range(
            figure.expression(over: day), from: days.end(of: first), through: days.end(of: last), step: day,
            scope: .everything, options: Self.options)
        guard case .matrix(let series) = answer.value else { return [] }
        return series
    }

    private func keep(_ found: [SeriesSamples], of figure: DailyFigure, days: LocalDays) async throws {
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
        // A queue holds no two years: each question's days are on the disk before the next is asked.
        try await appender.flush()
    }

    private func add(
        _ found: [SeriesSamples], of figure: DailyFigure, to table: inout DailyTable, day: (Timestamp) -> Int
    ) {
        for series in found {
            guard let key = ResourceKey(series.labels, unit: figure.unit) else { continue }
            table.add(series, as: key, day: day)
        }
    }
}
