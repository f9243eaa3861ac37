import MonitoringModel
import SNMP

extension AgentProbe {
    /// Turns what one poll read into samples. No I/O.
    static func write(
        _ reading: AgentReading, _ plan: ReadingPlan, _ parts: DeclaredParts,
        _ session: inout AgentSession, into series: inout TargetSeries
    ) -> ProbeResult {
        var result = ProbeResult(isUp: true, reason: reading.failure.map { PollReason($0) } ?? session.matchReason)
        var figures = DeviceFigures(parts: parts)
        writeScalars(reading, plan, &figures, into: &series)
        for (position, table) in plan.tables.enumerated() {
            let joined = JoinedTable(
                columns: table.columns.map { reading.columns[$0] }, leading: table.leading,
                previous: session.tables[position].layout)
            let areKeysComplete = table.keys.allSatisfy { key in
                key.columns.allSatisfy { reading.columns[table.columns[$0]] != nil }
            }
            guard session.tables[position].update(joined, table, areKeysComplete: areKeysComplete) else { continue }
            session.tables[position].write(joined, table, into: &series)
            let keys = session.tables[position].keys
            figures.observe(joined, table, keys: keys, &session.linkCounters, into: &series)
            if let status = table.known[.ifOperStatus] {
                result.interfaces += interfaces(joined, status, table.known[.ifAdminStatus], keys)
                session.interfaceKeys = interfaceKeys(joined, keys)
            }
        }
        let uptimes = reading.scalars.prefix(StandardObject.asked.count).map { $0?.sampleValue ?? nil }
        if uptimes.count == 4 { figures.feedUptime(host: uptimes[3], agent: uptimes[0], engine: uptimes[2]) }
        figures.write(into: &series)
        if result.reason == nil, let problem = figures.problems.first {
            result.reason = PollReason(code: SNMPError.Code.malformedReply.rawValue, detail: problem)
        }
        return result
    }

    private static func writeScalars(
        _ reading: AgentReading, _ plan: ReadingPlan, _ figures: inout DeviceFigures, into series: inout TargetSeries
    ) {
        for scalar in plan.scalars {
            guard let value = reading.scalars[scalar.instance] else { continue }
            if let number = value.sampleValue { series.write(scalar.name, [], number * scalar.scale) }
            if let common = scalar.common { figures.feed(common, value, scale: scalar.scale) }
        }
        for info in plan.infos {
            let labels = info.texts.compactMap { text in
                reading.scalars[text.instance].map { Label(text.label, $0.labelText) }
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
