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

    /// An answer to a probe: any will do for a community or a user without a key; otherwise one that proves to know the user.
    private func probed(_ message: SecureMessage, of exchange: Exchange, now: ContinuousClock.Instant) {
        guard let user = exchange.user, user.isAuthenticated else { return enter(.confirming, exchange) }
        if let keys = try? engines.keys(for: user, engineID: message.engineID), message.isAuthentic(keys) {
            enter(.confirming, exchange)
        } else if !message.isEncrypted, let scoped = try? message.scopedPDU(nil) {
            report(scoped.pdu, message, to: exchange, as: user, now: now)
        }
    }

    private static func badEngineID(_ message: SecureMessage) -> SNMPError {
        SNMPError(
            .malformedReply, "expected an engine identifier of 5 to 32 bytes, found \(message.engineID.count)")
    }

    /// Takes an answer to a user's question (RFC 3412 section 7.2, RFC 3414 section 3.2): it must be as secure as the question.
    private func answer(
        _ message: SecureMessage, to exchange: Exchange, as user: USMUser, size: Int, now: ContinuousClock.Instant
    ) throws(SNMPError) {
        if !message.isEncrypted, try message.kind == .report {
            return report(try message.scopedPDU(nil).pdu, message, to: exchange, as: user, now: now)
        }
        let plain: [UInt8]
        do throws(SNMPError) {
            guard let opened = try open(message, of: exchange, as: user, now: now) else { return }
            plain = opened
        } catch {
            return suspect(exchange, error)
        }
        try plain.read { (reader) throws(SNMPError) in
            let context: [UInt8]
            let head: PDUHead
            let varBinds: BERReader
            do throws(SNMPError) {
                (context, head, varBinds) = try reader.scopedHead()
            } catch {
                guard message.isEncrypted else { throw error }
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
            guard context.elementsEqual(exchange.peer.context.utf8) else {
                return suspect(exchange, SNMPError(.malformedReply, "expected the context asked, found another"))
            }
            try deliver(head, varBinds, size: size, to: exchange)
        }
    }

    /// The scoped PDU of a message that is what the question was: of the same engine and user, no less secure, and no older
    /// than the time window.
    ///
    /// - Returns: nil when the message is too old and the engine's clock is asked for anew, once a question: an agent may have
    ///   restarted, and the clocks of some stand still.
    private func open(
        _ message: SecureMessage, of exchange: Exchange, as user: USMUser, now: ContinuousClock.Instant
    ) throws(SNMPError) -> [UInt8]? {
        let source = exchange.peer.endpoint
        guard message.engineID == engines.engineID(of: source) else {
            throw SNMPError(.malformedReply, "expected the engine identifier asked, found another")
        }
        guard message.userName.elementsEqual(user.name.utf8) else {
            throw SNMPError(.malformedReply, "expected a reply to user \(user.name), found one to another")
        }
        let keys = try engines.keys(for: user, engineID: message.engineID)
        if keys.authentication != nil {
            guard message.isAuthenticated else {
                throw SNMPError(.wrongAuthentication, "expected an authenticated response, found one that is not")
            }
            guard message.isAuthentic(keys) else {
                throw SNMPError(.wrongAuthentication, "the reply's digest is wrong")
            }
            if case .late(let by) = engines.advance(to: message, at: source, now: now) {
                let late = SNMPError(.notInTimeWindow, "expected a reply of now, found one \(by)")
                guard !exchange.didResynchronize else { throw late }
                exchange.didResynchronize = true
                exchange.suspicion = late
                enter(.discovering, exchange)
                return nil
            }
        }
        guard message.isEncrypted || keys.privacy == nil else {
            throw SNMPError(.wrongPrivacy, "expected an encrypted response, found one in clear")
        }
        return try message.opened(keys)
    }

    private func report(
        _ pdu: PDU, _ message: SecureMessage, to exchange: Exchange, as user: USMUser, now: ContinuousClock.Instant
    ) {
        let source = exchange.peer.endpoint
        switch EngineReport(pdu) {
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
            // Its clock may be behind what is known, after boots were lost: that it repeats an identifier which nobody could
            // foresee shows that it is no old report.
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
            fail(exchange, Self.unsupported(user))
        case .unknownContexts:
            fail(
                exchange, SNMPError(.unknownContext, "the agent does not know context \"\(exchange.peer.context)\""))
        case nil:
            let oid = pdu.varBinds.first?.oid.description ?? "nothing"
            fail(exchange, SNMPError(.errorStatus, "the agent reports \(oid)"))
        }
    }

    private static func unsupported(_ user: USMUser) -> SNMPError {
        switch user.security {
        case .noAuthNoPriv:
            SNMPError(.wrongAuthentication, "the agent wants user \(user.name) to authenticate, found noAuthNoPriv")
        case .authNoPriv:
            SNMPError(.wrongAuthentication, "the agent has no authentication for user \(user.name)")
        case .authPriv: SNMPError(.wrongPrivacy, "the agent has no encryption for user \(user.name)")
        }
    }
}
