/// How often which values came at times like those to come, for a rate that is mostly one number: the calls of a room,
/// mostly none; a nightly job.
///
/// What such a rate does next is not near a mean: it is that number, or another one with some probability. So each
/// quantile is one of the values read, by a mix of the distributions of ``SimilarTimes``. The shares of the mix are
/// those by which each value that came was most likely from the others (Jelinek and Mercer's interpolation with
/// deleted estimates, 1980): where weeks repeat, the same hour of the week tells most, elsewhere the hour of any day.
struct PastValues {
    /// Oldest first; NaN: not read.
    private let readings: [Double]
    /// What most of them are.
    private let usual: Double
    /// Places of all others that were read, by value.
    private let others: [Int]
    private let times: SimilarTimes
    /// Of the circles, a row for each frequency of unusual values in the first one. They add up to 1 each.
    private let shares: [[Double]]

    /// - Parameters:
    ///   - readings: oldest first, NaN where there was none.
    ///   - end: from how many of them the shares may be learned.
    /// - Returns: nil where no number is most of the readings, or not most of the latest ones: the rate has changed for
    ///   good then.
    init?(_ readings: [Double], seasons: RateSeasons, upTo end: Int) {
        guard let usual = Self.majority(readings),
            Self.majority(readings.suffix(max(Self.leastRecent, seasons.lengths.last ?? 0))) == usual
        else { return nil }
        self.readings = readings
        self.usual = usual
        let others = readings.indices.filter { !readings[$0].isNaN && readings[$0] != usual }
            .sorted { (readings[$0], $0) < (readings[$1], $1) }
        self.others = others
        times = SimilarTimes(seasons)
        shares = Self.shares(readings[..<end], others: others.filter { $0 < end }, times: times)
    }

    /// Of unusual values among those of the same time of the longest season.
    private enum Frequency: Int, CaseIterable {
        case never, seldom, mostly

        init(_ share: Double) { self = share <= 0 ? .never : share < 0.5 ? .seldom : .mostly }
    }

    /// In steps: how much tells what a rate is now, where no season does.
    private static let leastRecent = 12

    /// The number that more than half of the readings are; nil where there is none.
    static func majority(_ readings: some Sequence<Double>) -> Double? {
        let sorted = readings.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return nil }
        let middle = sorted[sorted.count / 2]
        return 2 * sorted.count { $0 == middle } > sorted.count ? middle : nil
    }

    /// How many of the readings from a place on are not the usual number.
    func unusual(from place: Int) -> Int { others.count { $0 >= place } }

    /// The values that are not exceeded with given probabilities: a row each, a column for each step.
    ///
    /// - Parameters:
    ///   - probabilities: each from 0 to 1.
    ///   - origin: how many values are known, at least one of them read.
    func quantiles(_ probabilities: [Double], from origin: Int, horizon: Int) -> [[Double]] {
        let known = others.filter { $0 < origin }
        let all = times.tally((0..<origin).lazy.filter { !readings[$0].isNaN })
        let unusual = times.tally(known)
        var rows = probabilities.map { _ in [Double]() }
        for step in 0..<horizon {
            // No more is known of the same time of the next season.
            if step >= times.long {
                for row in rows.indices { rows[row].append(rows[row][step - times.long]) }
                continue
            }
            let place = origin + step
            let alike = times.count(0, about: place, in: all)
            let frequency = Frequency(alike > 0 ? times.count(0, about: place, in: unusual) / alike : 0)
            let weights = times.weights(at: place, shares: shares[frequency.rawValue], tally: all)
            var run = known.map { (value: readings[$0], weight: weights[times.phase($0)]) }
            let left = run.reduce(1) { $0 - $1.weight }
            run.insert((usual, left), at: run.firstIndex { $0.value > usual } ?? run.count)
            for (row, probability) in probabilities.enumerated() {
                rows[row].append(Self.quantile(probability, of: run))
            }
        }
        return rows
    }

    /// - Parameter run: by value, the weights of all adding up to 1.
    private static func quantile(_ probability: Double, of run: [(value: Double, weight: Double)]) -> Double {
        var sum = 0.0
        // What weighs less is what rounding leaves.
        let real = run.lazy.filter { $0.weight > 1e-9 }
        for (value, weight) in real {
            sum += weight
            if sum >= probability - 1e-9 { return value }
        }
        return real.last?.value ?? .nan
    }

    private static func shares(
        _ readings: ArraySlice<Double>, others: [Int], times: SimilarTimes
    ) -> [[Double]] {
        let even = [Double](repeating: 1 / Double(SimilarTimes.circles), count: SimilarTimes.circles)
        guard !others.isEmpty else { return Frequency.allCases.map { _ in even } }
        let isRead = readings.map { !$0.isNaN }
        let read = isRead.indices.filter { isRead[$0] }
        let all = times.tally(read)
        // What is told apart: whether a value is unusual, and whether it is beyond most of the unusual ones.
        let unusual = Set(others)
        let middle = readings[others[others.count / 2]]
        let told = [unusual, unusual.filter { readings[$0] > middle }].map { hits in
            (isHit: isRead.indices.map { hits.contains($0) }, tally: times.tally(hits))
        }
        var chances: [[[Double]]] = Frequency.allCases.map { _ in [] }
        for place in read {
            let shares = told.map { hits in
                (0..<SimilarTimes.circles).map { circle in
                    times.share(circle, about: place, hits: hits.tally, isHit: hits.isHit, of: all, isRead: isRead)
                }
            }
            chances[Frequency(shares[0][0] ?? 0).rawValue] += zip(told, shares).map { hits, shares in
                shares.map { share in share.map { hits.isHit[place] ? $0 : 1 - $0 } ?? 0 }
            }
        }
        // What all have in common steadies those of which there is little.
        let common = likeliest(chances.flatMap { $0 }, from: even, prior: 1)
        return chances.map { likeliest($0, from: common, prior: Self.prior) }
    }

    /// The shares under which what came was likeliest, found by repeated estimation: each circle's share becomes how
    /// much of what came it accounts for.
    ///
    /// - Parameter prior: how many values more the first shares count as.
    private static func likeliest(_ chances: [[Double]], from first: [Double], prior: Double) -> [Double] {
        var shares = first
        for _ in 0..<rounds {
            var sums = first.map { $0 * prior }
            for chance in chances {
                let total = zip(shares, chance).reduce(0) { $0 + $1.0 * $1.1 }
                guard total > 0 else { continue }
                for circle in sums.indices { sums[circle] += shares[circle] * chance[circle] / total }
            }
            let total = sums.reduce(0, +)
            shares = sums.map { $0 / total }
        }
        return shares
    }

    /// Shares hardly move after as many.
    private static let rounds = 30
    /// Found by backtests of calls in rooms, where 5 to 60 do as well.
    private static let prior = 20.0
}
