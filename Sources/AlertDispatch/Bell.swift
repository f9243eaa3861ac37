import Synchronization

/// Wakes one waiting task. A ring that comes while nobody waits is kept for the next wait; several are one.
package final class Bell: Sendable {
    private struct State {
        var isRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func ring() {
        let waiter = state.withLock { state in
            let waiter = state.waiter
            state.waiter = nil
            if waiter == nil { state.isRung = true }
            return waiter
        }
        waiter?.resume()
    }

    /// Returns when the bell rings, the span is over (nil: never) or the task is cancelled. One task at a time.
    package func wait(for span: Duration?) async {
        await withTaskGroup(of: Void.self) { group in
            if let span {
                group.addTask {
                    if (try? await Task.sleep(for: span)) != nil { self.ring() }
                }
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isRung = state.withLock { state in
                        if !state.isRung { state.waiter = continuation }
                        defer { state.isRung = false }
                        return state.isRung
                    }
                    if isRung { continuation.resume() }
                }
            } onCancel: {
                ring()
            }
            group.cancelAll()
        }
    }
}
