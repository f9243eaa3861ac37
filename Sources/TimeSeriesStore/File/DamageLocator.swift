import ChunkEncoding
import GRDB
import MonitoringModel

/// Tells which series and times a damaged row holds, as far as the rows around it say. Confined to one database access.
struct DamageLocator {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// The damage with the series that it hits and the times of what cannot be read.
    func locate(_ damage: DamageRecord) throws -> StoreFinding {
        var finding = StoreFinding(table: damage.table.rawValue, row: damage.row, reason: damage.reason)
        switch damage.table {
        case .series:
            guard let number = UInt32(exactly: damage.row) else { break }
            finding.series = [Self.placeholder(number)]
            finding.span = try spanOfBlocks(with: number)
        case .blocks, .pages:
            guard let block = damage.block, let header = try header(of: block) else { break }
            finding.span = TimeSpan(header.firstTime, header.lastTime)
            guard let directory = try? BlockTable.directory(of: block, in: db) else { break }
            guard damage.table == .pages else {
                finding.series = try directory.series.map(labels)
                break
            }
            let (series, span) = try hit(by: Int(damage.row % PageCoding.pagesPerBlock), header, directory)
            finding.series = try series.map(labels)
            finding.span = span ?? finding.span
        case .batches, .firstBatches:
            finding.span = try spanOfBatch(damage)
        case .shards: break
        }
        return finding
    }

    /// The labels of a series, as JSON shows them.
    func labels(of number: UInt32) throws -> [String: String] {
        let statement = try RawStatement(db, "SELECT labels FROM series WHERE id = ?1")
        try statement.bind(Int64(number), at: 1)
        var labels: LabelSet?
        try statement.forEachRow { row in labels = try? row.withBlob(0) { try LabelCoding.decode($0, of: number) } }
        guard let labels else { return Self.placeholder(number) }
        return Dictionary(labels.labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    private static func placeholder(_ number: UInt32) -> [String: String] { ["__number__": "\(number)"] }

    private func header(of block: Int64) throws -> BlockHeader? {
        let statement = try RawStatement(db, "SELECT header FROM blocks WHERE id = ?1")
        try statement.bind(block, at: 1)
        var header: BlockHeader?
        try statement.forEachRow { row in header = try? row.withBlob(0) { try BlockHeader($0, number: block) } }
        return header
    }

    /// The series that have bytes on a page, or whose times have; and the times that their chunks in the block cover.
    private func hit(
        by page: Int, _ header: BlockHeader, _ directory: BlockDirectory
    ) throws -> (series: [UInt32], span: TimeSpan?) {
        let bytes = page * PageCoding.capacity..<(page + 1) * PageCoding.capacity
        var isHit: [Int: Bool] = [:]
        var series: [UInt32] = []
        var span: TimeSpan?
        var isWhole = true
        for (position, number) in directory.series.enumerated() {
            let index = directory.timeIndexes[position]
            let losesTimes = directory.times(index).overlaps(bytes)
            guard losesTimes || directory.chunk(position).overlaps(bytes) else { continue }
            series.append(number)
            guard isHit.updateValue(true, forKey: index) == nil else { continue }
            if !losesTimes, let own = times(index, header, directory) {
                span?.extend(to: own)
                span = span ?? own
            } else {
                isWhole = false
            }
        }
        return (series, isWhole ? span : nil)
    }

    /// The times that a chunk of times covers; nil when it cannot be read.
    private func times(_ index: Int, _ header: BlockHeader, _ directory: BlockDirectory) -> TimeSpan? {
        guard let reader = try? BlockReader(header, db, isShared: true) else { return nil }
        defer { reader.finish() }
        let runs = try? reader.withBytes(directory.times(index)) { chunk in
            try ChunkLayout.readTimes(chunk, base: header.firstTime)
        }
        guard let runs, let first = runs.first, let last = runs.last else { return nil }
        return TimeSpan(first.first, last.last)
    }

    /// The times of the blocks that list a series: what cannot be found without its labels.
    private func spanOfBlocks(with number: UInt32) throws -> TimeSpan? {
        var headers: [BlockHeader] = []
        try RawStatement(db, "SELECT id, header FROM blocks ORDER BY id").forEachRow { row in
            let id = row.integer(0)
            guard let header = try? row.withBlob(1, { try BlockHeader($0, number: id) }),
                header.shard == Shard.number(of: number)
            else { return }
            headers.append(header)
        }
        var span: TimeSpan?
        for header in headers {
            guard let directory = try? BlockTable.directory(of: header.number, in: db),
                directory.position(of: number) != nil
            else { continue }
            let own = TimeSpan(header.firstTime, header.lastTime)
            span?.extend(to: own)
            span = span ?? own
        }
        return span
    }

    private func spanOfBatch(_ damage: DamageRecord) throws -> TimeSpan? {
        guard try db.tableExists(damage.table.rawValue) else { return nil }
        let row = try Row.fetchOne(
            db, sql: "SELECT first_time, last_time FROM \(damage.table.rawValue) WHERE id = ?", arguments: [damage.row])
        guard let row, let first = row[0] as Int64?, let last = row[1] as Int64?, first <= last else { return nil }
        return TimeSpan(first, last)
    }
}

extension DamageRecord {
    /// All that were found so far, with the time of finding.
    static func recorded(in db: Database) throws -> [DamageRecord: Timestamp] {
        var recorded: [DamageRecord: Timestamp] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT source, row, reason, found_at FROM damage") {
            guard let table = Table(rawValue: row[0]) else { continue }
            recorded[DamageRecord(table: table, row: row[1], reason: row[2])] = Timestamp(milliseconds: row[3])
        }
        return recorded
    }
}
