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
    /// Of the connection; nil where nobody watches it.
    let presence: ClientPresence?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        presence = ClientPresence.of(channel)
        peer = channel.remoteAddress?.ipAddress ?? ""
        if case .unixDomainSocket = channel.localAddress {
            isControlSocket = true
        } else {
            isControlSocket = false
        }
    }
}
