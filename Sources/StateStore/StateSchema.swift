import DatabaseFiles
import GRDB

/// The schema of `state.db`. Migrations are forward-only; a released one is never edited. Times are milliseconds since the Unix
/// epoch.
enum StateSchema {
    static let format = DatabaseFormat(
        fileName: "state.db",
        // "hdst"
        applicationID: 0x6864_7374,
        pageSize: 4096,
        migrations: [
            SchemaMigration("alerts, outbox, notification log, tokens, audit") { db in
                try db.execute(
                    sql: """
                        -- What fires, in the order it was saved in. labels and annotations are JSON.
                        CREATE TABLE alerts (
                            position INTEGER PRIMARY KEY,
                            entity TEXT NOT NULL,
                            labels TEXT NOT NULL,
                            annotations TEXT NOT NULL,
                            active_at INTEGER NOT NULL,
                            source TEXT NOT NULL
                        );
                        CREATE TABLE outbox (
                            id INTEGER PRIMARY KEY AUTOINCREMENT,
                            key TEXT NOT NULL UNIQUE,
                            receiver TEXT NOT NULL,
                            body BLOB NOT NULL,
                            created_at INTEGER NOT NULL,
                            attempts INTEGER NOT NULL DEFAULT 0,
                            last_attempt_at INTEGER,
                            last_error TEXT
                        );
                        -- Notifications that left the outbox. A key that is here never enters the outbox again.
                        CREATE TABLE notification_log (
                            id INTEGER PRIMARY KEY,
                            key TEXT NOT NULL UNIQUE,
                            receiver TEXT NOT NULL,
                            body BLOB NOT NULL,
                            created_at INTEGER NOT NULL,
                            finished_at INTEGER NOT NULL,
                            attempts INTEGER NOT NULL,
                            outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'abandoned')),
                            error TEXT
                        );
                        CREATE INDEX notification_log_by_time ON notification_log (finished_at);
                        CREATE TABLE tokens (
                            name TEXT PRIMARY KEY,
                            role TEXT NOT NULL,
                            area TEXT,
                            digest TEXT NOT NULL UNIQUE,
                            created_at INTEGER NOT NULL,
                            is_one_time INTEGER NOT NULL
                        ) WITHOUT ROWID;
                        CREATE TABLE audit (
                            id INTEGER PRIMARY KEY AUTOINCREMENT,
                            at INTEGER NOT NULL,
                            principal TEXT NOT NULL,
                            role TEXT,
                            action TEXT NOT NULL,
                            subject TEXT NOT NULL,
                            outcome TEXT NOT NULL,
                            detail TEXT NOT NULL
                        );
                        CREATE INDEX audit_by_time ON audit (at);
                        """)
            },
            SchemaMigration("SNMPv3 engine") { db in
                try db.execute(
                    sql: """
                        -- This side's own engine, one row: its boots count up with every start (RFC 3414 section 2.2.2).
                        CREATE TABLE snmp_engine (
                            only INTEGER PRIMARY KEY CHECK (only = 1),
                            id BLOB NOT NULL,
                            boots INTEGER NOT NULL
                        );
                        """)
            },
            SchemaMigration("memories of devices") { db in
                try db.execute(
                    sql: """
                        -- Who answered last at a device's address, and how its counters are shifted: JSON.
                        CREATE TABLE device_memories (
                            device TEXT PRIMARY KEY,
                            memory TEXT NOT NULL
                        ) WITHOUT ROWID;
                        """)
            },
            SchemaMigration("forecasts and their record") { db in
                // Days are counted from 1970-01-01.
                try db.execute(
                    sql: """
                        -- What is forecast. labels: a JSON list, names and values in turn.
                        CREATE TABLE forecast_resources (
                            number INTEGER PRIMARY KEY,
                            resource TEXT NOT NULL,
                            kind TEXT NOT NULL,
                            unit TEXT NOT NULL,
                            site TEXT NOT NULL,
                            labels TEXT NOT NULL,
                            UNIQUE (resource, site, kind, unit)
                        );
                        CREATE TABLE forecast_nights (
                            day INTEGER PRIMARY KEY,
                            made_at INTEGER NOT NULL
                        );
                        -- One row a resource and night. fill_…: days from day, NULL: not within the horizon; full_…: probabilities;
                        -- use_…: what was expected so many days later; full_use: what
                        -- counts as full.
                        CREATE TABLE forecasts (
                            day INTEGER NOT NULL,
                            resource INTEGER NOT NULL,
                            used REAL NOT NULL,
                            size REAL,
                            full_use REAL,
                            abstention TEXT,
                            growth REAL,
                            fill_p10 REAL, fill_p50 REAL, fill_p90 REAL,
                            full_30 REAL, full_90 REAL, full_180 REAL,
                            use_7_p10 REAL, use_7_p50 REAL, use_7_p90 REAL,
                            use_30_p10 REAL, use_30_p50 REAL, use_30_p90 REAL,
                            use_90_p10 REAL, use_90_p50 REAL, use_90_p90 REAL,
                            PRIMARY KEY (day, resource)
                        ) WITHOUT ROWID;
                        -- The nights whose forecasts for a horizon are in the record.
                        CREATE TABLE forecast_scorings (
                            day INTEGER NOT NULL,
                            horizon INTEGER NOT NULL,
                            PRIMARY KEY (day, horizon)
                        ) WITHOUT ROWID;
                        -- The record, by quarters of the days that were forecast: old ones can be dropped without counting anew.
                        -- errors: how many fell into each bin, two bytes a bin, the low one first.
                        CREATE TABLE forecast_tallies (
                            quarter INTEGER NOT NULL,
                            resource INTEGER NOT NULL,
                            horizon INTEGER NOT NULL,
                            held INTEGER NOT NULL,
                            errors BLOB NOT NULL,
                            PRIMARY KEY (quarter, resource, horizon)
                        ) WITHOUT ROWID;
                        """)
            },
            SchemaMigration("calibration of forecasts") { db in
                try db.execute(
                    sql: """
                        -- What a night's forecasts were calibrated with, and how many past forecasts that rests on. Every night before
                        -- was calibrated with the defaults.
                        ALTER TABLE forecast_nights ADD COLUMN shift REAL NOT NULL DEFAULT 0;
                        ALTER TABLE forecast_nights ADD COLUMN stretch REAL NOT NULL DEFAULT 0.87;
                        ALTER TABLE forecast_nights ADD COLUMN forecasts INTEGER NOT NULL DEFAULT 0;
                        ALTER TABLE forecast_nights ADD COLUMN filled INTEGER NOT NULL DEFAULT 0;
                        -- 1: what became of its forecasts is in forecast_outcomes.
                        ALTER TABLE forecast_nights ADD COLUMN is_settled INTEGER NOT NULL DEFAULT 0;
                        -- What became of forecasts, by quarters of the nights they were made in. score: a normal score in twentieths;
                        -- is_full: 0 where the resource was not full by then.
                        CREATE TABLE forecast_outcomes (
                            quarter INTEGER NOT NULL,
                            is_full INTEGER NOT NULL,
                            score INTEGER NOT NULL,
                            count INTEGER NOT NULL,
                            PRIMARY KEY (quarter, is_full, score)
                        ) WITHOUT ROWID;
                        """)
            },
        ])
}
