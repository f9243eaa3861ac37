import CNetSNMP
import Foundation
import SNMP
import SNMPWitness
import TestSupport
import Testing

@Suite(.serialized) struct RandomMessageTests {
    private let seed = UInt64.random(in: .min ... .max)

    @Test("any message is read back as it was written")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let message = generator.message()
            #expect(try CommunityMessage(decoding: message.encoded()) == message, "seed \(seed)")
        }
    }

    @Test("a message cut at any byte is malformed, and says where")
    func truncation() throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let bytes = generator.message().encoded()
            for length in bytes.indices {
                let error = #expect(throws: SNMPError.self, "seed \(seed)") {
                    try CommunityMessage(decoding: Array(bytes.prefix(length)))
                }
                #expect(error?.code == .malformedReply && error?.detail.contains("offset") == true)
            }
        }
    }

    @Test("a damaged SNMPv3 message never gets through")
    func secureMutation() throws {
        let users = [SNMPDaemon.users[0]]
        var sender = try AuthoritativeEngine(engineID: [0x80, 0, 0, 0, 5, 1], boots: 1, users: users)
        var receiver = sender
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let pdu = PDU(.trap, requestID: 1, varBinds: generator.varBinds())
            var bytes = sender.trap(pdu, user: users[0], messageID: 7, time: 10)
            for length in stride(from: 0, to: bytes.count, by: 7) {
                if case .request = receiver.process(Array(bytes.prefix(length)), time: 10) {
                    Issue.record("\(length) bytes were accepted, seed \(seed)")
                }
            }
            bytes[Int.random(in: bytes.indices, using: &generator)] &+= .random(in: 1 ... .max, using: &generator)
            if case .request = receiver.process(bytes, time: 10) { Issue.record("accepted, seed \(seed)") }
        }
    }

    @Test("random bytes are never taken for a message")
    func noise() throws {
        var generator = SeededGenerator(seed: seed)
        var engine = try AuthoritativeEngine(engineID: [0x80, 0, 0, 0, 5, 1], boots: 1, users: [])
        for _ in 0..<5000 {
            let bytes = [0x30] + generator.bytes(upTo: 100)
            _ = try? CommunityMessage(decoding: bytes)
            if case .request = engine.process(bytes, time: 1) { Issue.record("accepted, seed \(seed)") }
        }
    }

    // MARK: libsnmp as the witness

    @Test("libsnmp reads in our messages what we put in")
    func readByLibsnmp() throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            let pdu = generator.pdu([.get, .getNext, .response, .set, .inform, .trap])
            let message = CommunityMessage(version: .v2c, community: Array("public".utf8), content: .pdu(pdu))
            try #require(WitnessPDU(parsing: message.encoded())?.pdu == pdu, "seed \(seed)")
        }
    }

    @Test("we read in libsnmp's messages what it put in, and our bytes are the same")
    func writtenByLibsnmp() throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            let pdu = generator.pdu([.get, .getNext, .response, .set, .inform, .trap])
            let message = CommunityMessage(version: .v2c, community: Array("public".utf8), content: .pdu(pdu))
            let built = try #require(WitnessPDU(pdu)?.built(community: message.community), "seed \(seed)")
            try #require(CommunityMessage(decoding: built) == message, "seed \(seed)")
            try #require(hexadecimal(built) == hexadecimal(message.encoded()), "seed \(seed)")
        }
    }

    @Test("every decoder reads damaged messages as libsnmp does, and what is read can be written again")
    func damagedLikeLibsnmp() throws {
        // The same messages each time; Tests/Safety/fuzz-snmp looks for others.
        var generator = SeededGenerator(seed: 1)
        var check = try DecoderCheck()
        for _ in 0..<20_000 {
            let bytes = DecoderCheck.mutated(DecoderCheck.seed(&generator), &generator)
            let complaint = check.disagreement(bytes)
            try #require(complaint == nil, "\(hexadecimal(bytes))")
        }
        #expect(check.bothRead > 1_000 && check.bothRefuse > 1_000)
    }

    // MARK: Recorded packets

    @Test("recorded packets and every part of them that looks like a message are survived")
    func recordings() throws {
        guard let directory = SharedData.directory else { return }
        var engine = try AuthoritativeEngine(engineID: [0x80, 0, 0, 0, 5, 1], boots: 1, users: [])
        let folder = directory + "/traps/pcap"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
            for offset in bytes.indices where bytes[offset] == 0x30 {
                let part = Array(bytes[offset..<min(offset + 2000, bytes.count)])
                _ = try? CommunityMessage(decoding: part)
                _ = engine.process(part, time: 1)
            }
        }
    }

    @Test(
        "replies of real devices are read, malformed ones refused",
        .enabled(if: SharedData.isPresent, "the recordings are not beside this checkout"))
    func packets() throws {
        let rows = try CSV(SharedData.directory.map { $0 + "/traps/packets.csv" } ?? "").rows
        var read: [String: CommunityMessage] = [:]
        for row in rows { read[row[0]] = try? CommunityMessage(decoding: bytes(row[1])) }
        #expect(rows.count == 34)
        for name in read.keys { #expect(!name.hasPrefix("panic"), "\(name)") }
        #expect(read.count > 10)
    }
}

/// A comma-separated file with a header line and fields that may be quoted.
struct CSV {
    var rows: [[String]] = []

    init(_ path: String) throws {
        for line in try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst() {
            var fields = [""]
            var isQuoted = false
            for character in line {
                switch character {
                case "\"": isQuoted.toggle()
                case "," where !isQuoted: fields.append("")
                default: fields[fields.count - 1].append(character)
                }
            }
            rows.append(fields)
        }
    }
}
