import HTTPTypes
import Hummingbird
import HummingbirdCore
import Inventory
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// The figures of one connection that a simulated device needs to know who was called.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// This machine's side of the connection; nil when it is no IP connection.
    var localAddress: IPAddress? { LoopbackGuard.address(channel.localAddress) }
}

/// One HTTP/1.1 listener that speaks with loopback only.
struct HTTPListener: Sendable {
    typealias Answer = @Sendable (Request, ConnectionContext) async throws -> Response

    let name: String
    let host: String
    let port: UInt16
    let answer: Answer

    /// A connection nobody uses is closed after this, as is one whose device is silent.
    static let patience: TimeAmount = .seconds(60)

    /// Serves until cancelled.
    ///
    /// - Parameter onListening: called with the port picked once connections are accepted.
    func run(logger: Logger, onListening: @escaping @Sendable (UInt16) -> Void) async throws {
        let application = Application(
            responder: CallbackResponder<ConnectionContext>(callback: answer),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [LoopbackGuard()], idleTimeout: Self.patience)),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: Int(port)), serverName: nil, reuseAddress: true),
            onServerRunning: { channel in
                onListening(UInt16(clamping: channel.localAddress?.port ?? 0))
            },
            logger: logger)
        try await application.run()
    }
}

/// Closes a connection that comes from or leads to anything but loopback, before a byte of it is read.
final class LoopbackGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { check(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        check(context)
        context.fireChannelActive()
    }

    private func check(_ context: ChannelHandlerContext) {
        guard Self.address(context.channel.localAddress)?.isLoopback == true,
            Self.address(context.channel.remoteAddress)?.isLoopback == true
        else {
            context.close(promise: nil)
            return
        }
    }

    /// The address without its port; nil when it is none of IPv4 or IPv6.
    static func address(_ address: SocketAddress?) -> IPAddress? {
        address?.ipAddress.flatMap { IPAddress($0) }
    }
}

extension Response {
    /// A text answer of a given type.
    init(_ status: HTTPResponse.Status, _ type: String, _ text: String, _ extra: [HTTPField] = []) {
        var headers = HTTPFields(extra)
        headers[.contentType] = type
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
