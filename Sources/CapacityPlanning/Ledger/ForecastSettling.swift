package import Forecasting

/// Tells what became of past forecasts of fill dates, for the calibration of the next.
///
/// A forecast is settled when its resource was full or half a year has passed. Forecasts of successive nights are nearly
/// the same, so that one night in thirty stands for all of them. A night is added to the ledger's record as a whole when
/// its half year is over. Until then its forecasts count for what is known: those that would fill early are known first,
/// and without the others, not yet full, all pools would seem to fill early.
package struct ForecastSettling: Sendable {
    private let ledger: any ForecastLedger

    /// Days after a forecast from which on it is not looked at any more.
    package static let horizon = 180
    /// Days that one night stands for.
    package static let spacing = 30
    /// One resource's forecasts that wait for the same day at a time.
    package static let forecastsPerFill = horizon / spacing
    /// A night that could not be settled within a year, because the service did not run, is not settled any more.
    private static let oldest = 365

    package init(ledger: any ForecastLedger) {
        self.ledger = ledger
    }

    /// Those of the nights that stand for the others: the first of each thirty days. Earliest first.
    package static func standing(_ nights: [Int]) -> [Int] {
        Dictionary(grouping: nights) { $0 / spacing }.values.compactMap { $0.min() }.sorted()
    }

    /// All that is known of past forecasts by the end of a day; settles the nights whose half year is over.
    ///
    /// - Parameter histories: up to that day or later, those of resources that are gone among them.
    /// - Throws: what the ledger throws; `CancellationError`.
    package func record(_ histories: [ResourceHistory], through day: Int) async throws -> FleetRecord {
        let byKey = Dictionary(histories.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var waiting = FleetRecord()
        for night in try await ledger.unsettledNights() where night.madeOn < day && night.madeOn >= day - Self.oldest {
            try Task.checkCancellation()
            let (record, isSeen) = record(try await ledger.fills(of: night.madeOn), of: night, byKey, through: day)
            // Without any reading since, nothing became of it: the service did not run, or its clock was wrong.
            if isSeen, night.madeOn + Self.horizon <= day {
                try await ledger.settle(night.madeOn, as: record)
            } else {
                waiting += record
            }
        }
        var record = try await ledger.settledRecord()
        record += waiting
        return record
    }

    private func record(
        _ fills: [KeptFill], of night: UnsettledNight, _ histories: [ResourceKey: ResourceHistory], through day: Int
    ) -> (record: FleetRecord, isSeen: Bool) {
        var record = FleetRecord()
        var isSeen = fills.isEmpty
        for kept in fills {
            guard let history = histories[kept.key],
                let outcome = kept.outcome(
                    madeOn: night.madeOn, in: history, through: min(day, night.madeOn + Self.horizon))
            else { continue }
            isSeen = isSeen || outcome.day > night.madeOn
            record.add(
                kept.curve(night.calibration), day: outcome.day - night.madeOn, isFull: outcome.isFull)
        }
        return (record, isSeen)
    }
}

/// A night that stands for thirty, and whose half year is not over or was not looked at.
package struct UnsettledNight: Hashable, Sendable {
    /// The local day, since 1970-01-01.
    package var madeOn: Int
    package var calibration: ForecastCalibration

    package init(madeOn: Int, calibration: ForecastCalibration) {
        self.madeOn = madeOn
        self.calibration = calibration
    }
}
