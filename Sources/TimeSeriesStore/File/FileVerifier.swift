import ChunkEncoding
import DatabaseFiles
import GRDB
import GRDBSQLite
import MonitoringModel
import Synchronization

/// Reads everything in `metrics.db`: the structure of the file, then every BLOB. Changes nothing.
///
/// Confined to one database access, inside a read transaction.
struct FileVerifier {
    private let db: Database
    private let path: String
    private let cancellation: CancellationFlag
    private let progress: (CareProgress) -> Void
    private let locator: DamageLocator
    private let recorded: [DamageRecord: Timestamp]
    private var report = VerifyReport()
    /// In the order of finding.
    private var damage: [DamageRecord] = []
    private var seen: Set<DamageRecord> = []
    /// Bytes of all BLOBs, roughly.
    private var total = 1
    private var lastShare = -1.0

    init(
        _ db: Database, path: String, cancellation: CancellationFlag, progress: @escaping (CareProgress) -> Void
    ) throws {
        self.db = db
        self.path = path
        self.cancellation = cancellation
        self.progress = progress
        locator = DamageLocator(db)
        recorded = try DamageRecord.recorded(in: db)
    }

    /// What was found, and the rows that are damaged, known ones included.
    ///
    /// - Throws: `DatabaseFileError`: the file is foreign, or of a newer version; `CancellationError`.
    mutating func run() throws -> (report: VerifyReport, damage: [DamageRecord]) {
        progress(CareProgress("checking the structure of \(MetricsSchema.format.fileName)"))
        let problems = try interruptibly {
            try DatabaseFile.structuralProblems(db, MetricsSchema.format, path: path)
        }
        report.findings = problems.map { StoreFinding(table: "file", row: 0, reason: $0) }
        let expected = MetricsSchema.format.migrations.count
        let version = try DatabaseFile.schemaVersion(db)
        guard version == expected else {
            report.findings.append(
                StoreFinding(
                    table: "file", row: 0,
                    reason:
                        "expected schema version \(expected), found \(version); a start of the service brings the file up "
                        + "to date, then it can be verified"))
            return (report, [])
        }
        let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        total = max(1, (pages - free) * MetricsSchema.format.pageSize)
        do {
            try verifySeries()
            try verifyBatches()
            let headers = try verifyHeaders()
            try verifyShards(headers)
            try verifyPages(headers)
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_CORRUPT {
            // The structure's findings say where.
            if problems.isEmpty { throw error }
        }
        progress(CareProgress("reading everything", share: 1))
        // What was found before and cannot be found again: rows that are gone.
        for record in recorded.keys.sorted(by: { $0.row < $1.row }) { note(record) }
        for record in damage {
            var finding = try locator.locate(record)
            finding.foundAt = recorded[record].map(UTCTime.init)
            report.findings.append(finding)
        }
        return (report, damage)
    }

    private mutating func note(_ record: DamageRecord) {
        if seen.insert(record).inserted { damage.append(record) }
    }

    private mutating func note(_ table: DamageRecord.Table, _ row: Int64, _ reason: String) {
        note(DamageRecord(table: table, row: row, reason: reason))
    }

    /// Ends SQLite's own work within some milliseconds of a cancellation.
    private func interruptibly<Value>(_ body: () throws -> Value) throws -> Value {
        let connection = db.sqliteConnection
        sqlite3_progress_handler(
            connection, 100_000,
            { context in
                guard let context else { return 0 }
                let flag = Unmanaged<CancellationFlag>.fromOpaque(context).takeUnretainedValue()
                return flag.isSet.load(ordering: .relaxed) ? 1 : 0
            }, Unmanaged.passUnretained(cancellation).toOpaque())
        defer { sqlite3_progress_handler(connection, 0, nil, nil) }
        do {
            return try body()
        } catch let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_INTERRUPT {
            throw CancellationError()
        }
    }

    private mutating func advance(_ bytes: Int) throws {
        report.bytes += bytes
        let share = min(1, Double(report.bytes) / Double(total))
        guard share >= lastShare + 0.005 else { return }
        lastShare = share
        if cancellation.isSet.load(ordering: .relaxed) { throw CancellationError() }
        progress(CareProgress("reading everything", share: share))
    }

    // MARK: Series and batches

    private mutating func verifySeries() throws {
        let statement = try RawStatement(db, unshared: "SELECT id, labels FROM series ORDER BY id")
        while try statement.step() {
            report.series += 1
            let id = statement.integer(0)
            try advance(statement.blob(1).count)
            guard id >= 0, id < Head.seriesLimit else {
                note(.series, id, "expected a number below \(Head.seriesLimit)")
                continue
            }
            do throws(ChunkDecodingError) {
                _ = try LabelCoding.decode(statement.blob(1), of: UInt32(id))
            } catch {
                note(.series, id, error.description)
            }
        }
    }

    private mutating func verifyBatches() throws {
        let known = Set(recorded.keys.filter { $0.table == .batches }.map(\.row))
        var decoder = BatchDecoder()
        var previous: Int64?
        let statement = try RawStatement(
            db, unshared: "SELECT id, first_time, last_time, sample_count, data FROM batches ORDER BY id")
        while try statement.step() {
            report.batches += 1
            let number = statement.integer(0)
            try advance(statement.blob(4).count)
            if let previous, number > previous + 1 { noteMissingBatches(previous + 1..<number, known: known) }
            // Rows are deleted from the oldest on, but for damaged ones: behind one of these a gap is none.
            if !known.contains(number) { previous = number }
            do {
                if let problem = try verifyBatch(statement, &decoder) { note(.batches, number, problem) }
            } catch let error as ChunkDecodingError {
                note(.batches, number, error.description)
                decoder.forget()
            }
        }
    }

    private mutating func noteMissingBatches(_ missing: Range<Int64>, known: Set<Int64>) {
        let unknown = missing.prefix(100).filter { !known.contains($0) }
        for number in unknown { note(.batches, number, "expected a row, found none") }
        if missing.count > 100, let last = unknown.last {
            note(.batches, last, "expected rows \(last) to \(missing.upperBound - 1), found none")
        }
    }

    private mutating func verifyBatch(_ row: RawStatement, _ decoder: inout BatchDecoder) throws -> String? {
        let skipped = decoder.roundsWithoutKey
        var samples = 0
        var first = Int64.max
        var last = Int64.min
        try row.withBlob(4) { bytes in
            try decoder.decode(bytes, number: row.integer(0)) { content in
                switch content {
                case .round(_, _, let time, let values):
                    samples += values.count { !AbsentValue.isAbsent($0) }
                    first = min(first, time)
                    last = max(last, time)
                case .late(_, let time, _):
                    samples += 1
                    first = min(first, time)
                    last = max(last, time)
                }
            }
        }
        report.samples += samples
        // The row continues rounds whose first part is in blocks by now, or damaged.
        guard decoder.roundsWithoutKey == skipped else { return nil }
        guard samples == Int(row.integer(3)) else { return "expected \(row.integer(3)) samples, found \(samples)" }
        guard samples == 0 || first == row.integer(1) && last == row.integer(2) else {
            return "expected times from \(row.integer(1)) to \(row.integer(2)), found \(first) to \(last)"
        }
        return nil
    }

    // MARK: Blocks

    /// The headers that can be read, and nil for those that cannot, by number.
    private mutating func verifyHeaders() throws -> [Int64: BlockHeader?] {
        var headers: [Int64: BlockHeader?] = [:]
        let statement = try RawStatement(db, unshared: "SELECT id, header FROM blocks ORDER BY id")
        while try statement.step() {
            report.blocks += 1
            let number = statement.integer(0)
            do throws(ChunkDecodingError) {
                headers[number] = .some(try BlockHeader(statement.blob(1), number: number))
            } catch {
                headers[number] = .some(nil)
                note(.blocks, number, error.description)
            }
        }
        return headers
    }

    private mutating func verifyShards(_ headers: [Int64: BlockHeader?]) throws {
        var expected: [Shard.Number: Set<Int64>] = [:]
        for case let header? in headers.values { expected[header.shard, default: []].insert(header.number) }
        let statement = try RawStatement(db, unshared: "SELECT id, data FROM shards ORDER BY id")
        while try statement.step() {
            let id = statement.integer(0)
            try advance(statement.blob(1).count)
            guard let shard = Shard.Number(exactly: id), Int(shard) < Head.seriesLimit / Shard.size else {
                note(.shards, id, "expected a shard's number")
                continue
            }
            let own = expected.removeValue(forKey: shard) ?? []
            do throws(ChunkDecodingError) {
                let state = try ShardState(statement.blob(1), shard: shard)
                for missing in state.blocks where headers[missing] == nil {
                    note(.blocks, missing, "expected a row, found none")
                }
                for stray in own.subtracting(state.blocks).sorted() {
                    note(.shards, id, "expected block \(stray) in the list of its blocks, found none")
                }
            } catch {
                note(.shards, id, error.description)
            }
        }
        for shard in expected.keys.sorted() { note(.shards, Int64(shard), "expected a row, found none") }
    }

    private mutating func verifyPages(_ headers: [Int64: BlockHeader?]) throws {
        var verifier = BlockVerifier()
        var left = headers.keys.sorted()[...]
        var open: (header: BlockHeader?, stream: [UInt8], found: Set<Int>)?
        let statement = try RawStatement(db, unshared: "SELECT id, data FROM pages ORDER BY id")
        var current: Int64?
        while try statement.step() {
            let row = statement.integer(0)
            try advance(statement.blob(1).count)
            report.pages += 1
            let block = row / PageCoding.pagesPerBlock
            if block != current {
                try finish(&open, &verifier)
                current = block
                while let next = left.first, next < block {
                    left.removeFirst()
                    try finish(headers[next] ?? nil, &verifier)
                }
                if left.first == block { left.removeFirst() }
                open = nil
                if let header = headers[block] { open = Self.begin(header) }
            }
            guard open != nil else {
                note(.pages, row, "expected a page of a block, found one of block \(block), which does not exist")
                continue
            }
            take(row, statement.blob(1), &open)
        }
        try finish(&open, &verifier)
        for next in left { try finish(headers[next] ?? nil, &verifier) }
    }

    private static func begin(_ header: BlockHeader?) -> (header: BlockHeader?, stream: [UInt8], found: Set<Int>) {
        let bytes = header.map { min($0.byteCount, Int(PageCoding.pagesPerBlock) * PageCoding.capacity) } ?? 0
        return (header, [UInt8](repeating: 0, count: bytes), [])
    }

    /// Copies a page into the stream of its block when it is sound.
    private mutating func take(
        _ row: Int64, _ blob: UnsafeRawBufferPointer,
        _ open: inout (header: BlockHeader?, stream: [UInt8], found: Set<Int>)?
    ) {
        let page = Int(row % PageCoding.pagesPerBlock)
        let content: UnsafeRawBufferPointer
        do throws(ChunkDecodingError) {
            content = try PageCoding.content(blob, row: row)
        } catch {
            note(.pages, row, error.description)
            return
        }
        // Without a header nothing is known of the block's length.
        guard let header = open?.header else { return }
        guard page < PageCoding.pageCount(of: header.byteCount) else {
            note(
                .pages, row,
                "expected \(PageCoding.pageCount(of: header.byteCount)) pages of the block, found page \(page + 1)")
            return
        }
        let start = page * PageCoding.capacity
        let expected = min(PageCoding.capacity, header.byteCount - start)
        guard content.count == expected else {
            note(.pages, row, "expected \(expected) bytes, found \(content.count)")
            return
        }
        open?.found.insert(page)
        open?.stream.withUnsafeMutableBytes { stream in
            UnsafeMutableRawBufferPointer(rebasing: stream[start..<start + expected]).copyMemory(from: content)
        }
    }

    /// A block of which no page was found.
    private mutating func finish(_ header: BlockHeader?, _ verifier: inout BlockVerifier) throws {
        var open: (header: BlockHeader?, stream: [UInt8], found: Set<Int>)? = Self.begin(header)
        try finish(&open, &verifier)
    }

    private mutating func finish(
        _ open: inout (header: BlockHeader?, stream: [UInt8], found: Set<Int>)?, _ verifier: inout BlockVerifier
    ) throws {
        guard let (found, stream, pages) = open, let header = found else { return }
        open = nil
        var damaged: [Range<Int>] = []
        for page in 0..<PageCoding.pageCount(of: stream.count) where !pages.contains(page) {
            // A page that was found damaged has its reason by now.
            note(.pages, PageCoding.row(block: header.number, page: page), "expected a row, found none")
            damaged.append(page * PageCoding.capacity..<(page + 1) * PageCoding.capacity)
        }
        let directory: BlockDirectory
        do {
            directory = try BlockTable.directory(of: header.number, in: db)
        } catch let record as DamageRecord {
            note(record)
            return
        }
        guard directory.byteCount == header.byteCount else {
            note(.blocks, header.number, "expected \(header.byteCount) bytes of chunks, found \(directory.byteCount)")
            return
        }
        if let problem = verifier.problem(header, directory, stream, damaged: damaged) {
            note(.blocks, header.number, problem)
        } else if header.resolution == 0 {
            report.samples += header.sampleCount
        }
    }
}
