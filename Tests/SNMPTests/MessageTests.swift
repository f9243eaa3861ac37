import SNMP
import Testing

/// Bytes written as hexadecimal digits; spaces are ignored.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.filter { $0 != 0x20 && $0 != 0x0A }
    return stride(from: 0, to: digits.count - 1, by: 2).map { index in
        UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) ?? 0
    }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

@Suite struct MessageTests {
    @Test("a GET of sysUpTime.0 has the bytes of RFC 1157")
    func goldenGet() throws {
        let message = CommunityMessage(
            version: .v2c, community: Array("public".utf8),
            content: .pdu(PDU(.get, requestID: 0x0102_0304, varBinds: [VarBind(sysUpTime)])))
        let golden = bytes(
            "302902010104067075626c6963 a01c 020401020304 020100 020100 300e 300c 06082b06010201010300 0500")
        #expect(hexadecimal(message.encoded()) == hexadecimal(golden))
        #expect(try CommunityMessage(decoding: golden) == message)
    }

    @Test("a v1 trap has the bytes of RFC 1157")
    func goldenTrap() throws {
        let trap = TrapV1(
            enterprise: ObjectIdentifier([1, 3, 6, 1, 4, 1, 9]), agentAddress: [10, 1, 30, 1], genericTrap: 2,
            specificTrap: 0, uptime: 200, varBinds: [])
        let message = CommunityMessage(version: .v1, community: [0x78], content: .trapV1(trap))
        let golden = bytes("3022 020100 040178 a41a 06062b0601040109 40040a011e01 020102 020100 430200c8 3000")
        #expect(hexadecimal(message.encoded()) == hexadecimal(golden))
        #expect(try CommunityMessage(decoding: golden) == message)
    }

    struct ValueCase: CustomTestStringConvertible, Sendable {
        var hex: String
        var value: SNMPValue
        var testDescription: String { hex }
    }

    /// What `value` is encoded as, and what is read from it.
    static let exact: [ValueCase] = [
        ValueCase(hex: "020100", value: .integer(0)),
        ValueCase(hex: "02017f", value: .integer(127)),
        ValueCase(hex: "02020080", value: .integer(128)),
        ValueCase(hex: "020180", value: .integer(-128)),
        ValueCase(hex: "0202ff7f", value: .integer(-129)),
        ValueCase(hex: "02047fffffff", value: .integer(.max)),
        ValueCase(hex: "020480000000", value: .integer(.min)),
        ValueCase(hex: "0400", value: .octetString([])),
        ValueCase(hex: "0403c3a900", value: .octetString([0xC3, 0xA9, 0])),
        ValueCase(hex: "0500", value: .null),
        ValueCase(hex: "06022b06", value: .objectIdentifier(ObjectIdentifier([1, 3, 6]))),
        ValueCase(hex: "0603883703", value: .objectIdentifier(ObjectIdentifier([2, 999, 3]))),
        ValueCase(hex: "0606288fffffff7f", value: .objectIdentifier(ObjectIdentifier([1, 0, .max]))),
        ValueCase(hex: "06052a81008101", value: .objectIdentifier(ObjectIdentifier([1, 2, 128, 129]))),
        ValueCase(hex: "40040a000001", value: .ipAddress([10, 0, 0, 1])),
        ValueCase(hex: "410500ffffffff", value: .counter32(.max)),
        ValueCase(hex: "420100", value: .gauge32(0)),
        ValueCase(hex: "43020100", value: .timeTicks(256)),
        ValueCase(hex: "44079f780442f60000", value: .opaque([0x9F, 0x78, 4, 0x42, 0xF6, 0, 0])),
        ValueCase(hex: "460900ffffffffffffffff", value: .counter64(.max)),
        ValueCase(hex: "46087fffffffffffffff", value: .counter64(UInt64(Int64.max))),
        ValueCase(hex: "8000", value: .noSuchObject),
        ValueCase(hex: "8100", value: .noSuchInstance),
        ValueCase(hex: "8200", value: .endOfMibView),
    ]

    @Test("every type of value is written in its shortest form and read back", arguments: exact)
    func exactValues(_ entry: ValueCase) throws {
        #expect(hexadecimal(message(with: entry.value).encoded()).hasSuffix(entry.hex))
        #expect(try decodedValue(entry.hex) == entry.value)
    }

    @Test(
        "what sloppy agents send is read as they mean it",
        arguments: [
            ValueCase(hex: "02820001ff", value: .integer(-1)),
            ValueCase(hex: "028400000001ff", value: .integer(-1)),
            ValueCase(hex: "020a0000000000000000002a", value: .integer(42)),
            ValueCase(hex: "0205ffffffffff", value: .integer(-1)),
            ValueCase(hex: "0200", value: .integer(0)),
            ValueCase(hex: "020500ffffffff", value: .integer(-1)),
            ValueCase(hex: "4104ffffffff", value: .counter32(.max)),
            ValueCase(hex: "4101ff", value: .counter32(255)),
            ValueCase(hex: "4202ff8d", value: .gauge32(0xFF8D)),
            ValueCase(hex: "43018d", value: .timeTicks(0x8D)),
            ValueCase(hex: "4205ffffffff8d", value: .gauge32(0xFFFF_FF8D)),
            ValueCase(hex: "4605ffffffff8d", value: .counter64(0xFF_FFFF_FF8D)),
            ValueCase(hex: "420900000000000000ffff", value: .gauge32(0xFFFF)),
            ValueCase(hex: "4608ffffffffffffffff", value: .counter64(.max)),
            ValueCase(hex: "4600", value: .counter64(0)),
            ValueCase(hex: "470105", value: .gauge32(5)),
            ValueCase(hex: "030200ff", value: .octetString([0, 0xFF])),
            ValueCase(hex: "4000", value: .octetString([])),
            ValueCase(hex: "0600", value: .objectIdentifier(ObjectIdentifier([0, 0]))),
            ValueCase(hex: "810101", value: .noSuchInstance),
        ])
    func sloppyValues(_ entry: ValueCase) throws {
        #expect(try decodedValue(entry.hex) == entry.value)
    }

