import DatabaseFiles
import GRDB

/// The schema of `metrics.db`. Migrations are forward-only; a released one is never edited.
enum MetricsSchema {
    static let format = DatabaseFormat(
        fileName: "metrics.db",
        // "hdmt"
        applicationID: 0x6864_6d74,
        pageSize: 8192,
        migrations: [
            SchemaMigration("series, batches, damage, metadata") { db in
                try db.execute(
                    sql: """
                        CREATE TABLE series (
                            id INTEGER PRIMARY KEY,
                            labels BLOB NOT NULL
                        );
                        -- One row a commit, or several when a commit is large. Times are milliseconds.
                        CREATE TABLE batches (
                            id INTEGER PRIMARY KEY,
                            first_time INTEGER NOT NULL,
                            last_time INTEGER NOT NULL,
                            sample_count INTEGER NOT NULL,
                            data BLOB NOT NULL
                        );
                        CREATE INDEX batches_by_time ON batches (first_time, last_time);
                        -- The newest sample of series whose newest sample is older than the head.
                        CREATE TABLE series_newest (
                            series INTEGER PRIMARY KEY,
                            data BLOB NOT NULL
                        );
                        CREATE TABLE damage (
                            source TEXT NOT NULL,
                            row INTEGER NOT NULL,
                            found_at INTEGER NOT NULL,
                            reason TEXT NOT NULL,
                            PRIMARY KEY (source, row)
                        ) WITHOUT ROWID;
                        CREATE TABLE metadata (
                            name TEXT PRIMARY KEY,
                            kind TEXT NOT NULL,
                            help TEXT NOT NULL,
                            unit TEXT NOT NULL
                        ) WITHOUT ROWID;
                        CREATE TABLE store_state (
                            key TEXT PRIMARY KEY,
                            value INTEGER NOT NULL
                        ) WITHOUT ROWID;
                        """)
            },
            // What is in `batches` by now keeps its format under another name, until `BatchConversion` has made blocks of it.
            SchemaMigration("blocks of compressed chunks") { db in
                try db.execute(
                    sql: """
                        DROP INDEX batches_by_time;
                        ALTER TABLE batches RENAME TO batches_1;
                        DROP TABLE series_newest;
                        DROP TABLE store_state;
                        UPDATE damage SET source = 'batches_1' WHERE source = 'batches';
                        DELETE FROM damage WHERE source = 'series_newest';
                        -- What commits stored and no block holds yet. Times are milliseconds.
                        CREATE TABLE batches (
                            id INTEGER PRIMARY KEY,
                            first_time INTEGER NOT NULL,
                            last_time INTEGER NOT NULL,
                            sample_count INTEGER NOT NULL,
                            data BLOB NOT NULL
                        );
                        CREATE TABLE shards (
                            id INTEGER PRIMARY KEY,
                            data BLOB NOT NULL
                        );
                        CREATE TABLE blocks (
                            id INTEGER PRIMARY KEY,
                            header BLOB NOT NULL,
                            directory BLOB NOT NULL
                        );
                        -- The bytes of block b lie in the rows from b × 2^20 on.
                        CREATE TABLE pages (
                            id INTEGER PRIMARY KEY,
                            data BLOB NOT NULL
                        );
                        """)
            },
        ])
}
