extension ClientLoop {
    /// Finds what a datagram answers. What is not SNMP counts against whatever is asked at its source.
    func receive(_ datagram: UDPSocket.Datagram) {
        do throws(SNMPError) {
            switch try SNMPVersion(of: datagram.bytes) {
            case .v1, .v2c: try receiveCommunity(datagram)
            case .v3: try receiveSecure(datagram)
            }
        } catch {
            blame(datagram.source, error)
        }
    }

    private func receiveCommunity(_ datagram: UDPSocket.Datagram) throws(SNMPError) {
        let message = try CommunityMessage(decoding: datagram.bytes)
        guard case .pdu(let pdu) = message.content else {
            throw SNMPError(.malformedReply, "expected a response, found a v1 trap")
        }
        guard let owner = owner(of: pdu.requestID, from: datagram.source) else {
            return try ignore(pdu.requestID)
        }
        guard let exchange = exchanges[owner], exchange.stage.isAsking, exchange.user == nil else {
            return counters.unmatched += 1
        }
        guard pdu.kind == .response else {
            return suspect(owner, SNMPError(.malformedReply, "expected a response, found a \(pdu.kind)"))
        }
        deliver(pdu, size: datagram.bytes.count, to: owner)
    }

    /// - Throws: when the identifier never was one of ours, so that the reply is no late one.
    private func ignore(_ messageID: Int32) throws(SNMPError) {
        counters.unmatched += 1
        guard wasIssued(messageID) else {
            throw SNMPError(.malformedReply, "expected the identifier of a request, found \(messageID)")
        }
    }

    private func receiveSecure(_ datagram: UDPSocket.Datagram) throws(SNMPError) {
        let message = try SecureMessage(decoding: datagram.bytes)
        guard let owner = owner(of: message.messageID, from: datagram.source), let exchange = exchanges[owner] else {
            return try ignore(message.messageID)
        }
        let now = ContinuousClock.now
        switch exchange.stage {
        case .probing:
            probed(message, of: owner, from: datagram.source, now: now)
        case .discovering:
            // Not authenticated: a forged clock is put right by the authenticated report it leads to.
            guard engines.learn(from: message, at: datagram.source, now: now) else {
                return suspect(owner, Self.badEngineID(message))
            }
            ask(owner, exchange.question)
        case .asking, .confirming:
            guard let user = exchange.user else { return counters.unmatched += 1 }
            answer(message, to: owner, as: user, from: datagram, now: now)
        }
    }

    /// An answer to a probe: any will do for a community; for a user, one that proves to know the user.
    private func probed(
        _ message: SecureMessage, of owner: UInt64, from source: SNMPEndpoint, now: ContinuousClock.Instant
    ) {
        guard let user = exchanges[owner]?.user else { return enter(.confirming, owner) }
        if let keys = try? engines.keys(for: user, engineID: message.engineID), message.isAuthentic(keys) {
            enter(.confirming, owner)
        } else if case .plain(let scoped) = message.payload {
            report(scoped.pdu, message, to: owner, as: user, from: source, now: now)
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
        _ message: SecureMessage, to owner: UInt64, as user: USMUser, from datagram: UDPSocket.Datagram,
        now: ContinuousClock.Instant
    ) {
        guard let question = exchanges[owner]?.question else { return }
        if case .plain(let scoped) = message.payload {
            guard scoped.pdu.kind == .report else {
                let found = "a \(scoped.pdu.kind) in clear"
                return suspect(owner, SNMPError(.wrongPrivacy, "expected an encrypted response, found \(found)"))
            }
            return report(scoped.pdu, message, to: owner, as: user, from: datagram.source, now: now)
        }
        let scoped: ScopedPDU
        do throws(SNMPError) {
            scoped = try open(message, as: user, from: datagram.source, now: now)
        } catch {
            return suspect(owner, error)
        }
        guard scoped.pdu.kind != .report else {
            return report(scoped.pdu, message, to: owner, as: user, from: datagram.source, now: now)
        }
        guard scoped.pdu.kind == .response, scoped.pdu.requestID == question.requestID else {
            let found = "\(scoped.pdu.kind) \(scoped.pdu.requestID)"
            return suspect(
                owner, SNMPError(.malformedReply, "expected response \(question.requestID), found \(found)"))
        }
        deliver(scoped.pdu, size: datagram.bytes.count, to: owner)
    }

    private func open(
        _ message: SecureMessage, as user: USMUser, from source: SNMPEndpoint, now: ContinuousClock.Instant
    ) throws(SNMPError) -> ScopedPDU {
        guard message.engineID == engines.engineID(of: source) else {
            throw SNMPError(.malformedReply, "expected the engine identifier asked, found another")
        }
        let keys = try engines.keys(for: user, engineID: message.engineID)
        guard message.isAuthentic(keys) else {
            throw SNMPError(.wrongAuthentication, "the reply's digest is wrong")
        }
        engines.advance(to: message, at: source, now: now)
        return try message.opened(keys)
    }

    private func report(
        _ pdu: PDU, _ message: SecureMessage, to owner: UInt64, as user: USMUser, from source: SNMPEndpoint,
        now: ContinuousClock.Instant
    ) {
        guard let exchange = exchanges[owner] else { return }
        switch USMReport(pdu) {
        case .unknownEngineIDs:
            // The device behind the address was replaced, or lost its identity.
            guard !exchange.didRediscover else {
                return fail(owner, SNMPError(.malformedReply, "the agent does not know its own engine identifier"))
            }
            guard engines.learn(from: message, at: source, now: now) else {
                return suspect(owner, Self.badEngineID(message))
            }
            exchanges[owner]?.didRediscover = true
            ask(owner, exchange.question)
        case .notInTimeWindows:
            let late = SNMPError(.notInTimeWindow, "the agent refuses the time it reported")
            guard !exchange.didResynchronize else { return fail(owner, late) }
            guard let keys = try? engines.keys(for: user, engineID: message.engineID), message.isAuthentic(keys),
                message.engineID == engines.engineID(of: source)
            else { return suspect(owner, late) }
            _ = engines.learn(from: message, at: source, now: now)
            exchanges[owner]?.didResynchronize = true
            ask(owner, exchange.question)
        case .unknownUserNames:
            fail(owner, SNMPError(.unknownUser, "the agent does not know user \(user.name)"))
        case .wrongDigests:
            fail(owner, SNMPError(.wrongAuthentication, "the agent finds the digest of user \(user.name) wrong"))
        case .decryptionErrors:
            fail(owner, SNMPError(.wrongPrivacy, "the agent cannot decrypt what user \(user.name) sends"))
        case .unsupportedSecurityLevels:
            fail(owner, SNMPError(.wrongPrivacy, "the agent has no encryption for user \(user.name)"))
        case nil:
            let oid = pdu.varBinds.first?.oid.description ?? "nothing"
            fail(owner, SNMPError(.errorStatus, "the agent reports \(oid)"))
        }
    }
}
