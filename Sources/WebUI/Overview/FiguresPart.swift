import MonitoringModel

/// The row of key figures under the heading.
struct FiguresPart {
    let writer: PageWriter
    private var model: OverviewModel { writer.model }
    private var numbers: NumberFormat { writer.numbers }

    init(_ writer: PageWriter) {
        self.writer = writer
    }

    var values: TemplateValues {
        ["figures": [sites, incidents, nextToFill ?? fullestPool, polls, rooms, notifications]]
    }

    private func card(
        _ label: Message, _ level: Level, target: String, figure: String, raw: String, text: String,
        rest: [TemplateValues] = [], notes: [TemplateValues]
    ) -> TemplateValues {
        [
            "label": writer.text(label), "level": level.rawValue, "levelWord": writer.word(level), "target": target,
            "figure": ["name": figure, "raw": raw] as TemplateValues, "text": text, "rest": rest, "notes": notes,
        ]
    }

    /// Pieces with a dot between them.
    private func dotted(_ texts: [String]) -> [TemplateValues] {
        [writer.piece(texts.joined(separator: " · "))]
    }

    private func count(_ standings: OverviewModel.Standing...) -> Int {
        model.groups.reduce(0) { sum, group in sum + group.tiles.count { standings.contains($0.standing) } }
    }

    private var sites: TemplateValues {
        let total = model.groups.reduce(0) { $0 + $1.tiles.count }
        let reachable = model.groups.reduce(0) { $0 + $1.reachable }
        let lost = count(.down, .unreachable)
        let unknown = count(.unknown)
        let warning = count(.warning)
        var notes: [String] = []
        if lost > 0 { notes.append(writer.text(.sitesUnreachable, count: lost)) }
        if unknown > 0 { notes.append(writer.text(.sitesUnknown, count: unknown)) }
        if warning > 0 { notes.append(writer.text(.sitesWarning, count: warning)) }
        if notes.isEmpty { notes.append(writer.text(.sitesAllReachable)) }
        let level: Level =
            total == 0 || unknown == total ? .none : lost > 0 ? .crit : unknown + warning > 0 ? .warn : .good
        return card(
            .sitesReachable, level, target: "#map", figure: "sites-reachable", raw: "\(reachable)",
            text: numbers.integer(reachable),
            rest: [writer.piece("/ " + numbers.integer(total), figure: "sites-total", raw: "\(total)")],
            notes: dotted(notes))
    }

    private var incidents: TemplateValues {
        let critical = model.incidents.count { $0.severity == "critical" }
        let other = model.incidents.count - critical
        var notes: [String] = []
        if critical > 0 { notes.append(writer.text(.incidentsCritical, count: critical)) }
        if other > 0 { notes.append(writer.text(.incidentsWarning, count: other)) }
        if notes.isEmpty { notes.append(writer.text(.incidentsNone)) }
        return card(
            .incidentsOpen, critical > 0 ? .crit : other > 0 ? .warn : .good, target: "#incidents",
            figure: "incidents-open", raw: "\(model.incidents.count)", text: numbers.integer(model.incidents.count),
            notes: dotted(notes))
    }

    /// The pool with the fewest days, once one has a date; nil: none has.
    private var nextToFill: TemplateValues? {
        let rows = model.pools.map { PoolRow(writer: writer, pool: $0) }
        guard let next = rows.min(by: { ($0.daysToFull ?? .infinity) < ($1.daysToFull ?? .infinity) }),
            let days = next.daysToFull, let fill = next.fill
        else { return nil }
        let isFull = fill.fullOn.isEmpty
        var notes = dotted(
            [DisplayText.readable(next.pool.name, limit: 60), fill.fullOn].filter { !$0.isEmpty })
        if let fullest {
            notes += [
                writer.piece(" · "),
                writer.piece(
                    writer.text(.poolFullestShare, ["share": numbers.percent(fullest.share)]), figure: "pool-fullest",
                    raw: PageWriter.raw(fullest.share)),
            ]
        }
        return card(
            .poolNext, next.level, target: "#storage", figure: "pool-next", raw: PageWriter.raw(days), text: fill.days,
            rest: isFull ? [] : [writer.piece(writer.text(.poolNextDays, ["range": fill.range]))], notes: notes)
    }

    private var fullest: (pool: OverviewModel.Pool, share: Double)? {
        model.pools.compactMap { pool in PoolRow.share(pool).map { (pool, $0) } }.max { $0.1 < $1.1 }
    }

    private var fullestPool: TemplateValues {
        guard let fullest else {
            return card(
                .poolFullest, .none, target: "#storage", figure: "pool-fullest", raw: "", text: NumberFormat.nothing,
                notes: [writer.piece(writer.text(.poolNone))])
        }
        return card(
            .poolFullest, PoolRow(writer: writer, pool: fullest.pool).level, target: "#storage", figure: "pool-fullest",
            raw: PageWriter.raw(fullest.share), text: numbers.percent(fullest.share),
            notes: dotted([
                DisplayText.readable(fullest.pool.name, limit: 60),
                writer.text(.poolFullAt, ["share": numbers.percent(fullest.pool.fullAt)]),
            ]))
    }

    private var polls: TemplateValues {
        let level: Level =
            switch model.pollQuality {
            case nil: .none
            case .some(0.97...): .good
            case .some(0.9...): .warn
            default: .crit
            }
        return card(
            .pollsOnTime, level, target: "#targets", figure: "poll-quality", raw: PageWriter.raw(model.pollQuality),
            text: model.pollQuality.map { numbers.percent($0, digits: 1) } ?? NumberFormat.nothing,
            rest: [writer.piece(writer.text(.pollInterval, ["span": writer.span(model.pollInterval)]))],
            notes: [
                writer.piece(numbers.integer(model.targetsUp), figure: "targets-up", raw: "\(model.targetsUp)"),
                writer.piece(
                    " / " + numbers.integer(model.targetCount), figure: "targets-total", raw: "\(model.targetCount)"),
                writer.piece(" " + writer.text(.targetsUp)),
            ])
    }

    private var rooms: TemplateValues {
        let missing = model.roomCount - model.roomsReady
        let level: Level = model.roomCount == 0 ? .none : missing > 0 ? .warn : .good
        let note =
            model.roomCount == 0
            ? writer.text(.roomsNone)
            : missing > 0 ? writer.text(.roomsNotReady, count: missing) : writer.text(.roomsAllReady)
        return card(
            .roomsReady, level, target: "#main", figure: "rooms-ready", raw: "\(model.roomsReady)",
            text: numbers.integer(model.roomsReady),
            rest: [
                writer.piece("/ " + numbers.integer(model.roomCount), figure: "rooms-total", raw: "\(model.roomCount)")
            ],
            notes: [writer.piece(note)])
    }

    private var notifications: TemplateValues {
        let error = model.notificationError.map { DisplayText.readable($0, limit: 120) }
        return card(
            .notifications, error != nil ? .crit : .good, target: "#incidents", figure: "notifications-pending",
            raw: "\(model.notificationsPending)", text: numbers.integer(model.notificationsPending),
            rest: [
                writer.piece(writer.text(.notificationsPending)),
                writer.piece(
                    "· " + numbers.integer(model.notificationsDelivered), figure: "notifications-delivered",
                    raw: "\(model.notificationsDelivered)"),
                writer.piece(writer.text(.notificationsDelivered)),
            ],
            notes: [writer.piece(error ?? writer.text(.notificationsFine))])
    }
}
