extension FillExplanation {
    /// A finding of a model is told from this share of the paths on.
    private static let tellingShare = 0.4
    /// More jumps than these are lumps the pool grows in, not single events.
    private static let mostSteps = 3

    /// Adds what was found in the history.
    /// - Parameter unit: what a share of 1 is in the unit of the history.
    mutating func describe(_ structure: UsageStructure, unit: Double) {
        if let drops = structure.regularDrops {
            findings.append(.regularDrops(everyDays: drops.interval, size: drops.size * unit))
        }
        if let purges = structure.retentionPurges, purges.confidence > 0 {
            findings.append(.retentionPurges(atUse: purges.threshold * unit, confidence: purges.confidence))
        }
        if let profile = structure.weekdayProfile {
            findings.append(.weekdayProfile(offsets: profile.offsets.map { $0 * unit }))
        }
        if let month = structure.monthDayGrowth {
            findings.append(.monthDayGrowth(day: month.monthDay, size: RobustStatistics.median(month.sizes) * unit))
        }
        let days = structure.level.count
        if structure.jumps.count > Self.mostSteps {
            let size = RobustStatistics.median(structure.jumps.map(\.size)) * unit
            findings.append(.bursts(perYear: Double(structure.jumps.count) * 365 / Double(days), size: size))
        } else {
            findings += structure.jumps.map { .step(daysAgo: days - 1 - $0.day, size: $0.size * unit) }
        }
    }

    /// Adds which models had how much say, and what the weightiest saw.
    mutating func describe(_ mixture: GrowthMixture, unit: Double) {
        var weights = [Double](repeating: 0, count: GrowthHypothesis.Model.allCases.count)
        var rates = weights
        var reaches = weights
        var onLevels = weights
        var swings = weights
        for (hypothesis, weight) in zip(mixture.hypotheses, mixture.weights) {
            let model = hypothesis.model.rawValue
            weights[model] += weight
            rates[model] += weight * (hypothesis.rate + hypothesis.yearCosine)
            reaches[model] += weight * hypothesis.reach
            onLevels[model] += weight * hypothesis.onLevel
            let swing = hypothesis.yearCosine * hypothesis.yearCosine + hypothesis.yearSine * hypothesis.yearSine
            swings[model] += weight * swing.squareRoot()
        }
        guard mixture.isTold else { return }
        growthPerDay = mixture.growth.perDay * unit
        for model in GrowthHypothesis.Model.allCases where weights[model.rawValue] > 0 {
            let weight = weights[model.rawValue]
            let rate = rates[model.rawValue] / weight
            components.append(
                Component(
                    model: model.explained, weight: weight, growthPerDay: rate * unit,
                    backtestError: mixture.backtest.errorsPerDay.map { $0[model.family.rawValue] * unit }))
            guard weight > Self.tellingShare else { continue }
            switch model {
            case .changepoint:
                findings.append(.rateChange(daysAgo: Int(reaches[model.rawValue] / weight), perDay: rate * unit))
            case .levelDependent:
                let onLevel = onLevels[model.rawValue] / weight
                if onLevel > 0 {
                    findings.append(.compoundGrowth(perMonth: 30 * onLevel))
                } else if rate > 0 {
                    findings.append(.saturation(atUse: (mixture.level - rate / onLevel) * unit))
                }
            case .yearlyCycle: findings.append(.yearlyCycle(perDay: swings[model.rawValue] / weight * unit))
            case .drift: findings.append(.rest)
            case .localLinearTrend, .window: break
            }
        }
        components.sort { $0.weight > $1.weight }
    }
}

extension GrowthHypothesis.Model {
    fileprivate var explained: FillExplanation.Component.Model {
        switch self {
        case .localLinearTrend: .localLinearTrend
        case .changepoint: .changepoint
        case .levelDependent: .levelDependent
        case .yearlyCycle: .yearlyCycle
        case .window: .window
        case .drift: .drift
        }
    }

    fileprivate var family: GrowthBacktest.Family {
        switch self {
        case .localLinearTrend, .changepoint, .levelDependent, .yearlyCycle: .models
        case .window: .windows
        case .drift: .drift
        }
    }
}
