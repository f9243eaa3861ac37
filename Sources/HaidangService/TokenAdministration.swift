package import Access
import DatabaseFiles
import Foundation
import HTTPTransport
import StateStore

/// Changes tokens of a data directory: through the control socket while a service holds the directory, else in its files
/// under the same lock.
package struct TokenAdministration: Sendable {
    package struct Row: Decodable, Sendable {
        package var name: String
        package var role: String
        package var area: String?
        var token: String?
    }

    private let directory: String

    package init(dataDirectory: String) {
        directory = dataDirectory
    }

    /// The new token's text.
    package func create(name: String, role: Role, area: String?) async throws -> String {
        try await perform { client in
            var form = [("name", name), ("role", role.rawValue)]
            if let area { form.append(("area", area)) }
            let row: Row = try await client.send("POST", "/api/v1/tokens", form: form)
            guard let token = row.token else { throw ServiceError("the service answered without a token") }
            return token
        } offline: { checkPoint, _ in
            let now = SystemClock().now
            return try await checkPoint.createToken(
                name: name, role: role, area: area, by: Principal(name: "command line", role: .admin), at: now
            ).text
        }
    }

    package func list() async throws -> [Row] {
        try await perform { client in
            try await client.send("GET", "/api/v1/tokens")
        } offline: { _, store in
            try await store.tokens().map { Row(name: $0.name, role: $0.role.rawValue, area: $0.area) }
        }
    }

    /// False when there is none of that name.
    package func remove(name: String) async throws -> Bool {
        try await perform { client in
            do {
                let _: [String: String] = try await client.send("DELETE", "/api/v1/tokens", query: [("name", name)])
                return true
            } catch let error as ControlClient.Refused where error.status == 404 {
                return false
            }
        } offline: { checkPoint, _ in
            try await checkPoint.removeToken(name: name)
        }
    }

    private func perform<Value: Sendable>(
        online: (ControlClient) async throws -> Value, offline: (CheckPoint, StateDatabase) async throws -> Value
    ) async throws -> Value {
        let lock: DataDirectoryLock
        switch try DirectoryHolder(of: directory) {
        case .service(let socket):
            let client = ControlClient(socket: socket)
            defer { client.close() }
            return try await online(client)
        case .caller(let own):
            lock = own
        }
        let store = try StateDatabase(directory: lock.directory)
        let checkPoint = CheckPoint(tokens: store, anonymousViewer: false, clock: SystemClock())
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await offline(checkPoint, store))
        } catch {
            outcome = .failure(error)
        }
        try store.close()
        withExtendedLifetime(lock) {}
        return try outcome.get()
    }
}

/// Asks a running service through its control socket.
struct ControlClient {
    /// The service's answer was not a success.
    struct Refused: Error, CustomStringConvertible {
        var status: Int
        var description: String
    }

    private let client = HTTPClient()
    private let socket: String

    init(socket: String) {
        self.socket = socket
    }

    func close() {
        client.close()
    }

    /// The `data` of the reply's envelope.
    func send<Value: Decodable>(
        _ method: String, _ path: String, query: [(String, String)] = [], form: [(String, String)] = []
    ) async throws -> Value {
        var request = HTTPRequest(method: method, url: "http://localhost" + path)
        if !query.isEmpty { request.url += "?" + Self.encode(query) }
        if !form.isEmpty {
            request.body = Array(Self.encode(form).utf8)
            request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
        }
        request.unixSocket = socket
        let response = try await client.perform(request)
        let decoder = JSONDecoder()
        guard response.status == 200 else { throw Self.refused(response.status, response.body) }
        return try decoder.decode(Envelope<Value>.self, from: Data(response.body)).data
    }

    static func refused(_ status: Int, _ body: [UInt8]) -> Refused {
        let message = (try? JSONDecoder().decode(Failure.self, from: Data(body)))?.error
        return Refused(status: status, description: message ?? "the service answered with status \(status)")
    }

    static func encode(_ pairs: [(String, String)]) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return pairs.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.joined(separator: "&")
    }

    private struct Envelope<Value: Decodable>: Decodable {
        var data: Value
    }

    private struct Failure: Decodable {
        var error: String
    }
}
