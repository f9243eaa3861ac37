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
        let outliers = Self.outliers(values, season: seasons.lengths.first ?? 1)
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

    /// In mean distances. Found on hourly series: at half of it, seldom events of theirs are taken for outliers.
    private static let outlierDistance = 40.0

    /// Places of single values far from both beside them and from those a season away: no model can tell of them, but
    /// they are great enough to rule what it learns. The last value is none: it may be the first of a new level.
    private static func outliers(_ values: [Double], season: Int) -> [Int] {
        guard values.count > 2 else { return [] }
        var distances = [Double](repeating: 0, count: values.count)
        var mean = 0.0
        for place in 1..<(values.count - 1) {
            var distance = min(abs(values[place] - values[place - 1]), abs(values[place] - values[place + 1]))
            for other in [place - season, place + season] where values.indices.contains(other) {
                distance = min(distance, abs(values[place] - values[other]))
            }
            distances[place] = distance
            mean += distances[place] / Double(values.count - 2)
        }
        return distances.indices.filter { distances[$0] > outlierDistance * mean }
    }

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
            let before = anchor(start - 1)
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
