import MonitoringModel

/// Samples that stand under one TYPE line.
struct SampleGroup {
    /// As the TYPE line names it.
    var name: String
    /// As the TYPE line spells it.
    var type: String
    /// Indices into the samples of the family.
    var samples: [Int]

    /// How a family is declared: its name and type there, and the suffixes that its samples may have.
    private struct Declaration {
        var name: String
        var type: String
        var suffixes: [String]

        func covers(_ sample: String) -> Bool {
            guard sample.hasPrefix(name) else { return false }
            let length = sample.utf8.count - name.utf8.count
            return suffixes.contains { $0.utf8.count == length && sample.hasSuffix($0) }
        }
    }

    /// The family in as few groups as the format allows, in the order of their first samples.
    static func groups(of family: MetricFamily, flavor: ExpositionFlavor, among names: Set<String>) -> [SampleGroup] {
        guard !family.samples.isEmpty else { return [] }
        var whole = flavor == .text ? textDeclaration(of: family) : openMetricsDeclaration(of: family)
        if let declared = whole, declared.name != family.metadata.name, names.contains(declared.name) { whole = nil }
        if let declared = whole, !declared.covers(declared.name),
            family.samples.contains(where: { $0.labels.metricName == declared.name })
        {
            // The name is taken by samples that the type does not allow, as with a MIB counter in OpenMetrics.
            whole = nil
        }
        var groups: [SampleGroup] = []
        var groupByName: [String: Int] = [:]
        var previous: (name: String, group: Int)?
        for (index, sample) in family.samples.enumerated() {
            let name = sample.labels.metricName
            if let previous, previous.name == name {
                groups[previous.group].samples.append(index)
                continue
            }
            let isCovered = whole?.covers(name) ?? false
            let key = isCovered ? whole?.name ?? name : name
            let group: Int
            if let known = groupByName[key] {
                group = known
            } else {
                group = groups.count
                groupByName[key] = group
                let type = isCovered ? whole?.type : nil
                groups.append(
                    SampleGroup(name: key, type: type ?? looseType(name, of: family, flavor: flavor), samples: []))
            }
            groups[group].samples.append(index)
            previous = (name, group)
        }
        return groups
    }

    /// Only histograms and summaries group samples of several names in the text format.
    private static func textDeclaration(of family: MetricFamily) -> Declaration? {
        switch family.metadata.kind {
        case .histogram:
            Declaration(name: family.metadata.name, type: "histogram", suffixes: ["_bucket", "_count", "_sum"])
        case .summary: Declaration(name: family.metadata.name, type: "summary", suffixes: ["", "_count", "_sum"])
        default: nil
        }
    }

    private static func openMetricsDeclaration(of family: MetricFamily) -> Declaration? {
        let name = family.metadata.name
        switch family.metadata.kind {
        case .counter:
            return Declaration(name: base(name, "_total"), type: "counter", suffixes: ["_total", "_created"])
        case .gauge: return Declaration(name: name, type: "gauge", suffixes: [""])
        case .histogram:
            return Declaration(name: name, type: "histogram", suffixes: ["_bucket", "_count", "_sum", "_created"])
        case .summary:
            return Declaration(name: name, type: "summary", suffixes: ["", "_count", "_sum", "_created"])
        case .info: return Declaration(name: base(name, "_info"), type: "info", suffixes: ["_info"])
        case .stateset:
            // Each sample of a state set names its state in a label called like the metric.
            guard family.samples.allSatisfy({ $0.labels[name] != nil }) else { return nil }
            return Declaration(name: name, type: "stateset", suffixes: [""])
        case .unknown: return nil
        }
    }

    private static func base(_ name: String, _ suffix: String) -> String {
        name.hasSuffix(suffix) && name != suffix ? String(name.dropLast(suffix.count)) : name
    }

    /// The type of samples that stand alone under their own name.
    private static func looseType(_ name: String, of family: MetricFamily, flavor: ExpositionFlavor) -> String {
        guard flavor == .text else { return "unknown" }
        if name.hasSuffix("_created") { return "gauge" }
        switch family.metadata.kind {
        case .counter: return "counter"
        case .gauge, .info, .stateset: return "gauge"
        case .histogram, .summary, .unknown: return "untyped"
        }
    }
}
