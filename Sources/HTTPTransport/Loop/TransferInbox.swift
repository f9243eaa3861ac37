import CPlatform
import Synchronization

/// What `HTTPClient` hands to the loop's thread.
struct TransferSubmission: Sendable {
    var id: UInt64
    var request: HTTPRequest
    var submitted: ContinuousClock.Instant
    /// Resumed exactly once: by the loop, or by the inbox when it refuses.
    var continuation: CheckedContinuation<Result<HTTPResponse, HTTPTransportError>, Never>
}

/// The way from any thread to the loop's thread.
final class TransferInbox: Sendable {
    /// What has arrived since the loop looked last.
    struct Mail: Sendable {
        var submissions: [TransferSubmission] = []
        var cancellations: [UInt64] = []
        var isClosed = false
    }

    private struct State {
        var mail = Mail()
        /// Submitted and not yet ended.
        var outstanding = 0
        /// Why there is no loop any more, or none at all.
        var refusal: HTTPTransportError?
        /// -1 before the loop has made it and after it has closed it.
        var wakeDescriptor: Int32 = -1
        var lastID: UInt64 = 0
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: Exchanges that may be outstanding; more are refused.
    init(capacity: Int) {
        self.capacity = capacity
    }

    func nextID() -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    func submit(_ submission: TransferSubmission) {
        let refusal: HTTPTransportError? = state.withLock { state in
            if let refusal = state.refusal { return refusal }
            if state.mail.isClosed { return Self.closed }
            guard state.outstanding < capacity else {
                return HTTPTransportError(.other, "expected fewer than \(capacity) exchanges waiting, found that many")
            }
            state.outstanding += 1
            state.mail.submissions.append(submission)
            Self.wake(state)
            return nil
        }
        if let refusal { submission.continuation.resume(returning: .failure(refusal)) }
    }

    func cancel(_ id: UInt64) {
        state.withLock { state in
            guard state.refusal == nil else { return }
            state.mail.cancellations.append(id)
            Self.wake(state)
        }
    }

    func close() {
        state.withLock { state in
            state.mail.isClosed = true
            Self.wake(state)
        }
    }

    // MARK: the loop's side

    func attach(wakeDescriptor: Int32) {
        state.withLock { $0.wakeDescriptor = wakeDescriptor }
    }

    /// Everything that has arrived.
    func take() -> Mail {
        state.withLock { state in
            let mail = state.mail
            state.mail = Mail()
            state.mail.isClosed = mail.isClosed
            return mail
        }
    }

    /// Ends an exchange, which makes room for another.
    func end(_ submission: TransferSubmission, _ result: Result<HTTPResponse, HTTPTransportError>) {
        state.withLock { $0.outstanding -= 1 }
        submission.continuation.resume(returning: result)
    }

    /// Nothing is accepted from here on; returns what had arrived and was not taken. The wake descriptor is no longer
    /// used.
    func detach(_ refusal: HTTPTransportError) -> [TransferSubmission] {
        state.withLock { state in
            state.refusal = refusal
            state.wakeDescriptor = -1
            let left = state.mail.submissions
            state.mail.submissions = []
            return left
        }
    }

    static let closed = HTTPTransportError(.cancelled, "the client is closed")

    private static func wake(_ state: State) {
        if state.wakeDescriptor >= 0 { _ = cp_eventfd_signal(state.wakeDescriptor) }
    }
}
