import Synchronization

/// What happened so far; any thread may add to it.
final class Tally: Sendable {
    private struct State {
        var sent: [HostileAgent.Hostility: Int] = [:]
        var hostileCalls = 0
        var healthyReads = 0
        var healthyValues = 0
        var loops = 0
        var endless = 0
        var complaints: [String] = []
    }

    private let state = Mutex(State())
    private let goal: Int

    init(goal: Int) {
        self.goal = goal
    }

    var isReached: Bool { state.withLock { $0.sent.values.reduce(0, +) >= goal || $0.complaints.count >= 20 } }

    func sent(_ hostility: HostileAgent.Hostility) { state.withLock { $0.sent[hostility, default: 0] += 1 } }

    func hostileCall() { state.withLock { $0.hostileCalls += 1 } }

    func healthyRead(values: Int) {
        state.withLock {
            $0.healthyReads += 1
            $0.healthyValues += values
        }
    }

    func ended(isLoop: Bool) {
        state.withLock { if isLoop { $0.loops += 1 } else { $0.endless += 1 } }
    }

    func complain(_ complaint: String) { state.withLock { $0.complaints.append(complaint) } }

    var complaints: [String] { state.withLock { $0.complaints } }

    var figures: String {
        state.withLock { state in
            let kinds = state.sent.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key) \($0.value)" }
            return "malformed replies \(state.sent.values.reduce(0, +)) (\(kinds.joined(separator: ", "))), "
                + "calls to hostile agents \(state.hostileCalls), healthy reads \(state.healthyReads), "
                + "healthy values \(state.healthyValues), loops found \(state.loops), "
                + "endless walks ended \(state.endless), violations \(state.complaints.count)"
        }
    }
}
