/// The alerts that come of states rather than of rule files, as lists of rules show them.
package struct BuiltInRule: Hashable, Sendable {
    /// The label `alertname`.
    package var name: String
    package var severity: String
    /// The nearest that PromQL can say; what decides is the state behind it, which traps and the topology have a part in.
    package var query: String
    package var summary: String

    package static let all = [
        BuiltInRule(
            name: AlertTexts.linkDown, severity: "critical", query: "link_up == 0",
            summary: "An end of a declared link reports it down."),
        BuiltInRule(
            name: AlertTexts.linkDisabled, severity: "warning", query: "link_up == 0",
            summary: "A declared link was shut down on purpose."),
        BuiltInRule(
            name: AlertTexts.deviceDown, severity: "critical", query: "up == 0",
            summary: "A device missed several polls in a row though there is a working path to it."),
    ]
}
