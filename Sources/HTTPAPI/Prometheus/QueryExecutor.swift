import Dispatch
import Synchronization
import Threads

/// Runs the evaluation of queries on threads of its own. A query may compute for a minute without a pause; on the common pool a few of
/// them would stop polling, alerts and every other reply.
final class QueryExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let waiting = DispatchSemaphore(value: 0)

    /// Nil when the system gives it no thread at all.
    ///
    /// - Parameter threads: as many queries compute at once; the system shares the processors out among them and all else.
    init?(threads: Int) {
        var started = 0
        for _ in 0..<threads {
            // They end with the process, as the executor does.
            let code = startThread(named: "query") { [self] in
                while true {
                    waiting.wait()
                    let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                    job?.runSynchronously(on: asUnownedTaskExecutor())
                }
            }
            started += code == 0 ? 1 : 0
        }
        guard started > 0 else { return nil }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        waiting.signal()
    }

    /// Of the process. Without it queries run on the common pool.
    static let shared = QueryExecutor(threads: QueryDesk.atOnce)
}
