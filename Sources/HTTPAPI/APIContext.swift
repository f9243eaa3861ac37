package import Hummingbird
import Logging
import NIOCore

/// What is known of a request beside its text: where it came from.
package struct APIContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The peer's address without port; "" over a Unix socket.
    package let peer: String
    /// The request came over the control socket, whose file mode admits the owner of the data directory only.
    package let isControlSocket: Bool

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        peer = channel.remoteAddress?.ipAddress ?? ""
        if case .unixDomainSocket = channel.localAddress {
            isControlSocket = true
        } else {
            isControlSocket = false
        }
    }
}
