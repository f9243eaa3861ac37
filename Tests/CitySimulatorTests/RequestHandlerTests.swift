import SNMP
import Testing

@Suite("Request handler")
struct RequestHandlerTests {
    static let objects = ObjectIndex<SNMPValue>([
        (ObjectIdentifier([1, 3, 1, 0]), .integer(1)), (ObjectIdentifier([1, 3, 2, 0]), .counter64(5)),
        (ObjectIdentifier([1, 3, 3, 1]), .gauge32(3)), (ObjectIdentifier([1, 3, 3, 2]), .octetString([7])),
    ])

    static func ask(
        _ pdu: PDU, version: CommunityMessage.Version = .v2c, community: String = "public",
        objects: ObjectIndex<SNMPValue> = objects
    ) throws -> PDU? {
        var handler = try RequestHandler(credential: .v2c(community: "public"), engineID: [0x80, 0, 0, 0, 9], boots: 1)
        let message = CommunityMessage(version: version, community: Array(community.utf8), content: .pdu(pdu))
        guard let bytes = handler.response(to: message.encoded(), objects: objects, engineTime: 5) else { return nil }
        #expect(bytes.count <= RequestHandler.maximumResponseBytes)
        guard case .pdu(let reply) = try CommunityMessage(decoding: bytes).content else { return nil }
        #expect(reply.requestID == pdu.requestID)
        return reply
    }

    static func oid(_ tail: UInt32...) -> ObjectIdentifier { ObjectIdentifier([1, 3] + tail) }

    @Test("GET gives values and says what is missing")
    func get() throws {
        let reply = try Self.ask(
            PDU(
                .get, requestID: 3,
                varBinds: [VarBind(Self.oid(1, 0)), VarBind(Self.oid(3, 9)), VarBind(Self.oid(9, 0))]))
        #expect(reply?.varBinds.map(\.value) == [.integer(1), .noSuchInstance, .noSuchObject])
    }

    @Test("GETNEXT ends with endOfMibView")
    func getNext() throws {
        let reply = try Self.ask(
            PDU(.getNext, requestID: 4, varBinds: [VarBind(Self.oid(1)), VarBind(Self.oid(3, 2))]))
        #expect(reply?.varBinds == [VarBind(Self.oid(1, 0), .integer(1)), VarBind(Self.oid(3, 2), .endOfMibView)])
    }

    @Test("GETBULK takes non-repeaters once and the others until the end")
    func getBulk() throws {
        let reply = try Self.ask(
            PDU(
                .getBulk, requestID: 5, errorStatus: 1, errorIndex: 10,
                varBinds: [VarBind(Self.oid(1)), VarBind(Self.oid(3))]))
        #expect(
            reply?.varBinds == [
                VarBind(Self.oid(1, 0), .integer(1)), VarBind(Self.oid(3, 1), .gauge32(3)),
                VarBind(Self.oid(3, 2), .octetString([7])), VarBind(Self.oid(3, 2), .endOfMibView),
            ])
    }

    @Test(
        "hostile counts of GETBULK are bounded", arguments: [(Int32.min, Int32.max), (Int32.max, Int32.max), (-1, -1)])
    func bulkBounds(_ nonRepeaters: Int32, _ repetitions: Int32) throws {
        let reply = try Self.ask(
            PDU(
                .getBulk, requestID: 5, errorStatus: nonRepeaters, errorIndex: repetitions,
                varBinds: [VarBind(Self.oid(1))]))
        #expect(reply?.errorStatus == 0)
    }

    @Test("version 1 skips Counter64 and answers a missing object with noSuchName")
    func version1() throws {
        let next = try Self.ask(PDU(.getNext, requestID: 6, varBinds: [VarBind(Self.oid(1, 0))]), version: .v1)
        #expect(next?.varBinds == [VarBind(Self.oid(3, 1), .gauge32(3))])
        let missing = try Self.ask(
            PDU(.get, requestID: 7, varBinds: [VarBind(Self.oid(1, 0)), VarBind(Self.oid(2, 0))]), version: .v1)
        #expect(missing?.errorStatus == 2 && missing?.errorIndex == 2)
        #expect(try Self.ask(PDU(.getBulk, requestID: 8, varBinds: [VarBind(Self.oid(1))]), version: .v1) == nil)
    }

    @Test("SET is refused")
    func set() throws {
        let known = try Self.ask(PDU(.set, requestID: 9, varBinds: [VarBind(Self.oid(1, 0), .integer(2))]))
        #expect(known?.errorStatus == 17 && known?.errorIndex == 1)
        let unknown = try Self.ask(PDU(.set, requestID: 9, varBinds: [VarBind(Self.oid(8, 0), .integer(2))]))
        #expect(unknown?.errorStatus == 6)
    }

    @Test("a wrong community and rubbish are met with silence")
    func silence() throws {
        #expect(try Self.ask(PDU(.get, requestID: 1, varBinds: [VarBind(Self.oid(1, 0))]), community: "private") == nil)
        var handler = try RequestHandler(credential: .v2c(community: "public"), engineID: [0x80, 0, 0, 0, 9], boots: 1)
        for bytes in [[], [0x30], [0x30, 0x82, 0xff, 0xff], Array(repeating: UInt8(0xA0), count: 300)] as [[UInt8]] {
            let response = handler.response(to: bytes, objects: Self.objects, engineTime: 1)
            #expect(response == nil)
        }
        let response = PDU(.response, requestID: 1, varBinds: [])
        #expect(try Self.ask(response) == nil)
    }

    @Test("a GET too big for a frame gives tooBig, a GETBULK is cut")
    func tooBig() throws {
        let big = ObjectIndex<SNMPValue>(
            (1...40).map { (Self.oid(5, $0), SNMPValue.octetString(Array(repeating: 65, count: 200))) })
        let get = try Self.ask(
            PDU(.get, requestID: 1, varBinds: (1...10).map { VarBind(Self.oid(5, $0)) }), objects: big)
        #expect(get?.errorStatus == 1 && get?.varBinds.isEmpty == true)
        let bulk = try Self.ask(
            PDU(.getBulk, requestID: 1, errorIndex: 40, varBinds: [VarBind(Self.oid(5))]), objects: big)
        #expect(bulk?.errorStatus == 0)
        #expect((4...6).contains(bulk?.varBinds.count ?? 0))
    }
}
