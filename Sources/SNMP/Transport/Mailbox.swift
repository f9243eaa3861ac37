import CPlatform
import Glibc
import Synchronization

/// Messages from any thread to one loop thread, which a descriptor wakes.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Readable while something waits. Lives as long as the mailbox, so that a late wake never meets a reused number.
    let descriptor: Int32

    init() throws(SNMPError) {
        descriptor = cp_eventfd_create()
        guard descriptor >= 0 else { throw SNMPError(systemCall: "creating an eventfd", -descriptor) }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// False when the mailbox is closed and the message will not be read.
    func post(_ message: Message) -> Bool {
        let (isAccepted, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.messages.append(message)
            return (true, state.messages.count == 1)
        }
        // Whoever posted the first of several wakes the loop.
        if isFirst { cp_eventfd_signal(descriptor) }
        return isAccepted
    }

    /// Nothing is accepted from now on. Idempotent.
    func close() {
        state.withLock { $0.isClosed = true }
        cp_eventfd_signal(descriptor)
    }

    /// What waits, in order; called by the loop thread.
    func take() -> (messages: [Message], isClosed: Bool) {
        cp_eventfd_drain(descriptor)
        return state.withLock { state in
            var messages: [Message] = []
            swap(&messages, &state.messages)
            return (messages, state.isClosed)
        }
    }
}
