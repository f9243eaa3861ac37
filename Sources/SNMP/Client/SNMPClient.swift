/// Asks agents over one shared UDP socket per address family, driven by one thread.
///
/// Any number of requests to any number of agents may be in flight; a silent agent delays nobody else. All functions may be
/// called from any task; cancellation ends a call with `.cancelled`.
package final class SNMPClient: Sendable {
    package init() throws(SNMPError) {
    }

    /// The values of these instances in the order asked. An object the agent lacks is an exception value, not an error.
    /// Splits what does not fit one message. With v1, a missing object becomes `.noSuchObject`.
    package func get(
        _ oids: [ObjectIdentifier], from peer: SNMPPeer, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        throw SNMPError(.system, "unfinished")
    }

    /// Everything below `root` in increasing order, by GETBULK (GETNEXT with v1).
    package func walk(
        _ root: ObjectIdentifier, from peer: SNMPPeer, limits: WalkLimits, deadline: ContinuousClock.Instant
    ) async throws(SNMPError) -> [VarBind] {
        throw SNMPError(.system, "unfinished")
    }

    /// Ends the thread and fails what is in flight with `.cancelled`. Idempotent.
    package func close() {
    }
}