    @Test(
        "malformed values are refused with their place",
        arguments: [
            "0206010000000000", "0206ff0000000000", "410500ffffffff00", "4105010000000000", "460a00ffffffffffffffffff",
            "0605908080808000", "0604ffffffff", "0206808080808000", "9f7804", "1f00", "0280ff0000", "02ff01",
            "0288ffffffffffffffff01",
            "0205ff", "02", "",
        ])
    func malformedValues(_ hex: String) throws {
        let error = #expect(throws: SNMPError.self) { try decodedValue(hex) }
        #expect(error?.code == .malformedReply)
        #expect(error?.detail.contains("offset") == true)
    }

    @Test("128 sub-identifiers are read, 129 are not")
    func longIdentifiers() throws {
        let longest = SNMPValue.objectIdentifier(ObjectIdentifier([1, 3] + Array(repeating: 7, count: 126)))
        #expect(try CommunityMessage(decoding: message(with: longest).encoded()) == message(with: longest))
        let tooLong = SNMPValue.objectIdentifier(ObjectIdentifier([1, 3] + Array(repeating: 7, count: 127)))
        #expect(throws: SNMPError.self) { try CommunityMessage(decoding: message(with: tooLong).encoded()) }
    }

    @Test("bytes behind a message are ignored, bytes inside it are not")
    func trailingBytes() throws {
        let sent = message(with: .integer(1))
        #expect(try CommunityMessage(decoding: sent.encoded() + [0x30, 0xFF, 0]) == sent)
        var longer = sent.encoded()
        longer[1] += 1
        longer.append(0)
        #expect(throws: SNMPError.self) { try CommunityMessage(decoding: longer) }
    }

    private let sysUpTime = ObjectIdentifier([1, 3, 6, 1, 2, 1, 1, 3, 0])

    private func message(with value: SNMPValue) -> CommunityMessage {
        CommunityMessage(
            version: .v2c, community: [],
            content: .pdu(PDU(.response, requestID: 1, varBinds: [VarBind(ObjectIdentifier([1, 3]), value)])))
    }

    /// Reads `hex` as the value of a binding in an otherwise sound message.
    private func decodedValue(_ hex: String) throws -> SNMPValue {
        func element(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] { [tag, UInt8(contents.count)] + contents }
        let binding = element(0x30, bytes("06012b") + bytes(hex))
        let pdu = element(0xA2, bytes("020101 020100 020100") + element(0x30, binding))
        let decoded = try CommunityMessage(decoding: element(0x30, bytes("020101 0400") + pdu))
        guard case .pdu(let pdu) = decoded.content, let varBind = pdu.varBinds.first else {
            throw SNMPError(.malformedReply, "expected one binding, found none")
        }
        return varBind.value
    }
}

@Suite struct ValueReadingTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var value: SNMPValue
        var number: Double?
        var text: String?
        var testDescription: String { "\(value)" }
    }

    @Test(
        "values are read as numbers and as text",
        arguments: [
            Case(value: .integer(-5), number: -5, text: "-5"),
            Case(value: .counter32(.max), number: 4_294_967_295, text: "4294967295"),
            Case(value: .counter64(1 << 40), number: 1_099_511_627_776, text: "1099511627776"),
            Case(value: .opaque(bytes("9f780442f60000")), number: 123, text: "123.0"),
            Case(value: .opaque(bytes("9f7908405ec00000000000")), number: 123, text: "123.0"),
            Case(value: .opaque(bytes("9f7a01ff")), number: -1, text: "-1.0"),
            Case(value: .opaque(bytes("9f7601ff")), number: 255, text: "255.0"),
            Case(value: .opaque(bytes("9f7804")), number: nil, text: "9f:78:04"),
            Case(value: .octetString(Array("Cần Thơ".utf8)), number: nil, text: "Cần Thơ"),
            Case(value: .octetString(Array("eth0\0\0".utf8)), number: nil, text: "eth0"),
            Case(value: .octetString([0x47, 0xE9, 0x6E]), number: nil, text: "Gén"),
            Case(value: .octetString(bytes("001b2c3d4e00")), number: nil, text: "00:1b:2c:3d:4e:00"),
            Case(value: .octetString([]), number: nil, text: ""),
            Case(value: .ipAddress([10, 0, 0, 1]), number: nil, text: "10.0.0.1"),
            Case(value: .objectIdentifier(ObjectIdentifier([1, 3, 6])), number: nil, text: "1.3.6"),
            Case(value: .null, number: nil, text: nil),
            Case(value: .noSuchObject, number: nil, text: nil),
        ])
    func reading(_ entry: Case) {
        #expect(entry.value.number == entry.number)
        #expect(entry.value.text == entry.text)
    }
}
