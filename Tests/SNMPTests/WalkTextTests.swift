import Foundation
import SNMP
import TestSupport
import Testing

@Suite("The text of snmpwalk")
struct WalkTextTests {
    static let isInstalled = programPath("snmpwalk") != nil

    private static let oid = ObjectIdentifier([1, 3, 1])

    private static func octets(_ text: String) -> SNMPValue { .octetString(Array(text.utf8)) }

    private static func read(_ text: String) -> SNMPRecording { SNMPRecording(parsing: Array(text.utf8)) }

    // MARK: Lines

    @Test(
        "each form of a value is read",
        arguments: [
            ("INTEGER: -5", .integer(-5)),
            ("INTEGER: up(1)", .integer(1)),
            ("INTEGER: very-odd-one(-1)", .integer(-1)),
            ("INTEGER: 75 percent", .integer(75)),
            ("INTEGER: 23.45", .integer(2345)),
            ("INTEGER: .5", .integer(5)),
            ("INTEGER: 4294967295", .integer(-1)),
            ("Integer32: 7", .integer(7)),
            ("\"\"", octets("")),
            ("STRING: \"\"", octets("")),
            ("STRING: ", octets("")),
            ("STRING: \"two words\"", octets("two words")),
            ("STRING: \"a \\\"quote\\\" and C:\\\\\"", octets("a \"quote\" and C:\\")),
            ("STRING: \"C:\\temp\"", octets("C:\\temp")),
            ("STRING: \"C:\\\"", octets("C:\\")),
            ("STRING: \"a \"quote\" of old\"", octets("a \"quote\" of old")),
            ("STRING: \" padded \"", octets(" padded ")),
            ("STRING: \"12\" seconds", octets("12")),
            ("STRING: \"first\nsecond\n\n.1.3.9 = INTEGER: 1\"", octets("first\nsecond\n\n.1.3.9 = INTEGER: 1")),
            ("STRING: not quoted = so", octets("not quoted = so")),
            ("STRING: first\nVersion = 3\n\nlast\n", octets("first\nVersion = 3\n\nlast")),
            ("STRING: 12 seconds", octets("12 seconds")),
            ("STRING: 0:1b:21:a:b:ff", .octetString([0, 0x1b, 0x21, 10, 11, 255])),
            ("STRING: 00:1b:21:0a:0b:ff", octets("00:1b:21:0a:0b:ff")),
            ("STRING: 0:0:0:0:0:0:0:1", octets("0:0:0:0:0:0:0:1")),
            ("Hex-STRING: 00 1B FF ", .octetString([0, 0x1b, 255])),
            ("Hex-STRING: 00 01\n02 03 \n04", .octetString([0, 1, 2, 3, 4])),
            ("HEX-STRING: 001bff", .octetString([0, 0x1b, 255])),
            ("BITS: C0 0 1 ", .octetString([0xC0])),
            ("BITS: 80 00 first(0) ", .octetString([0x80, 0])),
            ("BITS: 00 20 10 ", .octetString([0, 0x20])),
            ("BITS: 00 ", .octetString([0])),
            ("BITS: C0 ", .octetString([0xC0])),
            ("OID: .1.3.6.1.4.1.8072.3.2.10", .objectIdentifier(ObjectIdentifier([1, 3, 6, 1, 4, 1, 8072, 3, 2, 10]))),
            ("OID: iso.3.6", .objectIdentifier(ObjectIdentifier([1, 3, 6]))),
            ("OID: ccitt.0", .objectIdentifier(ObjectIdentifier([0, 0]))),
            ("IpAddress: 10.0.0.1", .ipAddress([10, 0, 0, 1])),
            ("Network Address: 0A:00:00:FF", .ipAddress([10, 0, 0, 255])),
            ("Counter32: 4294967295", .counter32(.max)),
            ("Gauge32: 12", .gauge32(12)),
            ("Gauge32: 1.5 kilovolts", .gauge32(15)),
            ("Unsigned32: 12", .gauge32(12)),
            ("Counter64: 18446744073709551615", .counter64(.max)),
            ("COUNTER64: 5 octets", .counter64(5)),
            ("123", .timeTicks(123)),
            ("Timeticks: (123) 0:00:01.23", .timeTicks(123)),
            ("TIMETICKS: 123", .timeTicks(123)),
            ("NULL", .null),
            ("NULL: ", .null),
            ("INTEGER:: 3", .integer(3)),
            ("STRING: :3", octets(":3")),
            ("Opaque: Float: 12.580000", .opaque([0x9F, 0x78, 4, 0x41, 0x49, 0x47, 0xAE])),
            ("Opaque: Float: 0.500000 volts", .opaque([0x9F, 0x78, 4, 0x3F, 0, 0, 0])),
            ("Opaque: Float: 16777217.000000", .opaque([0x9F, 0x79, 8, 0x41, 0x70, 0, 0, 0x10, 0, 0, 0])),
            ("Opaque: Double: 0.500000", .opaque([0x9F, 0x79, 8, 0x3F, 0xE0, 0, 0, 0, 0, 0, 0])),
            ("Opaque: Int64: -129", .opaque([0x9F, 0x7A, 2, 0xFF, 0x7F])),
            ("Opaque: UInt64: 128", .opaque([0x9F, 0x7B, 2, 0, 0x80])),
            ("Opaque: Counter64: 0", .opaque([0x9F, 0x76, 1, 0])),
            ("OPAQUE: 9F 78 04", .opaque([0x9F, 0x78, 4])),
            ("Wrong Type (should be INTEGER): Gauge32: 3", .gauge32(3)),
            ("Wrong Type (should be Gauge32 or Unsigned32): INTEGER: 3", .integer(3)),
            ("Wrong Type (should be Counter32): 3", .timeTicks(3)),
            ("Wrong Type (should be INTEGER): STRING: \"three\"", octets("three")),
        ] as [(String, SNMPValue)])
    func values(_ text: String, _ value: SNMPValue) {
        for ending in [
            "", "\n", "\n.1.3.2 = INTEGER: 1\n", "\n.1.3.2 = No Such Object available on this agent at this OID",
        ] {
            let recording = Self.read(".1.3.1 = \(text)\(ending)")
            #expect(recording.objects.value(of: Self.oid) == value)
            #expect(recording.skippedLines == 0, "\(recording.refusals)")
            #expect(recording.objects.oids.count == (ending.contains("INTEGER") ? 2 : 1))
        }
    }

