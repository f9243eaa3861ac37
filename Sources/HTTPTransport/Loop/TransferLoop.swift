import CCurl
import CPlatform
import Glibc
import Threads

/// Drives all transfers of one client: libcurl's sockets and timer on one epoll.
///
/// Made, used and released on its own thread only; other threads reach it through the inbox.
final class TransferLoop {
    private let inbox: TransferInbox
    private let maximumTransfers: Int
    private let epoll: Int32
    private let wakeDescriptor: Int32
    /// Nil only until `init` has made it and after `run` has ended it.
    private var curl: OpaquePointer?
    /// When libcurl wants to be called without a socket event.
    private var deadline: ContinuousClock.Instant?
    private var running: [UInt64: Transfer] = [:]
    /// In order of arrival; those before `firstWaiting` have left.
    private var waiting: [TransferSubmission] = []
    private var firstWaiting = 0
    private var certificates = CertificateMemory(capacity: 4096)

    /// Starts the thread. When that fails, the inbox refuses everything and says why.
    static func start(inbox: TransferInbox, maximumTransfers: Int, maximumConnectionsPerHost: Int) {
        let code = startThread(named: "http-client") {
            guard isInitialized,
                let loop = TransferLoop(
                    inbox: inbox, maximumTransfers: maximumTransfers,
                    maximumConnectionsPerHost: maximumConnectionsPerHost)
            else {
                refuse(inbox, "the HTTP client could not be set up")
                return
            }
            loop.run()
        }
        if code != 0 { refuse(inbox, "the HTTP client's thread could not be started: \(errorText(code))") }
    }

    private static let isInitialized = hd_curl_initialize()

    private static func refuse(_ inbox: TransferInbox, _ reason: String) {
        let error = HTTPTransportError(.other, reason)
        for submission in inbox.detach(error) { submission.continuation.resume(returning: .failure(error)) }
    }

    private init?(inbox: TransferInbox, maximumTransfers: Int, maximumConnectionsPerHost: Int) {
        self.inbox = inbox
        self.maximumTransfers = maximumTransfers
        epoll = cp_epoll_create()
        wakeDescriptor = cp_eventfd_create()
        guard epoll >= 0, wakeDescriptor >= 0,
            cp_epoll_set(epoll, wakeDescriptor, UInt32(CP_READABLE), UInt64(wakeDescriptor)) == 0
        else { return nil }
        curl = hd_curl_loop_new(
            maximumTransfers, maximumConnectionsPerHost, Unmanaged.passUnretained(self).toOpaque(),
            { context, descriptor, events in TransferLoop.from(context)?.watch(descriptor, events) },
            { context, milliseconds in TransferLoop.from(context)?.setTimer(milliseconds) })
        guard curl != nil else { return nil }
        inbox.attach(wakeDescriptor: wakeDescriptor)
    }

