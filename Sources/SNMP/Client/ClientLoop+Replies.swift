extension ClientLoop {
    /// Finds what a datagram answers. What is not SNMP counts against whatever is asked at its source.
    func receive(_ datagram: UDPSocket.Datagram) {
        let reader = BERReader(datagram.bytes)
        do throws(SNMPError) {
            switch try SNMPVersion(reader) {
            case .v1: try receiveCommunity(reader, .v1, datagram)
            case .v2c: try receiveCommunity(reader, .v2c, datagram)
            case .v3: try receiveSecure(reader, datagram)
            }
        } catch {
            blame(datagram.source, error)
        }
    }

    /// A reply counts when its version, community, request-id, address and port are those of the question.
    private func receiveCommunity(
        _ start: BERReader, _ version: SNMPVersion, _ datagram: UDPSocket.Datagram
    ) throws(SNMPError) {
        var reader = start
        var message = try reader.nested(BERTag.sequence, "a message")
        _ = try message.integer("a version")
        let community = message.lent(try message.range(BERTag.octetString, "a community"))
        guard message.nextTag != BERTag.trapV1 else {
            throw SNMPError(.malformedReply, "expected a response, found a v1 trap")
        }
        let (head, varBinds) = try message.pduHead()
        try message.finish("the message")
        guard let exchange = exchange(of: head.requestID, from: datagram.source) else {
            return try ignore(head.requestID)
        }
        guard exchange.stage.isAsking, exchange.version == version,
            exchange.community?.withUnsafeBytes({ $0.equals(community) }) == true
        else { return counters.unmatched += 1 }
        guard head.kind == .response else {
            return suspect(exchange, SNMPError(.malformedReply, "expected a response, found a \(head.kind)"))
        }
        try deliver(head, varBinds, size: datagram.bytes.count, to: exchange)
    }

    /// - Throws: when the identifier never was one of ours, so that the reply is no late one.
    private func ignore(_ messageID: Int32) throws(SNMPError) {
        counters.unmatched += 1
        guard wasIssued(messageID) else {
            throw SNMPError(.malformedReply, "expected the identifier of a request, found \(messageID)")
        }
    }

    private func receiveSecure(_ start: BERReader, _ datagram: UDPSocket.Datagram) throws(SNMPError) {
        var reader = start
        let message = try SecureMessage(&reader)
        guard let exchange = exchange(of: message.messageID, from: datagram.source) else {
            return try ignore(message.messageID)
        }
        let now = ContinuousClock.now
        switch exchange.stage {
        case .probing:
            probed(message, of: exchange, now: now)
        case .discovering:
            // Not authenticated: a forged clock is put right by the authenticated report it leads to.
            guard engines.learn(from: message, at: datagram.source, now: now) else {
                return suspect(exchange, Self.badEngineID(message))
            }
            ask(exchange, exchange.question)
        case .asking, .confirming:
            guard let user = exchange.user else { return counters.unmatched += 1 }
            try answer(message, to: exchange, as: user, size: datagram.bytes.count, now: now)
        }
    }

    /// An answer to a probe: any will do for a community; for a user, one that proves to know the user.
    private func probed(_ message: SecureMessage, of exchange: Exchange, now: ContinuousClock.Instant) {
        guard let user = exchange.user else { return enter(.confirming, exchange) }
        if let keys = try? engines.keys(for: user, engineID: message.engineID), message.isAuthentic(keys) {
            enter(.confirming, exchange)
        } else if case .plain(let scoped) = message.payload {
            report(scoped.pdu, message, to: exchange, as: user, now: now)
        }
    }

    private static func badEngineID(_ message: SecureMessage) -> SNMPError {
        SNMPError(
            .malformedReply, "expected an engine identifier of 5 to 32 bytes, found \(message.engineID.count)")
    }

    /// Takes an answer to an authenticated and encrypted question (RFC 3414 section 3.2).
    ///
    /// Its time is not held against the window: the random message identifier it repeats already proves it fresh, and agents that
    /// lose their boot count would otherwise stay mute for minutes.
    private func answer(
        _ message: SecureMessage, to exchange: Exchange, as user: USMUser, size: Int, now: ContinuousClock.Instant
    ) throws(SNMPError) {
        if case .plain(let scoped) = message.payload {
            guard scoped.pdu.kind == .report else {
                let found = "a \(scoped.pdu.kind) in clear"
                return suspect(exchange, SNMPError(.wrongPrivacy, "expected an encrypted response, found \(found)"))
            }
            return report(scoped.pdu, message, to: exchange, as: user, now: now)
        }
        let plain: [UInt8]
        do throws(SNMPError) {
            plain = try open(message, as: user, from: exchange.peer.endpoint, now: now)
        } catch {
            return suspect(exchange, error)
        }
        try plain.read { (reader) throws(SNMPError) in
            let head: PDUHead
            let varBinds: BERReader
            do throws(SNMPError) {
                (head, varBinds) = try reader.scopedHead()
            } catch {
                return suspect(
                    exchange,
                    SNMPError(.wrongPrivacy, "expected a scoped PDU after decryption: \(error.detail)"))
            }
            guard head.kind != .report else {
                var list = varBinds
                let pdu = PDU(head, try list.remainingVarBinds())
                return report(pdu, message, to: exchange, as: user, now: now)
            }
            guard head.kind == .response, head.requestID == exchange.question.requestID else {
                let found = "\(head.kind) \(head.requestID)"
                let expected = "expected response \(exchange.question.requestID)"
                return suspect(exchange, SNMPError(.malformedReply, "\(expected), found \(found)"))
            }
            try deliver(head, varBinds, size: size, to: exchange)
        }
    }

    /// The decrypted scoped PDU of an authentic message.
    private func open(
        _ message: SecureMessage, as user: USMUser, from source: SNMPEndpoint, now: ContinuousClock.Instant
    ) throws(SNMPError) -> [UInt8] {
        guard message.engineID == engines.engineID(of: source) else {
            throw SNMPError(.malformedReply, "expected the engine identifier asked, found another")
        }
        let keys = try engines.keys(for: user, engineID: message.engineID)
        guard message.isAuthentic(keys) else {
            throw SNMPError(.wrongAuthentication, "the reply's digest is wrong")
        }
        engines.advance(to: message, at: source, now: now)
        return try message.decrypted(keys)
    }

    private func report(
        _ pdu: PDU, _ message: SecureMessage, to exchange: Exchange, as user: USMUser, now: ContinuousClock.Instant
    ) {
        let source = exchange.peer.endpoint
        switch USMReport(pdu) {
        case .unknownEngineIDs:
            // The device behind the address was replaced, or lost its identity.
            guard !exchange.didRediscover else {
                return fail(exchange, SNMPError(.malformedReply, "the agent does not know its own engine identifier"))
            }
            guard engines.learn(from: message, at: source, now: now) else {
                return suspect(exchange, Self.badEngineID(message))
            }
            exchange.didRediscover = true
            ask(exchange, exchange.question)
        case .notInTimeWindows:
            let late = SNMPError(.notInTimeWindow, "the agent refuses the time it reported")
            guard !exchange.didResynchronize else { return fail(exchange, late) }
            guard let keys = try? engines.keys(for: user, engineID: message.engineID), message.isAuthentic(keys),
                message.engineID == engines.engineID(of: source)
            else { return suspect(exchange, late) }
            _ = engines.learn(from: message, at: source, now: now)
            exchange.didResynchronize = true
            ask(exchange, exchange.question)
        case .unknownUserNames:
            fail(exchange, SNMPError(.unknownUser, "the agent does not know user \(user.name)"))
        case .wrongDigests:
            fail(exchange, SNMPError(.wrongAuthentication, "the agent finds the digest of user \(user.name) wrong"))
        case .decryptionErrors:
            fail(exchange, SNMPError(.wrongPrivacy, "the agent cannot decrypt what user \(user.name) sends"))
        case .unsupportedSecurityLevels:
            fail(exchange, SNMPError(.wrongPrivacy, "the agent has no encryption for user \(user.name)"))
        case nil:
            let oid = pdu.varBinds.first?.oid.description ?? "nothing"
            fail(exchange, SNMPError(.errorStatus, "the agent reports \(oid)"))
        }
    }
}