    @Test(
        "names are numbers, with or without a dot, or begin with a spelled arc",
        arguments: [".1.3.1", "1.3.1", "iso.3.1"])
    func names(_ name: String) {
        #expect(Self.read("\(name)  = INTEGER: 4").objects.value(of: Self.oid) == .integer(4))
    }

    @Test("a file whose every line ends in CRLF is read as one that ends them in LF")
    func carriageReturns() {
        let text = ".1.3.1 = STRING: \"a\nb\"\n.1.3.2 = STRING: c\nd\n.1.3.3 = Hex-STRING: 00\n01 \n.1.3.4 = \"\"\n"
        let expected = Self.read(text)
        let recording = Self.read(text.replacingOccurrences(of: "\n", with: "\r\n"))
        #expect(expected.objects.oids.count == 4)
        #expect(recording.objects.keys == expected.objects.keys)
        #expect(recording.skippedLines == 0)
        // Where others end in LF, CRs are the agent's.
        let own = Self.read(".1.3.1 = STRING: \"a\r\nb\"\n.1.3.2 = INTEGER: 1\n")
        #expect(own.objects.value(of: Self.oid) == Self.octets("a\r\nb"))
    }

    @Test(
        "what an agent has not is no object, and no mistake",
        arguments: [
            "No more variables left in this MIB View (It is past the end of the MIB tree)",
            "No Such Object available on this agent at this OID", "No Such Instance currently exists at this OID",
        ])
    func absent(_ text: String) {
        let recording = Self.read(".1.3.1 = STRING: x\n.1.3.2 = \(text)\n\n.1.3.3 = STRING: y\nEnd of MIB\n")
        #expect(recording.objects.oids.map(\.description) == ["1.3.1", "1.3.3"])
        #expect(recording.objects.keys == [Self.octets("x"), Self.octets("y")])
        #expect(recording.skippedLines == 0)
    }

