import MonitoringModel

/// Targets whose last poll failed, each with its reason in words.
struct TargetsPart {
    let writer: PageWriter
    private var model: OverviewModel { writer.model }

    /// Rows shown unfolded.
    private static let shown = 10

    init(_ writer: PageWriter) {
        self.writer = writer
    }

    var values: TemplateValues {
        let rows = model.failedTargets.map(row)
        return [
            "hasFailedTargets": !rows.isEmpty, "failedTargetCount": writer.numbers.integer(rows.count),
            "reasonSummary": reasonSummary,
            "shownTargets": Array(rows.prefix(Self.shown)),
            "hasMoreTargets": rows.count > Self.shown,
            "moreTargets": writer.text(.moreTargets, count: max(0, rows.count - Self.shown)),
            "foldedTargets": Array(rows.dropFirst(Self.shown)),
        ]
    }

    /// The commonest reasons with their counts, where some are shared: "Hết thời gian chờ: 40 · Lỗi TLS: 2".
    private var reasonSummary: String {
        var counts: [String: Int] = [:]
        for target in model.failedTargets { counts[target.reasonCode, default: 0] += 1 }
        return counts.filter { $0.value > 1 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
            .map { code, count in
                writer.text(.reasonCount, ["n": writer.numbers.integer(count), "reason": reason(code)])
            }.joined(separator: " · ")
    }

    private func reason(_ code: String) -> String {
        writer.catalogue.reasons[code] ?? writer.text(.reasonUnknown)
    }

    private func row(_ target: OverviewModel.FailedTarget) -> TemplateValues {
        [
            "key": "\(target.job)/\(target.instance)", "job": DisplayText.readable(target.job, limit: 60),
            "instance": DisplayText.readable(target.instance), "siteName": DisplayText.readable(target.siteName),
            "code": DisplayText.readable(target.reasonCode, limit: 40), "reason": reason(target.reasonCode),
            "hasDetail": !target.reasonDetail.isEmpty,
            "detail": DisplayText.readable(target.reasonDetail, limit: 240),
            "age": target.age.map(writer.ago) ?? writer.text(.neverAnswered),
        ]
    }
}
