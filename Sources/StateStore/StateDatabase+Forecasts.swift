package import CapacityPlanning
import DatabaseFiles
package import Forecasting
import Foundation
import GRDB
import Inventory
import MonitoringModel

extension StateDatabase: ForecastLedger {
    package func keep(_ night: ForecastNight) async throws {
        try await database.transaction { db in
            var numbers = try ForecastResources(db)
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO forecast_nights (day, made_at, shift, stretch, forecasts, filled)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    night.madeOn, night.madeAt.milliseconds, night.calibration.shift, night.calibration.stretch,
                    night.calibration.forecasts, night.calibration.filled,
                ])
            try db.execute(sql: "DELETE FROM forecasts WHERE day = ?", arguments: [night.madeOn])
            let statement = try db.cachedStatement(sql: ForecastRow.insertion)
            for entry in night.entries {
                let number = try numbers.number(of: entry.key, labels: entry.labels, db)
                try statement.execute(arguments: ForecastRow.arguments(entry, day: night.madeOn, resource: number))
            }
        }
    }

    package func newestNight() async throws -> ForecastNight? {
        try await database.transaction { db in
            guard
                let night = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT day, shift, stretch, forecasts, filled, made_at FROM forecast_nights ORDER BY day DESC
                        """)
            else { return nil }
            var entries: [LedgerEntry] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT \(ForecastRow.columns), r.resource, r.kind, r.unit, r.site, r.labels
                    FROM forecasts f JOIN forecast_resources r ON r.number = f.resource WHERE f.day = ?
                    """, arguments: [night[0] as Int])
            while let row = try rows.next() {
                if let entry = ForecastRow.entry(row) { entries.append(entry) }
            }
            return ForecastNight(
                madeAt: Timestamp(milliseconds: night[5]), madeOn: night[0],
                calibration: ForecastNightRow.calibration(night), entries: entries)
        }
    }

    package func unscored(through day: Int) async throws -> [DueForecasts] {
        try await database.transaction { db in
            let scored = Set(
                try Row.fetchAll(db, sql: "SELECT day, horizon FROM forecast_scorings").map {
                    DueForecasts(madeOn: $0[0], horizon: $0[1])
                })
            return try Int.fetchAll(db, sql: "SELECT day FROM forecast_nights ORDER BY day").flatMap { night in
                ForecastRecord.horizons.map { DueForecasts(madeOn: night, horizon: $0) }
                    .filter { $0.dueDay <= day && !scored.contains($0) }
            }
        }
    }

    package func checkpoints(of due: DueForecasts) async throws -> [KeptCheckpoint] {
        guard ForecastRecord.horizons.contains(due.horizon) else { return [] }
        return try await database.transaction { db in
            let use = "f.use_\(due.horizon)_"
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT \(use)p10, \(use)p50, \(use)p90, f.size, f.full_use, r.resource, r.kind, r.unit, r.site
                    FROM forecasts f JOIN forecast_resources r ON r.number = f.resource
                    WHERE f.day = ? AND f.abstention IS NULL AND f.size > 0 AND f.full_use > 0 AND \(use)p50 IS NOT NULL
                    """, arguments: [due.madeOn])
            var checkpoints: [KeptCheckpoint] = []
            while let row = try rows.next() {
                guard let key = ForecastResources.key(row, from: 5) else { continue }
                checkpoints.append(
                    KeptCheckpoint(
                        key: key, use: UseAhead(day: due.horizon, p10: row[0], p50: row[1], p90: row[2]), size: row[3],
                        limit: row[4]))
            }
            return checkpoints
        }
    }

    package func record(_ scores: [ForecastScore], of due: DueForecasts) async throws {
        try await database.transaction { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO forecast_scorings (day, horizon) VALUES (?, ?)",
                arguments: [due.madeOn, due.horizon])
            guard db.changesCount > 0 else { return }
            let numbers = try ForecastResources(db)
            let quarter = ForecastTallyRow.quarter(of: due.dueDay)
            let find = try db.cachedStatement(
                sql: "SELECT held, errors FROM forecast_tallies WHERE quarter = ? AND resource = ? AND horizon = ?")
            let put = try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO forecast_tallies (quarter, resource, horizon, held, errors)
                    VALUES (?, ?, ?, ?, ?)
                    """)
            for score in scores {
                guard let number = numbers.number(of: score.key) else { continue }
                let row = try Row.fetchOne(find, arguments: [quarter, number, due.horizon])
                var tally = row.map { ForecastTallyRow.tally(held: $0[0], errors: $0[1]) } ?? ForecastTally()
                tally.add(score)
                try put.execute(
                    arguments: [
                        quarter, number, due.horizon, tally.held, ForecastTallyRow.blob(of: tally.errors),
                    ])
            }
        }
    }

    package func tallies() async throws -> [ResourceKey: [Int: ForecastTally]] {
        try await database.transaction { db in
            let keys = try ForecastResources(db).keys
            var tallies: [ResourceKey: [Int: ForecastTally]] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT resource, horizon, held, errors FROM forecast_tallies")
            while let row = try rows.next() {
                guard let key = keys[row[0]] else { continue }
                tallies[key, default: [:]][row[1], default: ForecastTally()] += ForecastTallyRow.tally(
                    held: row[2], errors: row[3])
            }
            return tallies
        }
    }

    package func unsettledNights() async throws -> [UnsettledNight] {
        try await database.transaction { db in
            let nights = try Row.fetchAll(
                db, sql: "SELECT day, shift, stretch, forecasts, filled, is_settled FROM forecast_nights")
            let standing = Set(ForecastSettling.standing(nights.map { $0[0] }))
            return nights.filter { standing.contains($0[0]) && $0[5] == false }.map {
                UnsettledNight(madeOn: $0[0], calibration: ForecastNightRow.calibration($0))
            }.sorted { $0.madeOn < $1.madeOn }
        }
    }

    package func fills(of night: Int) async throws -> [KeptFill] {
        try await database.transaction { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT f.fill_p10, f.fill_p50, f.fill_p90, f.full_30, f.full_90, f.full_180, f.size, f.full_use,
                        r.resource, r.kind, r.unit, r.site
                    FROM forecasts f JOIN forecast_resources r ON r.number = f.resource
                    WHERE f.day = ? AND f.abstention IS NULL AND f.size > 0 AND f.used < f.full_use
                    """, arguments: [night])
            var fills: [KeptFill] = []
            while let row = try rows.next() {
                guard let key = ForecastResources.key(row, from: 8) else { continue }
                fills.append(
                    KeptFill(
                        key: key, fill: FillDays(p10: row[0], p50: row[1], p90: row[2]),
                        fullWithin: FullWithin(days30: row[3], days90: row[4], days180: row[5]), size: row[6],
                        limit: row[7]))
            }
            return fills
        }
    }

    package func settle(_ night: Int, as record: FleetRecord) async throws {
        try await database.transaction { db in
            try db.execute(
                sql: "UPDATE forecast_nights SET is_settled = 1 WHERE day = ? AND is_settled = 0", arguments: [night])
            guard db.changesCount > 0 else { return }
            let add = try db.cachedStatement(
                sql: """
                    INSERT INTO forecast_outcomes (quarter, is_full, score, count) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET count = count + excluded.count
                    """)
            for (outcome, count) in record.counts {
                try add.execute(
                    arguments: [ForecastTallyRow.quarter(of: night), outcome.isFull, outcome.twentieths, count])
            }
        }
    }

    package func settledRecord() async throws -> FleetRecord {
        try await database.transaction { db in
            var record = FleetRecord()
            let rows = try Row.fetchCursor(db, sql: "SELECT is_full, score, count FROM forecast_outcomes")
            while let row = try rows.next() {
                record.add(FleetRecord.Outcome(twentieths: row[1], isFull: row[0]), count: row[2])
            }
            return record
        }
    }

    /// The names of resources that are gone stay: they are few, and their numbers are in what is younger.
    package func removeForecasts(before day: Int) async throws {
        try await database.transaction { db in
            for table in ["forecasts", "forecast_nights", "forecast_scorings"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE day < ?", arguments: [day])
            }
            for table in ["forecast_tallies", "forecast_outcomes"] {
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE quarter < ?", arguments: [ForecastTallyRow.quarter(of: day)])
            }
        }
    }
}

/// The numbers of resources in other tables.
private struct ForecastResources {
    private var known: [ResourceKey: (number: Int64, labels: String)] = [:]

    init(_ db: Database) throws {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT number, labels, resource, kind, unit, site FROM forecast_resources")
        while let row = try rows.next() {
            if let key = Self.key(row, from: 2) { known[key] = (row[0], row[1]) }
        }
    }

    var keys: [Int64: ResourceKey] {
        Dictionary(known.map { ($0.value.number, $0.key) }, uniquingKeysWith: { first, _ in first })
    }

    func number(of key: ResourceKey) -> Int64? { known[key]?.number }

    /// The number of a resource, which is new or has other labels than before where need be.
    mutating func number(of key: ResourceKey, labels: LabelSet, _ db: Database) throws -> Int64 {
        let text = try ForecastLabels.text(of: labels)
        if let (number, before) = known[key] {
            if before != text {
                try db.execute(
                    sql: "UPDATE forecast_resources SET labels = ? WHERE number = ?", arguments: [text, number])
                known[key] = (number, text)
            }
            return number
        }
        try db.cachedStatement(
            sql: "INSERT INTO forecast_resources (resource, kind, unit, site, labels) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [key.resource, key.kind, key.unit.rawValue, key.site, text])
        let number = db.lastInsertedRowID
        known[key] = (number, text)
        return number
    }

    /// - Parameter first: the column of `resource`; kind, unit and site follow.
    /// - Returns: nil for a unit that only a newer version knows.
    static func key(_ row: Row, from first: Int) -> ResourceKey? {
        guard let unit = ResourceUnit(rawValue: row[first + 2]) else { return nil }
        return ResourceKey(resource: row[first], kind: row[first + 1], unit: unit, site: row[first + 3])
    }
}

/// Labels as a JSON list of names and values in turn: the same labels give the same text.
private enum ForecastLabels {
    static func text(of labels: LabelSet) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return String(decoding: try encoder.encode(labels.labels.flatMap { [$0.name, $0.value] }), as: UTF8.self)
    }

    static func labels(of text: String) -> LabelSet {
        let words = (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
        return LabelSet(stride(from: 0, to: words.count - 1, by: 2).map { Label(words[$0], words[$0 + 1]) })
    }
}

/// A row of `forecast_nights`.
private enum ForecastNightRow {
    /// - Parameter row: day, shift, stretch, forecasts and filled first.
    static func calibration(_ row: Row) -> ForecastCalibration {
        ForecastCalibration(shift: row[1], stretch: row[2], forecasts: row[3], filled: row[4])
    }
}

/// A row of `forecasts`.
private enum ForecastRow {
    private static let names =
        [
            "used", "size", "full_use", "abstention", "growth", "fill_p10", "fill_p50", "fill_p90", "full_30",
            "full_90", "full_180",
        ]
        + ForecastRecord.horizons.flatMap { horizon in ["p10", "p50", "p90"].map { "use_\(horizon)_\($0)" } }

    static let columns = names.map { "f.\($0)" }.joined(separator: ", ")

    static let insertion =
        "INSERT INTO forecasts (day, resource, \(names.joined(separator: ", "))) "
        + "VALUES (\(Array(repeating: "?", count: names.count + 2).joined(separator: ", ")))"

    static func arguments(_ entry: LedgerEntry, day: Int, resource: Int64) -> StatementArguments {
        let forecast = entry.forecast
        var values: [(any DatabaseValueConvertible)?] = [
            day, resource, entry.used, entry.size, entry.limit, forecast.abstention?.rawValue, forecast.growthPerDay,
        ]
        values += forecast.fill.values.map { $0 } + forecast.fullWithin.values.map { $0 }
        for horizon in ForecastRecord.horizons {
            let use = forecast.checkpoints.first { $0.day == horizon }
            values += [use?.p10, use?.p50, use?.p90]
        }
        return StatementArguments(values)
    }

    /// - Parameter row: `columns`, then resource, kind, unit, site and labels.
    static func entry(_ row: Row) -> LedgerEntry? {
        guard let key = ForecastResources.key(row, from: names.count) else { return nil }
        var forecast = ResourceForecast()
        // A reason that only a newer version knows is one all the same.
        forecast.abstention = (row[3] as String?).map { Abstention(rawValue: $0) ?? .unstable }
        forecast.growthPerDay = row[4]
        forecast.fill = FillDays(p10: row[5], p50: row[6], p90: row[7])
        forecast.fullWithin = FullWithin(days30: row[8], days90: row[9], days180: row[10])
        forecast.checkpoints = ForecastRecord.horizons.enumerated().compactMap { index, horizon in
            let first = 11 + 3 * index
            guard let p10 = row[first] as Double?, let p50 = row[first + 1] as Double?,
                let p90 = row[first + 2] as Double?
            else { return nil }
            return UseAhead(day: horizon, p10: p10, p50: p50, p90: p90)
        }
        return LedgerEntry(
            key: key, labels: ForecastLabels.labels(of: row[names.count + 4]), used: row[0], size: row[1],
            limit: row[2],
            forecast: forecast)
    }
}

/// A row of `forecast_tallies`.
private enum ForecastTallyRow {
    /// Of a day since 1970-01-01; a quarter has 91 days.
    static func quarter(of day: Int) -> Int { day / 91 }

    static func blob(of errors: ErrorDistribution) -> Data {
        var data = Data(capacity: 2 * ErrorDistribution.binCount)
        for count in errors.bins {
            let count = UInt16(clamping: count)
            data.append(UInt8(truncatingIfNeeded: count))
            data.append(UInt8(truncatingIfNeeded: count >> 8))
        }
        return data
    }

    static func tally(held: Int, errors: Data) -> ForecastTally {
        let bytes = [UInt8](errors)
        let bins = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt32(bytes[$0]) | UInt32(bytes[$0 + 1]) << 8 }
        return ForecastTally(errors: ErrorDistribution(bins: bins) ?? ErrorDistribution(), held: held)
    }
}