    @Test(
        "a line that cannot be read is skipped, and told with its number",
        arguments: [
            (
                "SNMPv2-MIB::sysDescr.0 = STRING: x",
                "an OID in numbers, as snmpwalk -On -Oe -OU -Ot prints, found \"SNMPv2-MIB::sysDescr.0\""
            ),
            (
                "sysDescr.0 = STRING: x",
                "an OID in numbers, as snmpwalk -On -Oe -OU -Ot prints, found \"sysDescr.0\""
            ),
            (
                ".1.3.1 = OID: SNMPv2-SMI::enterprises.9",
                "an OID in numbers, as snmpwalk -On -Oe -OU -Ot prints, found \"SNMPv2-SMI::enterprises.9\""
            ),
            (
                ".1.3.1 = INTEGER: up",
                "a number after INTEGER, as snmpwalk -On -Oe -OU -Ot prints, found \"up\""
            ),
            (
                ".1.3.1 = INTEGER: 5 10 volts",
                "a number after INTEGER, as snmpwalk -On -Oe -OU -Ot prints, found \"5 10 volts\""
            ),
            (
                ".1.3.1 = Timeticks: 0:00:01.23",
                "hundredths of a second after Timeticks, as snmpwalk -On -Oe -OU -Ot prints, found \"0:00:01.23\""
            ),
            (".1.3.1 = Counter32: many", "a number after Counter32, found \"many\""),
            (".1.3.1 = Hex-STRING: 0", "pairs of hexadecimal digits after Hex-STRING, found \"0\""),
            (
                ".1.3.1 = BITS: C0 7 ",
                "pairs of hexadecimal digits and the bits they set after BITS, found \"C0 7\""
            ),
            (".1.3.1 = IpAddress: 1.2.3", "four numbers of 0 to 255 after IpAddress, found \"1.2.3\""),
            (".1.3.1 = Network Address: 1:2", "four bytes after Network Address, found \"1:2\""),
            (".1.3.1 = Opaque: Float: much", "a number after Opaque: Float, found \"much\""),
            (".1.3.1 = STRING: \"no end", "a quote that ends the text, found \"\"no end\""),
            (".1.3.1 = STRING: \"a\"b", "the end of the line after the quote that ends the text, found \"b\""),
            (".1.3.1 = Float: 1", "a type that snmpwalk prints, found \"Float\""),
            (".1.3.1 = Variable has bad type", "TYPE: VALUE, found \"Variable has bad type\""),
            ("Timeout: No Response from 10.0.0.1", "OID = TYPE: VALUE, found \"Timeout: No Response from 10.0.0.1\""),
        ])
    func refused(_ line: String, _ message: String) {
        let recording = Self.read(".1.3.8 = INTEGER: 8\n\n.1.3.9 = STRING: \"a\n\nb\"\n\(line)\n.1.3.10 = INTEGER: 1\n")
        #expect(recording.refusals.map(\.description) == ["6: expected \(message)"])
        #expect(recording.skippedLines == 1)
        #expect(recording.objects.oids.map(\.description) == ["1.3.8", "1.3.9", "1.3.10"])
    }

    @Test("of many lines that cannot be read the first are told, and all are counted")
    func manyRefused() {
        let recording = Self.read(String(repeating: "IF-MIB::ifIndex.1 = INTEGER: 1\n", count: 1_000))
        #expect(recording.skippedLines == 1_000)
        #expect(recording.refusals.map(\.line) == Array(1...20))
    }

    @Test(
        "the first line that belongs to a format tells which it is",
        arguments: [
            ("1.3.1|4|a = b", Self.octets("a = b")),
            ("junk\n1.3.1|4|.1.3.1 = INTEGER: 1", octets(".1.3.1 = INTEGER: 1")),
            (".1.3.1 = STRING: a|4|b", octets("a|4|b")), ("junk\n.1.3.1 = INTEGER: 1\n1.3.1|2|2", .integer(1)),
        ])
    func formats(_ text: String, _ value: SNMPValue) {
        #expect(Self.read(text).objects.value(of: Self.oid) == value)
    }

