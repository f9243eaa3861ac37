import Foundation
package import HTTPAPI
import HTTPTransport
package import MonitoringModel

/// Asks a running service for its forecasts: over the network, or through the control socket of a data directory.
package struct ForecastClient: Sendable {
    private let place: QueryClient.Place

    package init(_ place: QueryClient.Place) {
        self.place = place
    }

    /// - Parameter resources: ids; empty: all, without details.
    /// - Throws: `ServiceError` when nobody answers or the answer is a refusal.
    package func report(of resources: [String]) async throws -> CapacityReport {
        try await read("/api/v1/capacity/forecasts", resources.map { ("resource", $0) })
    }

    /// - Parameter loads: names; empty: all, without details.
    /// - Throws: `ServiceError` when nobody answers or the answer is a refusal.
    package func loads(of loads: [String]) async throws -> LoadReport {
        try await read("/api/v1/load/forecasts", loads.map { ("load", $0) })
    }

    private func read<Report: Decodable>(
        _ path: String, _ parameters: [(String, String)]
    ) async throws -> Report {
        let query = parameters.isEmpty ? "" : "?" + ControlClient.encode(parameters)
        return try Self.decode(Envelope<Report>.self, try await send("GET", path + query, timeout: .seconds(60))).data
    }

    /// Forecasts everything now.
    /// - Parameter progress: told only by a service whose control socket is asked.
    package func run(progress: @escaping CareProgress.Handler) async throws -> CapacityRunReport {
        let path = "/api/v1/capacity/run"
        if case .dataDirectory(let directory) = place {
            return try await ControlStream(socket: try Self.socket(of: directory)).work(path, progress: progress)
        }
        let body = try await send("POST", path, timeout: .seconds(3600))
        let last = body.split(separator: UInt8(ascii: "\n")).last.map(Array.init) ?? []
        let line = try Self.decode(CareLine<CapacityRunReport>.self, last)
        if let result = line.result { return result }
        throw ServiceError(line.error ?? "expected a result of the service, found the end of its answer")
    }

    // MARK: Asking

    private struct Envelope<Value: Decodable>: Decodable {
        var data: Value
    }

    private struct Failure: Decodable {
        var error: String
    }

    private static func socket(of directory: String) throws -> String {
        guard case .service(let socket) = try DirectoryHolder(of: directory) else {
            throw ServiceError(
                "\(directory): expected a service that runs on it, since forecasts are the service's, found none")
        }
        return socket
    }

    private func send(_ method: String, _ path: String, timeout: Duration) async throws -> [UInt8] {
        var request: HTTPRequest
        let name: String
        switch place {
        case .server(let url, let token):
            request = HTTPRequest(method: method, url: try QueryClient.root(url) + path)
            if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
            name = QueryClient.shown(url)
        case .dataDirectory(let directory):
            request = HTTPRequest(method: method, url: "http://localhost" + path)
            name = try Self.socket(of: directory)
            request.unixSocket = name
        }
        request.timeout = timeout
        request.maximumBodyBytes = 1 << 28
        let client = HTTPClient()
        defer { client.close() }
        let response: HTTPResponse
        do {
            response = try await client.perform(request)
        } catch {
            throw ServiceError("\(name): expected a service that answers, found none (\(error))")
        }
        guard response.status == 200 else {
            let message = (try? JSONDecoder().decode(Failure.self, from: Data(response.body)))?.error
            let hint = response.status == 401 ? "; a token is taken from \(QueryClient.tokenVariable)" : ""
            throw ServiceError("\(name): \(message ?? "expected status 200, found \(response.status)")\(hint)")
        }
        return response.body
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ body: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch {
            throw ServiceError("expected forecasts as this version writes them, found another answer")
        }
    }
}
