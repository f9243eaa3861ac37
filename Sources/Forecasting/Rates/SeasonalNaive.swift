/// Repeats the last season: what any other model has to beat.
struct SeasonalNaive: RateModel {
    /// In steps; 1 repeats the last value.
    let season: Int

    func forecast(_ history: RateHistory, from origin: Int, horizon: Int) -> [Double] {
        let season = min(season, origin)
        return (0..<horizon).map { history.values[origin - season + $0 % season] }
    }
}
