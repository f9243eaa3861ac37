import ChunkEncoding
import GRDB

/// The rows of `blocks`, `pages` and `shards`. Each function that writes runs inside the caller's transaction.
enum BlockTable {
    static func insert(_ header: BlockHeader, _ directory: BlockDirectory, stream: [UInt8], into db: Database) throws {
        let pages = try RawStatement(db, "INSERT INTO pages (id, data) VALUES (?1, ?2)")
        try stream.withUnsafeBytes { stream in
            for page in 0..<PageCoding.pageCount(of: stream.count) {
                let row = PageCoding.row(block: header.number, page: page)
                let start = page * PageCoding.capacity
                let content = UnsafeRawBufferPointer(
                    rebasing: stream[start..<min(start + PageCoding.capacity, stream.count)])
                try pages.bind(row, at: 1)
                try pages.run(blob: PageCoding.encode(content, row: row), at: 2)
            }
        }
        let block = try RawStatement(db, "INSERT INTO blocks (id, header, directory) VALUES (?1, ?2, ?3)")
        try block.bind(header.number, at: 1)
        try block.bind(header.encoded(), at: 2)
        try block.run(blob: directory.encoded(block: header.number), at: 3)
    }

    /// The number for the next block: larger than all there are.
    static func nextNumber(in db: Database) throws -> Int64 {
        (try Int64.fetchOne(db, sql: "SELECT max(id) FROM blocks") ?? 0) + 1
    }

    static func delete(_ block: Int64, from db: Database) throws {
        try db.execute(
            sql: "DELETE FROM pages WHERE id >= ? AND id < ?",
            arguments: [PageCoding.row(block: block, page: 0), PageCoding.row(block: block + 1, page: 0)])
        try db.execute(sql: "DELETE FROM blocks WHERE id = ?", arguments: [block])
    }

    static func write(_ state: ShardState, of shard: Shard.Number, to db: Database) throws {
        let statement = try RawStatement(
            db, "INSERT INTO shards (id, data) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET data = excluded.data")
        try statement.bind(Int64(shard), at: 1)
        try statement.run(blob: state.encoded(shard: shard), at: 2)
    }

    /// The directory of a block.
    ///
    /// - Throws: `DamageRecord` when it is missing or cannot be decoded.
    static func directory(of block: Int64, in db: Database) throws -> BlockDirectory {
        let statement = try RawStatement(db, "SELECT directory FROM blocks WHERE id = ?1")
        try statement.bind(block, at: 1)
        var directory: BlockDirectory?
        try statement.forEachRow { row in
            do {
                directory = try row.withBlob(0) { try BlockDirectory($0, block: block) }
            } catch let error as ChunkDecodingError {
                throw DamageRecord(table: .blocks, row: block, reason: error.description)
            }
        }
        guard let directory else {
            throw DamageRecord(table: .blocks, row: block, reason: "expected a row, found none")
        }
        return directory
    }
}
