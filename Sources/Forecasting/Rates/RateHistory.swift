/// The readings of one series as the models see them: filled, on a scale where effects add up.
struct RateHistory {
    /// Oldest first, all finite.
    let values: [Double]
    /// Which of the values were read, not filled in nor put in the place of an outlier.
    let isRead: [Bool]
    let seasons: RateSeasons
    /// Where forecasts may go: the range seen, and half as much to each side.
    let bounds: ClosedRange<Double>

    /// - Parameter readings: on the scale of the models; NaN where there was none, but the first is one.
    init(_ readings: [Double], seasons: RateSeasons) {
        var values = readings
        var isRead = readings.map { !$0.isNaN }
        Self.fillGaps(&values, seasons: seasons)
        let outliers = Self.outliers(values, seasons: seasons)
        if !outliers.isEmpty {
            for place in outliers {
                values[place] = .nan
                isRead[place] = false
            }
            Self.fillGaps(&values, seasons: seasons)
        }
        self.isRead = isRead
        self.values = values
        self.seasons = seasons
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        bounds = (low - (high - low) / 2)...(high + (high - low) / 2)
    }

    /// Places of values far from the line and the seasons of all: outages, failed readings. No model can tell of them,
    /// but they are great enough to rule what it learns.
    ///
    /// Not where they are many, nor while they last: they may be a new level. Nor where they come again and again, or
    /// where most values are one number and any other is far off: they are what the series does then.
    private static func outliers(_ values: [Double], seasons: RateSeasons) -> [Int] {
        guard PastValues.majority(values) == nil else { return [] }
        let usual = SeasonalDecomposition(values[...], seasons: seasons.lengths)
        let distances = values.indices.map { abs(values[$0] - usual.value(at: $0)) }
        let limit = outlierDistance * distances.sorted()[values.count / 2]
        let far = limit > 0 ? distances.indices.filter { distances[$0] > limit } : []
        guard let last = far.last, far.count < values.count / 10 else { return [] }
        let isFar = Set(far)
        let runs = far.count { !isFar.contains($0 - 1) }
        guard runs <= max(mostOutages, values.count / (seasons.lengths.last ?? values.count)) else { return [] }
        let season = seasons.lengths.first ?? 2
        if values.count - 1 - last >= season / 2 { return far }
        return far.filter { $0 < values.count - 2 * season }
    }

    /// Or one in each of the longest seasons. What is far off more often is no accident.
    private static let mostOutages = 3

    /// In median distances, about eight standard deviations of the normal distribution. Found by backtests of hourly
    /// and weekly series and on made-up outages.
    private static let outlierDistance = 12.0

    /// Fills short gaps by a straight line, longer ones by the season before, moved to meet the values at both ends.
    private static func fillGaps(_ values: inout [Double], seasons: RateSeasons) {
        var place = 0
        while place < values.count {
            guard values[place].isNaN else {
                place += 1
                continue
            }
            let start = place
            while place < values.count, values[place].isNaN { place += 1 }
            let length = place - start
            let season = length > 2 ? seasons.lengths.last { $0 < start } : nil
            // What the line goes between: values, or their distances to those of a season before.
            func anchor(_ place: Int) -> Double { values[place] - (season.map { values[place - $0] } ?? 0) }
            let before = anchor(start > 0 ? start - 1 : place)
            var after = before
            // Within a gap longer than the season, what lies a season before its end is not filled yet.
            if place < values.count, season.map({ place - $0 < start }) ?? true { after = anchor(place) }
            for index in 0..<length {
                let base = season.map { values[start + index - $0] } ?? 0
                // What was filled a season before is moved already.
                if let season, index >= season {
                    values[start + index] = base
                } else {
                    values[start + index] = base + before + (after - before) * Double(index + 1) / Double(length + 1)
                }
            }
        }
    }
}
