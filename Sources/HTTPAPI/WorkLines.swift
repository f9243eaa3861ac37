import Access
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MonitoringModel

/// Answers long work with lines of JSON: `{"progress":{"step":"…","share":0.4}}` while it goes on, then
/// `{"result":{…}}` or `{"error":"…"}`. The status is 200 in each case, as it is sent first.
struct WorkLines: Sendable {
    let view: any ServiceView
    let logger: Logger

    /// - Parameters:
    ///   - name: of the work, for the log.
    ///   - audit: what is added to the audit when the work is done or failed.
    func response<Result: Codable & Sendable>(
        _ name: String, audit: (action: String, principal: Principal, subject: String)? = nil,
        _ work: @escaping @Sendable (@escaping CareProgress.Handler) async throws -> Result
    ) -> Response {
        var headers = SecurityHeaders.fields
        headers[.contentType] = "application/x-ndjson"
        let (view, logger) = (view, logger)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                let (steps, continuation) = AsyncStream.makeStream(
                    of: CareProgress.self, bufferingPolicy: .bufferingNewest(1))
                // Ends with the reply: a reader that has gone ends the work at the next line.
                async let line: CareLine<Result> = {
                    defer { continuation.finish() }
                    do {
                        let result = try await work { continuation.yield($0) }
                        if let audit {
                            await view.audit(audit.action, by: audit.principal, subject: audit.subject, outcome: "done")
                        }
                        return CareLine(result: result)
                    } catch {
                        if let audit {
                            await view.audit(
                                audit.action, by: audit.principal, subject: audit.subject, outcome: "failed")
                        }
                        return CareLine(error: Self.text(of: error, name, logger))
                    }
                }()
                for await step in steps {
                    try await writer.write(Self.line(CareLine<Result>(progress: step)))
                }
                try await writer.write(Self.line(await line))
                try await writer.finish(nil)
            })
    }

    /// What is not made for showing goes to the log.
    private static func text(of error: any Error, _ name: String, _ logger: Logger) -> String {
        if let error = error as? StoreCareError { return error.description }
        if error is CancellationError { return "the work was ended before it was done" }
        logger.error("work on the data failed", metadata: ["work": "\(name)", "error": "\(error)"])
        return "internal error; the log of the service has the details"
    }

    private static func line(_ value: some Encodable) -> ByteBuffer {
        ByteBuffer(string: json(value) + "\n")
    }

    static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return ((try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) })
            ?? "{\"error\":\"internal error\"}"
    }
}
