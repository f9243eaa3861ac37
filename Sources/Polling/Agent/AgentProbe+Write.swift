import Inventory
import MonitoringModel
import SNMP

extension AgentProbe {
    /// Turns what one poll read into samples. No I/O.
    static func write(
        _ reading: AgentReading, _ plan: ReadingPlan, _ parts: DeclaredParts, isDetailed: Bool,
        _ session: inout AgentSession, into series: inout TargetSeries
    ) -> ProbeResult {
        var result = ProbeResult(isUp: true, reason: reading.failure.map { PollReason($0) } ?? session.matchReason)
        var figures = DeviceFigures(parts: parts, isDetailed: isDetailed)
        var refusals = Refusals(keepsDetails: isDetailed)
        var findings = isDetailed ? AgentFindings() : nil
        writeScalars(reading, plan, &figures, &refusals, &findings, into: &series)
        for (position, table) in plan.tables.enumerated() {
            let joined = JoinedTable(
                columns: table.columns.map { reading.columns[$0] }, leading: table.leading,
                previous: session.tables[position].layout)
            let lookups = table.lookupColumns.map { reading.columns[$0] }
            let areKeysComplete =
                table.keyColumns.allSatisfy { reading.columns[table.columns[$0]] != nil }
                && lookups.allSatisfy { $0 != nil }
            guard
                session.tables[position].update(joined, table, lookups: lookups, areKeysComplete: areKeysComplete)
            else { continue }
            session.tables[position].write(joined, table, &refusals, into: &series)
            let rows = session.tables[position]
            findings?.count(joined, table, rows)
            figures.observe(joined, table, rows, &session.linkCounters, into: &series)
            if let status = table.known[.ifOperStatus], result.interfaces.isEmpty {
                result.interfaces = interfaces(joined, status, table.known[.ifAdminStatus], rows.keys)
                if rows.isRenamed || session.interfaceKeys.isEmpty {
                    let keys = interfaceKeys(joined, rows.keys)
                    if areKeysComplete, joined.isRead(status) {
                        result.changes += DeviceChange.interfaces(from: session.interfaceKeys, to: keys)
                    }
                    session.interfaceKeys = keys
                }
            }
        }
        let uptimes = reading.scalars.prefix(StandardObject.asked.count).map { $0?.sampleValue ?? nil }
        if uptimes.count == 4 { figures.feedUptime(host: uptimes[3], agent: uptimes[0], engine: uptimes[2]) }
        figures.write(&session.linkCounters, into: &series)
        result.interfaces += figures.fedInterfaces
        if let device = session.device { series.write(CommonMetric.identity.rawValue, device.labels, 1) }
        if result.reason == nil, let problem = figures.problems.first {
            result.reason = PollReason(code: SNMPError.Code.malformedReply.rawValue, detail: problem)
        }
        result.refusedCount = refusals.count
        findings?.refusals = refusals
        let named = Set(figures.stores.filter(\.isOfVendor).map(\.name))
        findings?.stores = figures.stores.filter { $0.isOfVendor || !named.contains($0.name) }
        findings?.identity = session.device ?? DeviceIdentity()
        findings?.agent = session.identity
        result.findings = findings
        return result
    }

    private static func writeScalars(
        _ reading: AgentReading, _ plan: ReadingPlan, _ figures: inout DeviceFigures, _ refusals: inout Refusals,
        _ findings: inout AgentFindings?, into series: inout TargetSeries
    ) {
        for scalar in plan.scalars {
            let metric = scalar.metric
            var refusal: (SNMPValue, String)?
            for instance in scalar.instances {
                guard let value = reading.scalars[instance], value.isPresent else { continue }
                let number = metric.reading.number(of: value)
                figures.observe(metric, value, number, row: [], isGeneric: scalar.isGeneric, into: &series)
                if metric.kind == .states || metric.kind == .info {
                    metric.writeTexts(value, [], into: &series)
                    if !metric.health.isEmpty { findings?.sensors += 1 }
                    refusal = nil
                    break
                }
                if case .number(let sample) = number {
                    series.write(metric.name, [], sample)
                    if metric.isMeasurement { findings?.sensors += 1 }
                    refusal = nil
                    break
                }
                if metric.health(of: value) != nil { findings?.sensors += 1 }
                if case .refused(let reason) = number, refusal == nil { refusal = (value, reason) }
            }
            if let (value, reason) = refusal { refusals.add(metric.name, [], value, reason) }
        }
        for info in plan.infos {
            let labels = info.texts.compactMap { text in
                reading.scalars[text.instance].map { Label(text.metric.name, text.metric.text(of: $0)) }
            }
            if !labels.isEmpty { series.write(info.name, labels, 1) }
        }
    }

    private static func interfaces(
        _ joined: JoinedTable, _ operational: Int, _ administrative: Int?, _ keys: [[String]]
    ) -> [InterfaceStatus] {
        joined.rows.indices.compactMap { row in
            guard let state = joined.cell(row, operational).sampleValue else { return nil }
            return InterfaceStatus(
                interface: keys[row][0],
                isAdministrativelyUp: joined.number(row, administrative).map { $0 == 1 } ?? true,
                isOperational: state == 1)
        }
    }

    private static func interfaceKeys(_ joined: JoinedTable, _ keys: [[String]]) -> [UInt32: String] {
        var result: [UInt32: String] = [:]
        for (row, index) in joined.rows.enumerated() {
            if let number = index.single { result[number] = keys[row][0] }
        }
        return result
    }
}

extension DeviceIdentity {
    /// The labels of `device_info`.
    var labels: [Label] {
        [
            Label("kind", kind?.rawValue ?? ""), Label("vendor", vendor ?? ""), Label("model", model ?? ""),
            Label("software", software ?? ""), Label("serial", serial ?? ""),
        ]
    }
}
