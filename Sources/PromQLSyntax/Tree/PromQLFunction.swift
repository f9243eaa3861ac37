/// The functions of Prometheus 3.5, its experimental ones included.
package enum PromQLFunction: String, CaseIterable, Sendable {
    case abs
    case absent
    case absentOverTime = "absent_over_time"
    case acos
    case acosh
    case asin
    case asinh
    case atan
    case atanh
    case avgOverTime = "avg_over_time"
    case ceil
    case changes
    case clamp
    case clampMax = "clamp_max"
    case clampMin = "clamp_min"
    case cos
    case cosh
    case countOverTime = "count_over_time"
    case dayOfMonth = "day_of_month"
    case dayOfWeek = "day_of_week"
    case dayOfYear = "day_of_year"
    case daysInMonth = "days_in_month"
    case deg
    case delta
    case deriv
    case doubleExponentialSmoothing = "double_exponential_smoothing"
    case exp
    case floor
    case histogramAvg = "histogram_avg"
    case histogramCount = "histogram_count"
    case histogramFraction = "histogram_fraction"
    case histogramQuantile = "histogram_quantile"
    case histogramStddev = "histogram_stddev"
    case histogramStdvar = "histogram_stdvar"
    case histogramSum = "histogram_sum"
    case hour
    case idelta
    case increase
    case info
    case irate
    case labelJoin = "label_join"
    case labelReplace = "label_replace"
    case lastOverTime = "last_over_time"
    case ln
    case log10
    case log2
    case madOverTime = "mad_over_time"
    case maxOverTime = "max_over_time"
    case minOverTime = "min_over_time"
    case minute
    case month
    case pi
    case predictLinear = "predict_linear"
    case presentOverTime = "present_over_time"
    case quantileOverTime = "quantile_over_time"
    case rad
    case rate
    case resets
    case round
    case scalar
    case sgn
    case sin
    case sinh
    case sort
    case sortByLabel = "sort_by_label"
    case sortByLabelDesc = "sort_by_label_desc"
    case sortDesc = "sort_desc"
    case sqrt
    case stddevOverTime = "stddev_over_time"
    case stdvarOverTime = "stdvar_over_time"
    case sumOverTime = "sum_over_time"
    case tan
    case tanh
    case time
    case timestamp
    case tsOfLastOverTime = "ts_of_last_over_time"
    case tsOfMaxOverTime = "ts_of_max_over_time"
    case tsOfMinOverTime = "ts_of_min_over_time"
    case vector
    case year

    /// What a function takes and gives.
    package struct Signature: Hashable, Sendable {
        /// The types by position. Arguments beyond the last have its type.
        package var arguments: [ExpressionType]
        /// The bounds of the number of arguments.
        package var minimum: Int
        /// Nil when there is none.
        package var maximum: Int?
        package var result: ExpressionType

        init(_ arguments: ExpressionType..., optional: Int = 0, result: ExpressionType = .instantVector) {
            self.arguments = arguments
            minimum = arguments.count - optional
            maximum = arguments.count
            self.result = result
        }

        /// With any number of arguments, none included, in the place of the last one.
        func variadic() -> Signature {
            var signature = self
            signature.minimum = arguments.count - 1
            signature.maximum = nil
            return signature
        }
    }

    package var signature: Signature {
        switch self {
        case .abs, .absent, .acos, .acosh, .asin, .asinh, .atan, .atanh, .ceil, .cos, .cosh, .deg, .exp, .floor,
            .histogramAvg, .histogramCount, .histogramStddev, .histogramStdvar, .histogramSum, .ln, .log10, .log2, .rad,
            .sgn, .sin, .sinh, .sort, .sortDesc, .sqrt, .tan, .tanh, .timestamp:
            Signature(.instantVector)
        case .absentOverTime, .avgOverTime, .changes, .countOverTime, .delta, .deriv, .idelta, .increase, .irate,
            .lastOverTime, .madOverTime, .maxOverTime, .minOverTime, .presentOverTime, .rate, .resets, .stddevOverTime,
            .stdvarOverTime, .sumOverTime, .tsOfLastOverTime, .tsOfMaxOverTime, .tsOfMinOverTime:
            Signature(.rangeVector)
        case .dayOfMonth, .dayOfWeek, .dayOfYear, .daysInMonth, .hour, .minute, .month, .year:
            Signature(.instantVector, optional: 1)
        case .clamp: Signature(.instantVector, .scalar, .scalar)
        case .clampMax, .clampMin: Signature(.instantVector, .scalar)
        case .doubleExponentialSmoothing: Signature(.rangeVector, .scalar, .scalar)
        case .histogramFraction: Signature(.scalar, .scalar, .instantVector)
        case .histogramQuantile: Signature(.scalar, .instantVector)
        case .info: Signature(.instantVector, .instantVector, optional: 1)
        case .labelJoin: Signature(.instantVector, .string, .string, .string).variadic()
        case .labelReplace: Signature(.instantVector, .string, .string, .string, .string)
        case .pi, .time: Signature(result: .scalar)
        case .predictLinear: Signature(.rangeVector, .scalar)
        case .quantileOverTime: Signature(.scalar, .rangeVector)
        case .round: Signature(.instantVector, .scalar, optional: 1)
        case .scalar: Signature(.instantVector, result: .scalar)
        case .sortByLabel, .sortByLabelDesc: Signature(.instantVector, .string).variadic()
        case .vector: Signature(.scalar)
        }
    }

    /// Whether it reads native histograms only, and so answers nothing for samples that are numbers. The other functions
    /// on histograms, `histogram_quantile` and `histogram_fraction`, also read buckets with the label `le`.
    package var needsNativeHistograms: Bool {
        switch self {
        case .histogramAvg, .histogramCount, .histogramStddev, .histogramStdvar, .histogramSum: true
        default: false
        }
    }
}
