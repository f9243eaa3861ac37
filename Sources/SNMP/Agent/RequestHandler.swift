/// Answers the requests an agent receives: SNMPv1, v2c and v3, from the objects of one device.
///
/// It knows the default context only. A value without I/O; confine it to whoever owns the socket. Silence (nil) is what RFC 1157 and RFC 3416 ask for on a wrong
/// community and on what is not a request.
package struct RequestHandler: Sendable {
    /// Community of SNMPv1 and v2c requests and the version it is accepted in; nil: none is.
    private let community: (version: CommunityMessage.Version, text: [UInt8])?
    private var engine: AuthoritativeEngine
    private let hasUsers: Bool

    /// Longest response in bytes, so that it fits one Ethernet frame.
    package static let maximumResponseBytes = 1_400
    /// Rows one GETBULK repetition count may ask for; more could not fit a response anyway.
    private static let maximumRepetitions = 512

    /// - Parameters:
    ///   - credential: who may ask. SNMPv3 discovery is answered whatever it is. A v2c community is accepted in v1 too, as
    ///     agents do.
    ///   - engineID: 5...32 bytes.
    ///   - boots: snmpEngineBoots, at least 1.
    package init(credential: SNMPCredential?, engineID: [UInt8], boots: Int32) throws(SNMPError) {
        var users: [USMUser] = []
        switch credential {
        case .v1(let text): community = (.v1, Array(text.utf8))
        case .v2c(let text): community = (.v2c, Array(text.utf8))
        case .v3(let user):
            community = nil
            users = [user]
        case nil: community = nil
        }
        hasUsers = !users.isEmpty
        engine = try AuthoritativeEngine(engineID: engineID, boots: boots, users: users)
    }

    /// The response to a datagram; nil: none is sent.
    ///
    /// - Parameters:
    ///   - objects: as they are now.
    ///   - engineTime: snmpEngineTime now, in seconds.
    package mutating func response(
        to datagram: [UInt8], objects: some ManagedObjects, engineTime: Int32
    ) -> [UInt8]? {
        guard let version = try? SNMPVersion(of: datagram) else { return nil }
        return version == .v3
            ? authenticatedResponse(to: datagram, objects: objects, engineTime: engineTime)
            : communityResponse(to: datagram, objects: objects)
    }

    /// A notification about this agent's device, sealed with its credential: SNMPv2-Trap in v2c and v3; nil without a
    /// credential or with one of v1, whose traps have another shape.
    ///
    /// - Parameter varBinds: with sysUpTime.0 and snmpTrapOID.0 first.
    package mutating func trap(
        _ varBinds: [VarBind], credential: SNMPCredential?, requestID: Int32, engineTime: Int32
    ) -> [UInt8]? {
        let pdu = PDU(.trap, requestID: requestID, varBinds: varBinds)
        switch credential {
        case .v2c(let text):
            return CommunityMessage(version: .v2c, community: Array(text.utf8), content: .pdu(pdu)).encoded()
        case .v3(let user):
            let bytes = engine.trap(pdu, user: user, messageID: requestID, time: engineTime)
            return bytes.isEmpty ? nil : bytes
        case .v1, nil:
            return nil
        }
    }

    private func communityResponse(to datagram: [UInt8], objects: some ManagedObjects) -> [UInt8]? {
        guard let message = try? CommunityMessage(decoding: datagram), let community,
            message.community == community.text,
            message.version == community.version || message.version == .v1,
            case .pdu(let request) = message.content
        else { return nil }
        // Sequence and version: 4 + 3 bytes; the community with its header; PDU header, ids and list header: 26.
        let overhead = 33 + 4 + message.community.count
        let responder = PDUResponder(
            objects: objects, isVersion1: message.version == .v1,
            maximumListBytes: Self.maximumResponseBytes - overhead, maximumRepetitions: Self.maximumRepetitions)
        guard let response = responder.response(to: request) else { return nil }
        return CommunityMessage(
            version: message.version, community: message.community, content: .pdu(response)
        ).encoded()
    }

    private mutating func authenticatedResponse(
        to datagram: [UInt8], objects: some ManagedObjects, engineTime: Int32
    ) -> [UInt8]? {
        switch engine.process(datagram, time: engineTime) {
        case .request(let pdu, let request):
            // Headers, global data, security parameters with a 24-byte digest and an 8-byte salt, scoped PDU, padding.
            let overhead = 200 + 2 * engine.engineID.count
            let responder = PDUResponder(
                objects: objects, isVersion1: false, maximumListBytes: Self.maximumResponseBytes - overhead,
                maximumRepetitions: Self.maximumRepetitions)
            guard hasUsers else { return nil }
            guard request.contextName.isEmpty else {
                return engine.unknownContext(in: request, requestID: pdu.requestID, time: engineTime)
            }
            guard let response = responder.response(to: pdu) else { return nil }
            let bytes = engine.response(to: request, pdu: response, time: engineTime)
            return bytes.isEmpty ? nil : bytes
        case .report(let bytes):
            return bytes
        case .drop:
            return nil
        }
    }
}
