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

    func run() async -> Result<[InterfaceStatus], SNMPError> {
        let deadline = ContinuousClock.now + Self.budget
        async let names = walk(StandardObject.interfaceName, deadline)
        async let administrative = walk(KnownColumn.ifAdminStatus.oid, deadline)
        async let operational = walk(KnownColumn.ifOperStatus.oid, deadline)
        let walks = await [operational, administrative, names]
        do throws(SNMPError) {
            var columns: [(cells: ArraySlice<VarBind>, length: Int)] = []
            let roots = [KnownColumn.ifOperStatus.oid, KnownColumn.ifAdminStatus.oid, StandardObject.interfaceName]
            for (walk, root) in zip(walks, roots) {
                columns.append((try walk.get()[...], root.components.count))
            }
            let joined = JoinedTable(columns: columns, leading: [0])
            // Names that are missing fall back to descriptions, as in a poll.
            let isNamed = joined.rows.indices.allSatisfy { !joined.cell($0, 2).labelText.isEmpty }
            if isNamed { return .success(Self.statuses(joined, nameColumns: [2])) }
            let descriptions = try await walk(StandardObject.interfaceDescription, deadline).get()
            columns.append((descriptions[...], StandardObject.interfaceDescription.components.count))
            return .success(Self.statuses(JoinedTable(columns: columns, leading: [0]), nameColumns: [2, 3]))
        } catch {
            return .failure(error)
        }
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

    private func walk(
        _ root: ObjectIdentifier, _ deadline: ContinuousClock.Instant
    ) async -> Result<[VarBind], SNMPError> {
        do throws(SNMPError) {
            return .success(try await reader.walk(root, from: peer, limits: WalkLimits(), deadline: deadline))
        } catch {
            return .failure(error)
        }
    }
}
