import MonitoringModel
import Polling
import Testing

@Suite("Series of a target")
struct SeriesLedgerTests {
    private func ids(_ values: [(series: SeriesID, value: Double)], stale: Bool) -> [UInt32] {
        values.filter { StaleMarker.isStale($0.value) == stale }.map(\.series.rawValue).sorted()
    }

    @Test("a series that is not written again gets one stale marker")
    func vanishing() {
        var ledger = SeriesLedger()
        let slots = (0..<3).map { ledger.slot(for: SeriesID(rawValue: $0)) }
        for (written, stale) in [([0, 1], []), ([0], [1]), ([0], []), ([0, 1, 2], []), ([], [0, 1, 2])] {
            ledger.begin()
            for slot in written { ledger.write(slots[slot], 5) }
            let values = ledger.finish()
            #expect(ids(values, stale: false) == written.map { UInt32($0) })
            #expect(ids(values, stale: true) == stale.map { UInt32($0) })
        }
    }

    @Test("of two values of one series the first counts")
    func duplicates() {
        var ledger = SeriesLedger()
        let slot = ledger.slot(for: SeriesID(rawValue: 9))
        ledger.begin()
        ledger.write(slot, 1)
        ledger.write(slot, 2)
        #expect(ledger.finish().map(\.value) == [1])
    }

    @Test("ending marks what the last poll wrote, once")
    func ending() {
        var ledger = SeriesLedger()
        let slot = ledger.slot(for: SeriesID(rawValue: 9))
        ledger.begin()
        ledger.write(slot, 1)
        _ = ledger.finish()
        #expect(ids(ledger.end(), stale: true) == [9])
        #expect(ledger.end().isEmpty)
    }

    @Test("a page that changes its labels in every poll does not make the ledger grow for ever")
    func compaction() {
        var ledger = SeriesLedger()
        var highest: SeriesLedger.Slot = 0
        var next: UInt32 = 0
        for _ in 0..<500 {
            ledger.begin()
            for _ in 0..<10 {
                let slot = ledger.slot(for: SeriesID(rawValue: next))
                next += 1
                highest = max(highest, slot)
                ledger.write(slot, 1)
            }
            #expect(ids(ledger.finish(), stale: false).count == 10)
            _ = ledger.compact()
        }
        #expect(highest < 400)
        #expect(ids(ledger.end(), stale: true) == (next - 10..<next).map { $0 })
    }
}
