package import MonitoringModel

/// The times that a question is about.
package enum QueryMoment: Hashable, Sendable {
    /// Nil: now, by the clock of who answers.
    case instant(Timestamp?)
    case range(QueryWindow)
}

/// `start`, `start + step`, … up to and including `end`, which is not before `start`.
package struct QueryWindow: Hashable, Sendable {
    package var start: Timestamp
    package var end: Timestamp
    /// Positive, in whole milliseconds.
    package var step: Duration

    package init(start: Timestamp, end: Timestamp, step: Duration) {
        self.start = start
        self.end = end
        self.step = step
    }
}

/// What was said about times on the command line.
package struct MomentOptions: Hashable, Sendable {
    package var time: String?
    package var start: String?
    package var end: String?
    package var last: String?
    package var step: String?

    package init(
        time: String? = nil, start: String? = nil, end: String? = nil, last: String? = nil, step: String? = nil
    ) {
        self.time = time
        self.start = start
        self.end = end
        self.last = last
        self.step = step
    }

    /// Whether several times are asked for.
    package var isRange: Bool { start != nil || end != nil || last != nil }

    /// The span before `--end` where nothing says how long.
    private static let usualSpan = Duration.seconds(3600)

    /// Without `--step`, a range begins and ends at multiples of the step that is chosen, as in Grafana: the same chart comes
    /// again a moment later, and samples that are kept of each hour are met rather than passed by.
    ///
    /// - Throws: `MomentError` with a sentence that names the option.
    package func moment(now: Timestamp) throws(MomentError) -> QueryMoment {
        guard isRange else {
            guard step == nil else { throw MomentError("--step goes with --last, --start or --end") }
            return .instant(try time.map { text throws(MomentError) in try Self.time(text, "--time", now: now) })
        }
        guard time == nil else {
            throw MomentError("--time is for one time; --last, --start and --end ask for several")
        }
        guard start == nil || last == nil else { throw MomentError("--last and --start both say where it begins") }
        let end = try self.end.map { text throws(MomentError) in try Self.time(text, "--end", now: now) } ?? now
        let start =
            if let start = self.start {
                try Self.time(start, "--start", now: now)
            } else {
                end - (try last.map { text throws(MomentError) in try Self.span(text, "--last") } ?? Self.usualSpan)
            }
        guard start <= end else {
            throw MomentError("expected a start at or before the end, found \(start.utcText) and \(end.utcText)")
        }
        if let text = self.step {
            return .range(QueryWindow(start: start, end: end, step: try Self.span(text, "--step")))
        }
        let step = TimeStep.forQuery(of: end - start)
        return .range(
            QueryWindow(start: TimeStep.begin(of: start, step), end: TimeStep.begin(of: end, step), step: step))
    }

    private static func time(_ text: String, _ option: String, now: Timestamp) throws(MomentError) -> Timestamp {
        guard let time = TimeText.time(text, now: now) else {
            throw MomentError(
                "\(option): expected an RFC 3339 time, Unix seconds, now, or now-1h, found \"\(text)\"")
        }
        return time
    }

    private static func span(_ text: String, _ option: String) throws(MomentError) -> Duration {
        guard let span = SpanText.span(text) else {
            throw MomentError("\(option): expected seconds or a duration such as 6h or 1h30m, found \"\(text)\"")
        }
        return span
    }
}

/// Times of the command line cannot be used.
package struct MomentError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Times as people write them.
enum TimeText {
    /// Reads what `Timestamp(text:)` reads, `now`, and `now` with a span behind `-` or `+`.
    static func time(_ text: String, now: Timestamp) -> Timestamp? {
        guard text.hasPrefix("now") else { return Timestamp(text: text) }
        let rest = text.dropFirst("now".count)
        guard let sign = rest.first else { return now }
        guard sign == "-" || sign == "+", let span = SpanText.span(String(rest.dropFirst())) else { return nil }
        return sign == "-" ? now - span : now + span
    }
}

/// Spans that people think in.
enum TimeStep {
    /// In milliseconds, from short to long.
    static let nice: [Int64] =
        [1, 2, 5, 10, 20, 50, 100, 200, 500]
        + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].map { $0 * 1000 }
        + [1, 2, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760].map { $0 * 3_600_000 }

    /// Points that a range has when nobody says how many.
    private static let usualPoints: Int64 = 100

    /// A step of at least a second that gives a range about 100 points: 72 to 142 of them up to a few days.
    static func forQuery(of range: Duration) -> Duration {
        let exact = Double(range.wholeMilliseconds) / Double(usualPoints)
        let candidates = nice.filter { $0 >= 1000 }
        let longest = candidates[candidates.count - 1]
        if exact > Double(longest) {
            return .milliseconds(longest * Int64((exact / Double(longest)).rounded()))
        }
        func distance(_ step: Int64) -> Double { max(exact / Double(step), Double(step) / exact) }
        return .milliseconds(candidates.min { distance($0) < distance($1) } ?? longest)
    }

    /// The last multiple of the step at or before a time.
    static func begin(of time: Timestamp, _ step: Duration) -> Timestamp {
        let remainder = time.milliseconds % step.wholeMilliseconds
        return Timestamp(
            milliseconds: time.milliseconds - remainder - (remainder < 0 ? step.wholeMilliseconds : 0))
    }
}
