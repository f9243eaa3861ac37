/// What recurs or stands out in a history, taken apart from its plain growth.
struct UsageStructure {
    /// A step up or down within one increment, too large for the growth around it.
    struct Jump: Sendable {
        /// An index into the history.
        let day: Int
        let size: Double
    }

    /// Use without teeth and weekday offsets; NaN: gap.
    private(set) var level: [Double]
    private(set) var regularDrops: RegularDrops?
    private(set) var retentionPurges: RetentionPurges?
    private(set) var weekdayProfile: WeekdayProfile?
    private(set) var monthDayGrowth: MonthDayGrowth?
    private(set) var jumps: [Jump] = []
    /// All increments of `level`, and beside each whether it is plain growth, neither a jump nor a day of the month's.
    private(set) var increments: DailyIncrements
    private(set) var isPlain: [Bool]
    /// Beside each increment how far it is from the growth around it.
    private(set) var surprises: GrowthSurprises

    init(_ readings: CleanedReadings, calibration: FleetCalibration) {
        level = readings.used
        increments = DailyIncrements(of: level)
        surprises = GrowthSurprises(increments)
        retentionPurges = RetentionPurges.find(
            in: level, increments, surprises, capacity: readings.capacity, singlePurge: calibration.singlePurge)
        // Teeth may start from like heights by chance, a retention job's drops nearly all do.
        if let drops = RegularDrops.find(in: level, increments, surprises),
            drops.sizes.count * 4 > (retentionPurges?.kept.count ?? 0) * 5
        {
            regularDrops = drops
            retentionPurges = nil
            level = drops.removed(from: level)
            increments = DailyIncrements(of: level)
            surprises = GrowthSurprises(increments)
        }
        weekdayProfile = WeekdayProfile.find(in: increments, surprises, firstDay: readings.firstDay)
        if let offsets = weekdayProfile?.offsets {
            var weekday = CivilCalendar.weekday(readings.firstDay)
            for day in level.indices {
                level[day] -= offsets[weekday]
                weekday = weekday == 6 ? 0 : weekday + 1
            }
            increments = DailyIncrements(of: level)
            surprises = GrowthSurprises(increments)
        }
        isPlain = [Bool](repeating: true, count: increments.count)
        findJumps(firstDay: readings.firstDay)
    }

    private mutating func findJumps(firstDay: Int) {
        guard increments.count >= 6 else { return }
        let deviation = surprises.deviation
        let surprises = surprises.values
        let size = level.last { !$0.isNaN } ?? 0
        // In a pool that is quiet on most days, everything that moves it would be a jump.
        let isQuiet = deviation < 1e-5 * size
        let usual = surprises.reduce(0) { $0 + $1.magnitude } / Double(surprises.count)
        let limit = max(7 * deviation, 5 * usual, (isQuiet ? 0.03 : 0.002) * size)
        if let found = MonthDayGrowth.find(in: increments, surprises: surprises, limit: limit / 2, firstDay: firstDay) {
            monthDayGrowth = found.growth
            for place in found.places { isPlain[place] = false }
        }
        for place in 0..<increments.count where isPlain[place] {
            let excess = surprises[place] * Double(increments.span[place])
            guard excess.magnitude > limit * Double(increments.span[place]).squareRoot() else { continue }
            isPlain[place] = false
            jumps.append(Jump(day: increments.day[place], size: excess))
        }
    }

    /// How much the pool rests: 0 when it grows alike on most days, 1 when hardly anything moves on a usual day.
    ///
    /// The usual move against the mean move, as in the classification of intermittent demand (Syntetos, Boylan 2005).
    func rest(scale: Double) -> Double {
        guard increments.count >= 2 else { return 0 }
        var moves = (0..<increments.count).map { increments.perDay($0).magnitude }
        let mean = moves.reduce(0, +) / Double(moves.count)
        guard mean > 0 else { return 0 }
        return max(0, 1 - RobustStatistics.median(reordering: &moves) / (scale * mean))
    }
}
