package import NIOCore

/// Closes a connection whose client takes nothing of its answer for a while, so that what is held for the answer is free for
/// others. A handler of the connection's channel.
///
/// A client that takes some of it in time is waited for, however slow it is.
package final class StalledReader: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = Never

    private let patience: TimeAmount
    private var end: Scheduled<Void>?

    package init(patience: TimeAmount = .seconds(30)) {
        self.patience = patience
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.fireChannelRead(data) }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        end?.cancel()
        end = nil
        if !context.channel.isWritable {
            let channel = context.channel
            end = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        }
        context.fireChannelWritabilityChanged()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }
}
