import HTTPTransport
import Synchronization

extension HTTPClient {
    /// What performing the request throws, or nil.
    func failure(of request: HTTPRequest) async -> HTTPTransportError? {
        do throws(HTTPTransportError) {
            _ = try await perform(request)
            return nil
        } catch {
            return error
        }
    }
}

/// What an address check was asked about.
final class AskedAddresses: Sendable {
    private let addresses = Mutex<Set<String>>([])

    func add(_ address: String) {
        _ = addresses.withLock { $0.insert(address) }
    }

    var all: Set<String> { addresses.withLock { $0 } }
}
