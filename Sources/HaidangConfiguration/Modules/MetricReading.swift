import Polling

extension MappingSchema {
    static let moduleMetric = MappingSchema(
        "a metric", required: ["name", "oid", "kind"],
        optional: [
            "help", "unit", "scale", "offset", "high", "times", "precision", "prefix", "missing", "pattern", "values",
            "health", "common", "format", "label",
        ])
}

extension DeviceModule.Metric {
    /// Where a metric stands.
    enum Position {
        /// - `hasInfo`: the module, or the table, has an info series.
        case scalar(hasInfo: Bool)
        case column(hasInfo: Bool)

        var hasInfo: Bool {
            switch self {
            case .scalar(let hasInfo), .column(let hasInfo): hasInfo
            }
        }
    }

    static func read(
        _ value: YAMLValue, _ position: Position, _ problems: ProblemList
    ) -> DeviceModule.Metric? {
        guard let reader = MappingReader(value, .moduleMetric, problems) else { return nil }
        let name = reader.scalar("name", .metricName)
        let oids = reader.oneOrMore("oid").compactMap {
            ScalarForm.objectWithoutInstance.read($0, what: "oid", problems)
        }
        let kind = reader.scalar("kind", .oneOf(DeviceModule.Kind.self))
        let help = reader.scalar("help", .text, default: "")
        let numbers = reading(reader, problems)
        let common = reader.scalar("common", .oneOf(CommonInput.self))
        if reader.node("oid")?.isEmptyList == true {
            problems.report(reader.place("oid"), "expected at least one OID in \"oid\", found none")
        }
        guard let name, !oids.isEmpty, let kind, let help else { return nil }
        var metric = DeviceModule.Metric(
            name: name, oids: oids, kind: kind, help: help, reading: numbers, common: common)
        metric.high = reader.scalar("high", .objectWithoutInstance)
        metric.factors.times = reader.scalar("times", .objectWithoutInstance)
        metric.factors.precision = reader.scalar("precision", .objectWithoutInstance)
        metric.factors.prefix = reader.scalar("prefix", .objectWithoutInstance)
        metric.label = reader.scalar("label", .labelName)
        metric.format = reader.scalar("format", .oneOf(DeviceModule.Format.self), default: .text) ?? .text
        metric.values = reader.texts("values", .text)
        metric.health = reader.texts("health", .oneOf(DeviceModule.Health.self))
        metric.check(reader, position, problems)
        return metric
    }

    private static func reading(_ reader: MappingReader, _ problems: ProblemList) -> ValueReading {
        var reading = ValueReading()
        reading.unit = reader.scalar("unit", .oneOf(MetricUnit.self))
        reading.scale = reader.scalar("scale", .number("a number other than 0") { $0 != 0 }, default: 1) ?? 1
        reading.offset = reader.scalar("offset", .number("a number") { _ in true }, default: 0) ?? 0
        reading.pattern = reader.scalar("pattern", .pattern)
        for text in reader.oneOrMore("missing").compactMap({
            ScalarForm.rawText.read($0, what: "missing", problems)
        }) {
            if let number = Double(text) { reading.missing.insert(number) }
            reading.missingTexts.insert(text)
        }
        return reading
    }

    /// What is there and has no meaning, or the other way round.
    private func check(_ reader: MappingReader, _ position: Position, _ problems: ProblemList) {
        let isNumber = kind == .gauge || kind == .counter
        if kind == .text, !position.hasInfo {
            problems.report(
                reader.place("kind"),
                "expected \"info\" beside the list of a metric of kind text, for it becomes a label of that series, found none"
            )
        }
        if kind == .states, values.isEmpty {
            problems.report(
                reader.place("kind"), "expected \"values\" beside kind states: the names of the states, found none")
        }
        if !isNumber {
            for key in [
                "unit", "scale", "offset", "high", "times", "precision", "prefix", "missing", "pattern", "common",
            ]
            where reader.node(key) != nil && !(key == "common" && common?.isState == true)
                && !(key == "missing" && kind == .text)
            {
                problems.report(
                    reader.place(key), "expected \(quoted(key)) with kind gauge or counter only, found it with \(kind)")
            }
        }
        if case .scalar = position {
            for key in ["high", "times", "precision", "prefix"] where reader.node(key) != nil {
                problems.report(
                    reader.place(key),
                    "expected \(quoted(key)), a column of the same row, in a table, found it in scalars")
            }
        }
        if kind == .counter, let unit = reading.unit,
            unit.isMeasured && unit.quantity != .energy || unit.quantity == .share
        {
            problems.report(
                reader.place("kind"),
                "expected kind gauge with the unit \(unit.rawValue), which goes up and down, found counter")
        }
        if kind == .text || kind == .info, !health.isEmpty {
            problems.report(
                reader.place("health"), "expected \"health\" with kind gauge, counter or states, found it with \(kind)")
        }
        if kind == .states, Set(values.values).count < values.count {
            problems.report(reader.place("values"), "expected another name for each state, found one twice")
        }
        for raw in health.keys.sorted() where !values.isEmpty && values[raw] == nil && raw != "*" {
            problems.report(
                reader.place("health"), "expected raw values of \"values\" as keys of \"health\", found \(quoted(raw))")
        }
        if kind != .info, kind != .text, format != .text {
            problems.report(
                reader.place("format"), "expected \"format\" with kind text or info only, found it with \(kind)")
        }
        if kind != .info, label != nil {
            problems.report(reader.place("label"), "expected \"label\" with kind info only, found it with \(kind)")
        }
        guard let common, isNumber else { return }
        let isUnitWrong = reading.unit == nil && reader.node("unit") != nil
        if let quantity = common.quantity, quantity != .count, reading.unit?.quantity != quantity, !isUnitWrong {
            let units = MetricUnit.allCases.filter { $0.quantity == quantity }.map(\.rawValue).joined(separator: ", ")
            problems.report(
                reader.place("common"),
                "expected a unit (\(units)) beside common \(common.rawValue), found "
                    + (reading.unit?.rawValue ?? "none"))
        }
        if common.isOfRow, case .scalar = position {
            problems.report(
                reader.place("common"),
                "expected \(common.rawValue) in a table, whose keys name what it is of, found it in scalars")
        }
    }
}

extension MappingReader {
    /// The value of a key that may be one or a list of them.
    func oneOrMore(_ key: String) -> [YAMLValue] {
        guard let node = node(key) else { return [] }
        if case .sequence(let values) = node.content { return values }
        return [node]
    }

    /// The values of a key that may be one or a list of them, without those that are wrong.
    func oneOrMore<Value>(_ key: String, _ form: ScalarForm<Value>) -> [Value] {
        oneOrMore(key).compactMap { form.read($0, what: key, problems) }
    }

    /// A mapping from raw values, as an agent sends them, to something.
    func texts<Value>(_ key: String, _ form: ScalarForm<Value>) -> [String: Value] {
        guard let node = node(key) else { return [:] }
        guard case .mapping(let pairs) = node.content else {
            problems.report(
                node.place, "expected a mapping from values of the object in \(quoted(key)), found \(node.found)")
            return [:]
        }
        var result: [String: Value] = [:]
        for pair in pairs { result[pair.key] = form.read(pair.value, what: key, problems) }
        return result
    }
}