    @Test("a line of a .snmprec file that is no object is told with its number")
    func refusedRecord() {
        let recording = Self.read("1.3.1|2|1\n\n1.3.2|2|one\n")
        #expect(
            recording.refusals.map(\.description) == [
                "3: expected OID|TYPE|VALUE with a numeric OID and a value of that type, found \"1.3.2|2|one\""
            ])
    }

    @Test("text cut anywhere, and text with any byte changed, is read without a crash")
    func damaged() {
        let text = """
            .1.3.1 = STRING: "a \\"b\\"
            c"
            .1.3.2 = Hex-STRING: 00 01
            02
            .1.3.3 = BITS: C0 0 1
            .1.3.4 = Opaque: Float: 1.5
            .1.3.5 = STRING: x
            y
            .1.3.6 = Timeticks: (1) 0:00:00.01
            .1.3.7 = Wrong Type (should be INTEGER): OID: .1.3

            """
        let bytes = Array(text.utf8)
        #expect(SNMPRecording(parsing: bytes).objects.oids.count == 7)
        var random = SeededGenerator(seed: 7)
        for index in bytes.indices {
            #expect(SNMPRecording(parsing: Array(bytes[..<index])).objects.oids.count <= 7)
            for replacement in Array("\"\\\n\r =:.(|".utf8) + [0, 0xFF, UInt8.random(in: 0...255, using: &random)] {
                var changed = bytes
                changed[index] = replacement
                let recording = SNMPRecording(parsing: changed)
                #expect(recording.objects.oids.count <= 8)
            }
        }
    }

    @Test(
        "walks of real devices by other programs are read whole",
        .enabled(if: SharedData.isPresent, "the walks beside the checkout are absent"))
    func realWalks() throws {
        let directory = try #require(SharedData.directory) + "/snmpwalk"
        let files = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".snmpwalk") }
        #expect(files.count > 20)
        for file in files {
            let content = try #require(FileManager.default.contents(atPath: "\(directory)/\(file)"))
            let recording = SNMPRecording(parsing: Array(content))
            #expect(recording.objects.oids.count > 1)
            #expect(recording.skippedLines == 0, "\(file): \(recording.refusals)")
        }
    }

    // MARK: Against Net-SNMP

    /// What `snmpwalk` prints of an agent on loopback, from its file.
    private static func walk(port: UInt16, options: [String] = []) async throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let program = try RunningProgram(
            programPath("snmpwalk") ?? "",
            ["-v2c", "-c", "public", "-t", "10", "-On", "-Oe", "-OU", "-Ot"] + options + ["127.0.0.1:\(port)", ".1"],
            log: directory.file("walk"), environment: toolEnvironment(directory))
        try await eventually("snmpwalk ends") { program.exitStatus != nil }
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.file("walk"))))
        #expect(program.exitStatus == 0, "\(String(decoding: bytes, as: UTF8.self))")
        // On its first run the library tells that it creates directories.
        while bytes.starts(with: "Created directory:".utf8) {
            bytes = Array(bytes.drop { $0 != UInt8(ascii: "\n") }.dropFirst())
        }
        return bytes
    }

    @Test(
        "objects of every type with any bytes, walked by snmpwalk, are what is read back",
        .enabled(if: isInstalled, "snmpwalk is not installed"), arguments: 1...3 as ClosedRange<UInt64>)
    func anyObjects(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var objects: [(oid: ObjectIdentifier, key: SNMPValue)] = []
        for index in UInt32(0)..<600 {
            objects.append((ObjectIdentifier([1, 3, 6, 1, 4, 1, 99_999, index, 0]), Self.anyValue(&random)))
        }
        let index = ObjectIndex(objects)
        let agent = try LoopbackAgent(index)
        defer { agent.stop() }
        let recording = SNMPRecording(parsing: try await Self.walk(port: agent.port))
        #expect(recording.skippedLines == 0, "\(recording.refusals)")
        #expect(recording.objects.oids == index.oids)
        for (oid, value) in objects {
            let found = recording.objects.value(of: oid)
            #expect(
                found.map { Self.isSame($0, value) } == true,
                "\(oid): \(value), read back as \(String(describing: found))")
        }
    }

    private static func anyValue(_ random: inout SeededGenerator) -> SNMPValue {
        let bytes = { (random: inout SeededGenerator) in
            (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let number = UInt64.random(in: 0...UInt64.max, using: &random)
        let small = UInt32(truncatingIfNeeded: number >> UInt64.random(in: 0...63, using: &random))
        switch Int.random(in: 0..<13, using: &random) {
        case 0: return .integer(Int32(bitPattern: small))
        case 1: return .octetString(bytes(&random))
        case 2: return .octetString((0..<(16 * (number % 3))).map { UInt8($0) })
        case 3, 4, 5:
            let characters = Array("a1 \"\"\\\\\n\r\t:=.|".utf8)
            return .octetString((0..<(number % 30)).map { _ in characters.randomElement(using: &random) ?? 0 })
        case 6: return .objectIdentifier(ObjectIdentifier([1, 3] + bytes(&random).map { UInt32($0) << 24 }))
        case 7: return .ipAddress([UInt8(small >> 24), UInt8(small >> 16 & 255), UInt8(small & 255), 0])
        case 8: return .counter32(small)
        case 9: return .gauge32(small)
        case 10: return .timeTicks(small)
        case 11: return .counter64(number)
        default: return opaque(number, &random)
        }
    }

    private static func opaque(_ number: UInt64, _ random: inout SeededGenerator) -> SNMPValue {
        let big = { (number: UInt64) in withUnsafeBytes(of: number.bigEndian) { Array($0) } }
        let double = Double(Int64(bitPattern: number)) / 0x1p40
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return .opaque([0x9F, 0x78, 4] + big(UInt64(Float(double).bitPattern)).suffix(4))
        case 1: return .opaque([0x9F, 0x79, 8] + big(double.bitPattern))
        default: return .opaque([0x9F, 0x7A, 8] + big(number | 1 << 62))
        }
    }

    /// Whether a value is what was recorded, as far as it is printed: of numbers with a point, six places.
    private static func isSame(_ read: SNMPValue, _ recorded: SNMPValue) -> Bool {
        if read == recorded { return true }
        guard case .opaque = read, case .opaque = recorded, let read = read.number, let recorded = recorded.number
        else {
            return false
        }
        return abs(read - recorded) <= 0.6e-6
    }

    @Test(
        "a walk of snmpd by snmpwalk is what the client walks",
        .enabled(if: isInstalled && SNMPDaemon.isInstalled, "snmpd or snmpwalk is not installed"))
    func daemon() async throws {
        let client = try SNMPClient()
        defer { client.close() }
        let daemon = try SNMPDaemon()
        try await daemon.isReady(client)
        let peer = SNMPPeer(
            endpoint: daemon.ipv4, credential: .v2c(community: "public"), timeout: .seconds(5))
        let everything = {
            let rows = try await client.walk(
                ObjectIdentifier([1, 3]), from: peer, limits: WalkLimits(), deadline: .now + .seconds(60))
            return ObjectIndex(rows.map { (oid: $0.oid, key: $0.value) })
        }
        // An agent's values move: those that are the same before and after are compared. One may move there and back.
        try await eventually("a walk in which nothing is other than it was before and after") {
            let before = try await everything()
            let recording = SNMPRecording(parsing: try await Self.walk(port: daemon.ipv4.port))
            let after = try await everything()
            #expect(recording.skippedLines == 0, "\(recording.refusals)")
            let steady = before.oids.filter { before.value(of: $0) == after.value(of: $0) }
            #expect(steady.count > 500)
            let other = steady.filter { oid in
                guard let found = recording.objects.value(of: oid), let value = before.value(of: oid) else {
                    return true
                }
                return !Self.isSame(found, value)
            }
            return other.isEmpty
        }
    }
}
