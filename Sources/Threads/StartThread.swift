import CPlatform
import Glibc

/// Runs `body` on a detached thread of its own, never on the cooperative pool, since it blocks. The thread handles no signals.
///
/// - Parameter name: at most 15 bytes, shown by `ps -L` and `top -H`.
/// - Returns: 0, or the error number when there is no thread.
package func startThread(named name: String, _ body: @escaping @Sendable () -> Void) -> Int32 {
    final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let start = Unmanaged.passRetained(
        Start {
            cp_name_thread(name)
            body()
        })
    // Threads inherit the mask; SIGPIPE in particular stays pending instead of ending the process.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, start.toOpaque())
    if code == 0 { pthread_detach(thread) } else { start.release() }
    return code
}