    deinit {
        if epoll >= 0 { Glibc.close(epoll) }
        if wakeDescriptor >= 0 { Glibc.close(wakeDescriptor) }
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> TransferLoop? {
        context.map { Unmanaged<TransferLoop>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: the thread

    private func run() {
        guard let curl else { return }
        var events = [cp_event](repeating: cp_event(), count: 64)
        while true {
            let mail = inbox.take()
            guard !mail.isClosed else {
                waiting += mail.submissions
                break
            }
            waiting += mail.submissions
            for id in mail.cancellations { cancel(id) }
            startWaiting(curl)

            let count = cp_epoll_wait(epoll, &events, Int32(events.count), millisecondsToDeadline())
            for event in events.prefix(Int(max(count, 0))) {
                let descriptor = Int32(truncatingIfNeeded: event.token)
                if descriptor == wakeDescriptor {
                    _ = cp_eventfd_drain(wakeDescriptor)
                } else {
                    // The bits have the same values on both sides.
                    hd_curl_act(curl, descriptor, event.events)
                }
            }
            if let deadline, deadline <= .now {
                self.deadline = nil
                hd_curl_act(curl, -1, 0)
            }
            finishTransfers(curl)
        }
        shutDown(curl)
    }

    private func millisecondsToDeadline() -> Int32 {
        guard let deadline else { return -1 }
        let (seconds, attoseconds) = (deadline - .now).components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 3600 else { return 3_600_000 }
        // Rounded up: a call before the time would only come again.
        return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func watch(_ descriptor: Int32, _ events: UInt32) {
        if events & UInt32(HD_CURL_FORGET) != 0 {
            _ = cp_epoll_remove(epoll, descriptor)
        } else {
            _ = cp_epoll_set(epoll, descriptor, events, UInt64(UInt32(bitPattern: descriptor)))
        }
    }

    private func setTimer(_ milliseconds: Int64) {
        deadline = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
    }

    // MARK: transfers

    private func startWaiting(_ curl: OpaquePointer) {
        while running.count < maximumTransfers, firstWaiting < waiting.count {
            let submission = waiting[firstWaiting]
            firstWaiting += 1
            let transfer = Transfer(submission, loop: self)
            if let error = transfer.start(in: curl) {
                inbox.end(submission, .failure(error))
            } else {
                running[submission.id] = transfer
            }
        }
        if firstWaiting == waiting.count || firstWaiting > 1024 {
            waiting.removeFirst(firstWaiting)
            firstWaiting = 0
        }
    }

    private func finishTransfers(_ curl: OpaquePointer) {
        var result = hd_curl_result()
        while let handle = hd_curl_next_finished(curl, &result) {
            guard let context = hd_curl_transfer_context(handle) else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            if transfer.startInspection(after: result, in: curl) { continue }
            let outcome = transfer.outcome(result)
            running[transfer.submission.id] = nil
            transfer.release()
            inbox.end(transfer.submission, outcome)
        }
    }

    private func cancel(_ id: UInt64) {
        let error = HTTPTransportError(.cancelled, "the request was cancelled")
        if let transfer = running.removeValue(forKey: id) {
            transfer.release()
            inbox.end(transfer.submission, .failure(error))
        } else if let index = waiting[firstWaiting...].firstIndex(where: { $0.id == id }) {
            inbox.end(waiting.remove(at: index), .failure(error))
        }
    }

    private func shutDown(_ curl: OpaquePointer) {
        waiting += inbox.detach(TransferInbox.closed)
        for transfer in running.values {
            transfer.release()
            inbox.end(transfer.submission, .failure(TransferInbox.closed))
        }
        running = [:]
        for submission in waiting[firstWaiting...] { inbox.end(submission, .failure(TransferInbox.closed)) }
        waiting = []
        hd_curl_loop_free(curl)
        self.curl = nil
    }

    // MARK: certificates

    /// What is known of the certificates of an open connection; a handshake renews it.
    func certificateExpiry(of connection: String, shown: Int64) -> Int64 {
        if shown > 0 { certificates[connection] = shown }
        return shown > 0 ? shown : certificates[connection] ?? 0
    }
}

/// The certificates' earliest expiry for each open connection: libcurl shows certificates only to the transfer that
/// made the handshake. The oldest entry leaves first; there are more places than connections.
private struct CertificateMemory {
    private let capacity: Int
    private var expiries: [String: Int64] = [:]
    private var order: [String] = []
    private var next = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    subscript(connection: String) -> Int64? {
        get { expiries[connection] }
        set {
            guard let newValue else { return }
            guard expiries.updateValue(newValue, forKey: connection) == nil else { return }
            if order.count < capacity {
                order.append(connection)
            } else {
                expiries[order[next]] = nil
                order[next] = connection
                next = (next + 1) % capacity
            }
        }
    }
}

/// The system's words for an error number.
func errorText(_ code: Int32) -> String {
    // glibc keeps the text of each thread apart.
    String(cString: strerror(code))
}
