package import Inventory
package import MonitoringModel
import Synchronization

/// Why a request is not served. The text is safe to send to whoever asked.
package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Status 401: say who you are, or that was not right.
        case unauthenticated
        /// Status 403: known, but not allowed.
        case forbidden
        /// Status 429: too many wrong credentials from this address within a minute.
        case tooManyAttempts = "too_many_attempts"
        /// Status 409: a token of that name exists.
        case nameTaken = "name_taken"
        /// Status 400: the name of a new token is not usable.
        case badName = "bad_name"
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// The outcome of a check.
package enum Decision: Hashable, Sendable {
    case allowed(Principal)
    case refused(Refusal)
}

/// The one place where it is decided who a request comes from and whether it may do what it asks.
///
/// Invariants:
/// 1. Nothing is allowed but by a line of `Operation.requirement` together with a known principal.
/// 2. A wrong credential is never treated as none: it does not fall back to the anonymous viewer.
/// 3. The set-up token does exactly one thing, once: it creates the first administrator's token.
/// 4. A token's text is kept nowhere; what is compared are digests, all of them, in a time that does not depend on the outcome.
///
/// `decide` never waits: it works on a copy of the stored tokens that `refresh` brings up to date.
package final class CheckPoint: Sendable {
    /// The name under which the set-up token is stored and appears in the log.
    package static let setUpName = "set-up"

    private struct Entry {
        var digest: [UInt8]
        var record: TokenRecord
    }

    private struct State {
        var entries: [Entry] = []
        /// Number of the last reading begun, and of the one `entries` come from.
        var readings = 0
        var current = 0
        var attempts = FailedAttempts()
        var anonymousViewer: Bool
    }

    let tokenStore: any TokenStore
    private let clock: any WallClock
    private let state: Mutex<State>

    /// Knows no token until `refresh` returned.
    ///
    /// - Parameter anonymousViewer: whether a request without a credential may read as viewer; holds on a loopback listener only.
    package init(tokens: any TokenStore, anonymousViewer: Bool, clock: any WallClock) {
        tokenStore = tokens
        self.clock = clock
        state = Mutex(State(anonymousViewer: anonymousViewer))
    }

    /// Reads the tokens anew: after the start, and after another part changed them.
    ///
    /// Of two readings at once the later begun wins, so that a token just removed does not come back.
    package func refresh() async throws {
        let reading = state.withLock { state in
            state.readings += 1
            return state.readings
        }
        let entries = try await tokenStore.tokens().compactMap { record in
            Token.parseDigest(record.digest).map { Entry(digest: $0, record: record) }
        }
        state.withLock { state in
            guard reading > state.current else { return }
            state.entries = entries
            state.current = reading
        }
    }

    package func update(anonymousViewer: Bool) {
        state.withLock { $0.anonymousViewer = anonymousViewer }
    }

    /// Decides about one request.
    ///
    /// - Parameters:
    ///   - authorization: the value of the header `Authorization`; nil without one.
    ///   - peer: the address the request comes from, without a port.
    ///   - isLoopbackListener: whether it came in on a listener bound to a loopback address.
    package func decide(
        _ operation: Operation, authorization: String?, peer: String, isLoopbackListener: Bool
    ) -> Decision {
        if operation.requirement == .open { return .allowed(.nobody) }
        guard let authorization else {
            let isLocal = isLoopbackListener && IPAddress(peer)?.isLoopback == true
            guard isLocal, state.withLock({ $0.anonymousViewer }) else {
                return .refused(
                    Refusal(.unauthenticated, "expected the header Authorization: Bearer TOKEN, found none"))
            }
            return check(.anonymousViewer, operation)
        }
        let now = clock.now
        guard !state.withLock({ $0.attempts.isExhausted(peer, at: now) }) else {
            return .refused(
                Refusal(.tooManyAttempts, "too many wrong tokens from this address; try again in a minute"))
        }
        guard let token = Self.bearer(authorization) else {
            return refuseCredential(peer, now, "expected Authorization: Bearer TOKEN, found another form")
        }
        guard let record = find(Token.digestBytes(token)) else {
            return refuseCredential(peer, now, "the token is not known")
        }
        if record.isOneTime {
            guard operation == .createToken else {
                return .refused(Refusal(.forbidden, "the set-up token only creates the first administrator's token"))
            }
            return .allowed(Principal(name: Self.setUpName, role: .admin))
        }
        return check(Principal(name: record.name, role: record.role, area: record.area), operation)
    }

    private func check(_ principal: Principal, _ operation: Operation) -> Decision {
        if principal.role.permits(operation, confined: principal.area != nil) { return .allowed(principal) }
        if case .cityWide(let least) = operation.requirement, principal.role >= least {
            return .refused(
                Refusal(.forbidden, "\(principal.name) is confined to an area; this concerns the whole city"))
        }
        return .refused(Refusal(.forbidden, "role \(principal.role.rawValue) may not do this"))
    }

    private func refuseCredential(_ peer: String, _ now: Timestamp, _ message: String) -> Decision {
        state.withLock { $0.attempts.record(peer, at: now) }
        return .refused(Refusal(.unauthenticated, message))
    }

    /// The scheme is compared without case (RFC 9110 section 11.1).
    private static func bearer(_ authorization: String) -> String? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }

    private func find(_ digest: [UInt8]) -> TokenRecord? {
        state.withLock { state in
            var found: TokenRecord?
            for entry in state.entries {
                var difference: UInt8 = 0
                for index in 0..<32 { difference |= entry.digest[index] ^ digest[index] }
                if difference == 0 { found = entry.record }
            }
            return found
        }
    }
}

extension Principal {
    /// Who does an operation that is open to all: sees no site.
    package static let nobody = Principal(name: "anonymous", role: .viewer, area: "")
    /// Who reads without a credential where that is configured.
    package static let anonymousViewer = Principal(name: "anonymous", role: .viewer)

    /// The sites the principal may know of. An area that is not in the inventory holds none.
    package func scope(in inventory: CityInventory) -> QueryScope {
        area.map { .sites(inventory.sites(under: $0)) } ?? .everything
    }
}
