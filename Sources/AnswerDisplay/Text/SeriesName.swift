package import MonitoringModel

extension LabelSet {
    /// As a selector that finds the series, `up{job="snmp"}`, fit for a terminal; `{}` for a series without labels.
    package var selectorText: String { selectorText(leavingOut: []) }

    /// - Parameter common: labels that are told elsewhere.
    func selectorText(leavingOut common: Set<Label>) -> String {
        let name = labels.first { $0.name == Label.metricName && !common.contains($0) }?.value ?? ""
        let pairs = labels.filter { $0.name != Label.metricName && !common.contains($0) }
        let text = pairs.map { "\(TerminalText.safe($0.name))=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        if text.isEmpty, !name.isEmpty { return TerminalText.safe(name) }
        return TerminalText.safe(name) + "{\(text)}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            if character == "\"" || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return TerminalText.safe(text)
    }
}

/// The labels that all of several series have with the same value; none for a single one.
func commonLabels(of series: [LabelSet]) -> Set<Label> {
    guard series.count > 1 else { return [] }
    var common = Set(series[0].labels)
    for labels in series.dropFirst() { common.formIntersection(labels.labels) }
    return common
}
