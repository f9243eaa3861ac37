import Foundation
import HTTPAPI
import Testing

@Suite("The table of forecasts for spreadsheets")
struct CapacityTableTests {
    private func lines(_ resources: String) throws -> [String] {
        let json = #"{"madeAt":"2026-11-26T00:20:00.000Z","record":[],"resources":[\#(resources)]}"#
        let csv = CapacityTable(try JSONDecoder().decode(CapacityReport.self, from: Data(json.utf8))).csv
        #expect(Array(csv.prefix(3)) == [0xEF, 0xBB, 0xBF])
        return String(decoding: csv.dropFirst(3), as: UTF8.self).components(separatedBy: "\r\n")
    }

    private func resource(_ name: String, more: String = "") -> String {
        #"{"resource":"san","name":\#(name),"kind":"storage","unit":"bytes","site":"dc","used":5,"fillDays":{"p50":41.5},"#
            + #""fillDates":{"p50":"2027-01-06"},"fullWithin":{"days30":0.25},"record":[]\#(more)}"#
    }

    @Test("a line of names, then one a resource, with empty cells for what is not known")
    func rows() throws {
        let lines = try lines(resource(#""SAN 1""#, more: #","size":10,"abstention":"unstable""#))
        #expect(lines.count == 3 && lines[2].isEmpty)
        let cells = Dictionary(
            uniqueKeysWithValues: zip(
                lines[0].split(separator: ","), lines[1].split(separator: ",", omittingEmptySubsequences: false)))
        #expect(cells["name"] == #""SAN 1""#)
        #expect(cells["used"] == "5.0")
        #expect(cells["size"] == "10.0")
        #expect(cells["full_at"] == "")
        #expect(cells["days_to_full_p50"] == "41.5")
        #expect(cells["full_on_p50"] == "2027-01-06")
        #expect(cells["full_within_30d"] == "0.25")
        #expect(cells["no_date_because"] == #""unstable""#)
    }

    @Test(
        "no text is taken for a formula",
        arguments: [#""=1+1""#, #""+1""#, #""-1""#, #""@a""#, #""\t=1""#, #""\r\n=1""#, #""\n=1""#, #""=\u0301""#])
    func formulas(name: String) throws {
        #expect(try lines(resource(name)).joined(separator: "\r\n").contains("\"san\",\"'"))
    }

    @Test("texts are quoted, so that no other separator splits them")
    func separators() throws {
        #expect(try lines(resource(#""a;=b\"c""#))[1].contains(#","a;=b""c","#))
    }
}
