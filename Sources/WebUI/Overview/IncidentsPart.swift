import MonitoringModel

/// The open incidents, one card each; critical ones first, then the newest.
struct IncidentsPart {
    let writer: PageWriter
    private var model: OverviewModel { writer.model }

    /// Cards shown unfolded.
    private static let shown = 6

    init(_ writer: PageWriter) {
        self.writer = writer
    }

    var values: TemplateValues {
        let cards = model.incidents.enumerated().sorted { first, second in
            let (a, b) = (first.element, second.element)
            if (a.severity == "critical") != (b.severity == "critical") { return a.severity == "critical" }
            if a.since != b.since { return a.since > b.since }
            return first.offset < second.offset
        }.map { card($0.element) }
        return [
            "hasIncidents": !cards.isEmpty, "incidentCount": writer.numbers.integer(cards.count),
            "shownIncidents": Array(cards.prefix(Self.shown)),
            "hasMoreIncidents": cards.count > Self.shown,
            "moreIncidents": writer.text(.moreIncidents, count: max(0, cards.count - Self.shown)),
            "foldedIncidents": Array(cards.dropFirst(Self.shown)),
        ]
    }

    private func card(_ incident: OverviewModel.Incident) -> TemplateValues {
        let isCritical = incident.severity == "critical"
        return [
            "id": incident.id, "anchor": PageWriter.anchor("", incident.id), "severity": incident.severity,
            "level": isCritical ? "crit" : "warn", "glyph": isCritical ? "✕" : "▲",
            "badge": writer.text(isCritical ? .badgeCritical : .badgeWarning),
            "title": DisplayText.readable(incident.title, limit: 200),
            "since": writer.text(
                .sinceFor,
                [
                    "time": writer.shortTime(incident.since),
                    "span": writer.span((model.now - incident.since).inSeconds),
                ]),
            "sinceISO": writer.machineTime(incident.since),
            "hasEvidence": !incident.evidence.isEmpty,
            "evidence": incident.evidence.map { DisplayText.readable($0, limit: 300) },
            "hasAffected": !incident.unreachable.isEmpty,
            "affected": writer.text(.affected, count: incident.unreachable.count),
            "names": incident.unreachable.map { DisplayText.readable($0) },
        ]
    }
}
