/// Past times that are like one to come, in circles: from those that are most like it to all.
struct SimilarTimes {
    /// The same time of the longest season; a step before and after it; a short season before and after it, as the same
    /// hour of the next days of the week; the same time of the short season; any time.
    static let circles = 5

    /// Of the longest season, in steps; 1 where none is known.
    let long: Int
    private let short: Int

    init(_ seasons: RateSeasons) {
        long = seasons.lengths.last ?? 1
        short = seasons.lengths.first ?? 1
    }

    /// How many values there are, by where in the seasons they stand.
    struct Tally {
        /// Of the longest season.
        fileprivate(set) var byPhase: [Double]
        fileprivate var byShortPhase: [Double]
        fileprivate var total = 0.0
    }

    func phase(_ place: Int) -> Int { place % long }

    func tally(_ places: some Sequence<Int>) -> Tally {
        var tally = Tally(
            byPhase: [Double](repeating: 0, count: long), byShortPhase: [Double](repeating: 0, count: short))
        for place in places {
            tally.byPhase[place % long] += 1
            tally.byShortPhase[place % short] += 1
            tally.total += 1
        }
        return tally
    }

    /// How many values of a tally stand in a circle about a place.
    func count(_ circle: Int, about place: Int, in tally: Tally) -> Double {
        switch circle {
        case 0, 1, 2: offsets(circle).reduce(0) { $0 + tally.byPhase[(place + $1 + long) % long] }
        case 3: hasDays ? tally.byShortPhase[place % short] : 0
        default: tally.total
        }
    }

    /// The weight of one value of each phase of the longest season in the forecast of a place; those of all values of a
    /// tally add up to 1.
    func weights(at place: Int, shares: [Double], tally: Tally) -> [Double] {
        let counts = (0..<Self.circles).map { count($0, about: place, in: tally) }
        let used = zip(shares, counts).reduce(0) { $0 + ($1.1 > 0 ? $1.0 : 0) }
        let single = zip(shares, counts).map { $1 > 0 && used > 0 ? $0 / used / $1 : 0 }
        var weights = [Double](repeating: single[4], count: long)
        if hasDays {
            for phase in stride(from: place % short, to: long, by: short) { weights[phase] += single[3] }
        }
        for circle in 0...2 {
            for offset in offsets(circle) { weights[(place + offset + long) % long] += single[circle] }
        }
        return weights
    }

    /// The share of a circle's values about a place that are among the hits, the place's own season left out: of that
    /// nothing is known when the place is forecast.
    ///
    /// - Returns: nil where the circle holds no other season's.
    func share(_ circle: Int, about place: Int, hits: Tally, isHit: [Bool], of all: Tally, isRead: [Bool]) -> Double? {
        var all = count(circle, about: place, in: all)
        var hits = count(circle, about: place, in: hits)
        for own in circle < 3 ? offsets(circle).map({ place + $0 }) : [place]
        where isRead.indices.contains(own) && isRead[own] {
            all -= 1
            if isHit[own] { hits -= 1 }
        }
        return all > 0 ? hits / all : nil
    }

    /// Of the first three circles, in steps.
    private func offsets(_ circle: Int) -> [Int] {
        switch circle {
        case 0: [0]
        case 1: long > 3 ? [-1, 1] : []
        default: long > 3 * short ? [-short, short] : []
        }
    }

    private var hasDays: Bool { short < long && long % short == 0 }
}
