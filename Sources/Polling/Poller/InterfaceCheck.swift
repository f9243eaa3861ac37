import SNMP

/// Reads the states of all interfaces of one agent at once, for whoever must know now.
struct InterfaceCheck: Sendable {
    /// Leaves time within the second in which an alert has to come.
    static let budget = Duration.milliseconds(900)

    let reader: any AgentReader
    let peer: SNMPPeer

    /// - Parameter peer: asked with shorter patience than in a poll, so that a lost packet is sent again within the budget.
    init(reader: any AgentReader, peer: SNMPPeer) {
        self.reader = reader
        var hasty = peer
        hasty.timeout = min(peer.timeout, .milliseconds(250))
        hasty.retries = max(peer.retries, 1)
        self.peer = hasty
    }

    /// Names that are missing fall back to descriptions, as in a poll.
    private static let plan = ReadPlan(
        instances: [],
        columns: [
            KnownColumn.ifOperStatus.oid, KnownColumn.ifAdminStatus.oid, StandardObject.interfaceName,
            StandardObject.interfaceDescription,
        ])

    func run() async -> Result<[InterfaceStatus], SNMPError> {
        let reading = await reader.read(
            Self.plan, instances: [], memory: ReadMemory(Self.plan), from: peer, limits: WalkLimits(),
            deadline: ContinuousClock.now + Self.budget)
        if let failure = reading.failure { return .failure(failure) }
        return .success(Self.statuses(JoinedTable(columns: reading.columns, leading: [0]), nameColumns: [2, 3]))
    }

    private static func statuses(_ joined: JoinedTable, nameColumns: [Int]) -> [InterfaceStatus] {
        let texts = joined.rows.indices.map { row in
            [nameColumns.lazy.map { joined.cell(row, $0).labelText }.first { !$0.isEmpty } ?? ""]
        }
        let keys = RowKeys.unique(texts, indexes: joined.rows.map(\.description))
        return joined.rows.indices.compactMap { row in
            guard let state = joined.cell(row, 0).sampleValue else { return nil }
            return InterfaceStatus(
                interface: keys[row][0], isAdministrativelyUp: joined.cell(row, 1).sampleValue ?? 1 == 1,
                isOperational: state == 1)
        }
    }
}
