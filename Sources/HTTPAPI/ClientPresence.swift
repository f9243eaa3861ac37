package import NIOCore
import Synchronization

/// Knows of one connection when its client goes, so that what nobody waits for any more can be given up. A handler of the
/// connection's channel; its state may be read from any thread.
package final class ClientPresence: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    package typealias InboundIn = Never

    private struct State {
        var isGone = false
        var nextNumber = 0
        var watchers: [Int: @Sendable () -> Void] = [:]
    }

    private let state = Mutex(State())
    /// By the identity of the channel, while it is open.
    private static let known = Mutex<[ObjectIdentifier: ClientPresence]>([:])
    /// Of the request that is being handled; nil over a connection nobody watches.
    @TaskLocal static var current: ClientPresence?

    package init() {}

    static func of(_ channel: any Channel) -> ClientPresence? {
        known.withLock { $0[ObjectIdentifier(channel)] }
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        Self.known.withLock { $0[ObjectIdentifier(context.channel)] = self }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        Self.known.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(context.channel)) }
        leave()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.fireChannelRead(data) }

    package func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// The client has closed its side: it asks nothing more, and those that do so before they have their answer do not want it.
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { leave() }
        context.fireUserInboundEventTriggered(event)
    }

    private func leave() {
        let watchers = state.withLock { state in
            state.isGone = true
            defer { state.watchers = [:] }
            return state.watchers.values
        }
        for watcher in watchers { watcher() }
    }

    /// Runs `body`, whose task is cancelled when the client goes.
    static func whileWaiting<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let presence = current else { return try await body() }
        // Awaited below, and so ended before this function returns; it is a task of its own so that the watcher can cancel it.
        let task = Task { try await body() }
        let number = presence.watch { task.cancel() }
        defer { presence.forget(number) }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    private func watch(_ watcher: @escaping @Sendable () -> Void) -> Int {
        let (number, isGone) = state.withLock { state in
            state.nextNumber += 1
            if !state.isGone { state.watchers[state.nextNumber] = watcher }
            return (state.nextNumber, state.isGone)
        }
        if isGone { watcher() }
        return number
    }

    private func forget(_ number: Int) {
        state.withLock { _ = $0.watchers.removeValue(forKey: number) }
    }
}
