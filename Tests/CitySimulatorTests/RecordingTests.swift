import CitySimulator
import Foundation
import SNMP
import TestSupport
import Testing

@Suite("Recordings")
struct RecordingTests {
    @Test(
        "each kind of line gives its value",
        arguments: [
            ("1.3.1|2|-5", SNMPValue.integer(-5)),
            ("1.3.1|4|two words", .octetString(Array("two words".utf8))),
            ("1.3.1|4|a|b", .octetString(Array("a|b".utf8))),
            ("1.3.1|4|", .octetString([])),
            ("1.3.1|4x|00ff", .octetString([0, 255])),
            ("1.3.1|4e|a\\nb\\x41\\\\\\101", .octetString(Array("a\nbA\\A".utf8))),
            ("1.3.1|5|", .null),
            ("1.3.1|6|1.3.6.1", .objectIdentifier(ObjectIdentifier([1, 3, 6, 1]))),
            ("1.3.1|64|10.0.0.1", .ipAddress([10, 0, 0, 1])),
            ("1.3.1|64x|0a000001", .ipAddress([10, 0, 0, 1])),
            ("1.3.1|65|4294967295", .counter32(.max)),
            ("1.3.1|66|-1", .gauge32(.max)),
            ("1.3.1|67|12", .timeTicks(12)),
            ("1.3.1|68x|9f78044148a3d7", .opaque([0x9f, 0x78, 4, 0x41, 0x48, 0xa3, 0xd7])),
            ("1.3.1|70|18446744073709551615", .counter64(.max)),
            ("1.3.1|2:numeric|7", .integer(7)),
            ("1.3.1|4:writecache|text\r", .octetString(Array("text".utf8))),
            ("1.3.1|2|1\n1.3.1|2|2", .integer(2)),
        ])
    func values(_ text: String, _ value: SNMPValue) {
        let recording = SNMPRecording(parsing: Array(text.utf8))
        #expect(recording.objects.value(of: ObjectIdentifier([1, 3, 1])) == value)
        #expect(recording.skippedLines == 0)
    }

    @Test(
        "lines that are no objects are skipped and counted",
        arguments: [
            "IF-MIB::ifIndex.1|2|1", "1.3.x|2|1", "1.3|2", "1.3|99|1", "1.3|2|one", "1.3|4x|0g", "1.3|64|1.2.3", "|||",
        ])
    func skipped(_ line: String) {
        let recording = SNMPRecording(parsing: Array((line + "\n\n1.3.2|2|1\r\n").utf8))
        #expect(recording.skippedLines == 1)
        #expect(recording.objects.oids == [ObjectIdentifier([1, 3, 2])])
    }

    @Test("objects are sorted by number, not by text")
    func order() {
        let recording = SNMPRecording(parsing: Array("1.3.10|2|1\n1.3.9|2|2\n1.3.9.1|2|3\n".utf8))
        #expect(recording.objects.oids.map(\.description) == ["1.3.9", "1.3.9.1", "1.3.10"])
        #expect(recording.objects.next(after: ObjectIdentifier([1, 3, 9]))?.value == .integer(3))
        #expect(recording.objects.next(after: ObjectIdentifier([1, 3, 10])) == nil)
    }

    @Test(
        "a walk through the handler reads a real recording whole",
        .enabled(if: SharedData.isPresent, "needs the recordings beside a checkout of the project"),
        arguments: ["vmware-esxi", "dsm", "arista_eos", "apc_3phase", "linux", "zxr10_5928", "qnap"])
    func walk(_ name: String) throws {
        let path = try #require(SharedData.directory) + "/snmprec/librenms/\(name).snmprec"
        guard FileManager.default.fileExists(atPath: path) else { return }
        let recording = SNMPRecording(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        let expected = zip(recording.objects.oids, recording.objects.keys).map { VarBind($0, $1) }
        #expect(expected.count > 1)
        var handler = try RequestHandler(
            credential: .v2c(community: "public"), engineID: [0x80, 0, 0, 0, 1, 2], boots: 1)
        var found: [VarBind] = []
        var position = ObjectIdentifier([0, 0])
        while true {
            let request = PDU(.getBulk, requestID: 1, errorIndex: 25, varBinds: [VarBind(position)])
            let message = CommunityMessage(version: .v2c, community: Array("public".utf8), content: .pdu(request))
            let response = handler.response(to: message.encoded(), objects: recording.objects, engineTime: 1)
            let bytes = try #require(response)
            #expect(bytes.count <= RequestHandler.maximumResponseBytes)
            guard case .pdu(let reply) = try CommunityMessage(decoding: bytes).content, reply.errorStatus == 0 else {
                // One object larger than a datagram: go on behind it, as no agent could give it either.
                let next = try #require(recording.objects.next(after: position))
                found.append(next)
                position = next.oid
                continue
            }
            let rows = reply.varBinds.prefix { $0.value != .endOfMibView }
            found += rows
            guard let last = rows.last, rows.count == reply.varBinds.count else { break }
            position = last.oid
        }
        #expect(found == expected)
    }

    @Test("a device answers with a recording instead of its own objects")
    func played() throws {
        let recording = SNMPRecording(parsing: Array("1.3.6.1.2.1.1.5.0|4|recorded\n".utf8))
        let city = try CityFixture.quiet { $0.recordings = ["agg1": recording] }
        #expect(city.objects(of: "agg1")?.value(of: OID.sysName) == .octetString(Array("recorded".utf8)))
        #expect(throws: SimulationError.self) { try CityFixture.quiet { $0.recordings = ["nobody": recording] } }
    }
}
