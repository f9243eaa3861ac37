import Logging
import ServiceLifecycle

/// The HTTP listeners: one for all devices, one for the control page, and one on ::1 when a device is there.
final class PageServer: Sendable {
    let httpPort: UInt16
    let controlPort: UInt16
    /// Serves all listeners; `run` awaits it, `stop` cancels it.
    private let serving: Task<Void, any Error>

    private enum Event: Sendable {
        case listening(String, UInt16)
        case ended(any Error)
    }

    /// Returns once every listener accepts connections.
    ///
    /// - Throws: `.system` when a port cannot be had.
    init(city: SimulatedCity, httpPort: UInt16, controlPort: UInt16, token: String) async throws {
        let devices = DeviceResponder(city: city)
        let control = ControlResponder(city: city, token: Array(token.utf8))
        var logger = Logger(label: "simulator")
        logger.logLevel = .critical
        let (first, ports) = try await Self.serve(
            [
                HTTPListener(name: "http", host: "0.0.0.0", port: httpPort) {
                    try await devices.respond(to: $0, context: $1)
                },
                HTTPListener(name: "control", host: "127.0.0.1", port: controlPort) {
                    try await control.respond(to: $0, context: $1)
                },
            ], logger: logger)
        self.httpPort = ports["http"] ?? 0
        self.controlPort = ports["control"] ?? 0
        guard city.addresses.usesIPv6 else {
            serving = first
            return
        }
        do {
            let (second, _) = try await Self.serve(
                [
                    HTTPListener(name: "ipv6", host: "::1", port: self.httpPort) {
                        try await devices.respond(to: $0, context: $1)
                    }
                ], logger: logger)
            // Ends with its parts; awaited by `run`.
            serving = Task {
                try await withTaskCancellationHandler {
                    try await first.value
                    try await second.value
                } onCancel: {
                    first.cancel()
                    second.cancel()
                }
            }
        } catch {
            first.cancel()
            throw error
        }
    }

    /// Runs listeners in one task, which `run` awaits, and waits until all of them listen.
    private static func serve(
        _ listeners: [HTTPListener], logger: Logger
    ) async throws -> (Task<Void, any Error>, [String: UInt16]) {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        let task = Task {
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for listener in listeners {
                        group.addTask {
                            try await listener.run(logger: logger) { continuation.yield(.listening(listener.name, $0)) }
                        }
                    }
                    // One that ends takes the others with it.
                    try await group.next()
                    group.cancelAll()
                }
            } catch {
                continuation.yield(.ended(error))
                throw error
            }
        }
        var ports: [String: UInt16] = [:]
        for await event in events {
            switch event {
            case .listening(let name, let port): ports[name] = port
            case .ended(let error):
                let names = listeners.map { "\($0.host):\($0.port)" }.joined(separator: ", ")
                throw SimulationError(.system, "listening on \(names): \(error)")
            }
            if ports.count == listeners.count { break }
        }
        return (task, ports)
    }

    /// Waits until cancelled or asked to shut down gracefully.
    func run() async throws {
        let serving = self.serving
        do {
            try await withTaskCancellationHandler {
                try await withGracefulShutdownHandler {
                    try await serving.value
                } onGracefulShutdown: {
                    serving.cancel()
                }
            } onCancel: {
                serving.cancel()
            }
        } catch is CancellationError {
            return
        }
    }

    func stop() {
        serving.cancel()
    }
}
