import HTTPAPI
import MonitoringModel
import Testing

@Suite("Query desk")
struct QueryDeskTests {
    /// Runs `body` while the desk's one place is taken by `asker`.
    private func whileTaken(
        _ desk: QueryDesk, by asker: String, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (ended, end) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await desk.serve(asker) { _ in
                    start.yield()
                    for await _ in ended { break }
                }
            }
            for await _ in started { break }
            defer { end.yield() }
            try await body()
        }
    }

    private func refusal(_ desk: QueryDesk, _ asker: String, waitingAtMost limit: Duration) async -> QueryError? {
        do {
            try await desk.serve(asker, waitingAtMost: limit) { _ in }
            return nil
        } catch {
            return error as? QueryError
        }
    }

    @Test("who gets no turn within the time allowed is refused and leaves nothing behind")
    func waitsNotTooLong() async throws {
        let desk = QueryDesk(atOnce: 1)
        try await whileTaken(desk, by: "a") {
            let error = await refusal(desk, "b", waitingAtMost: .milliseconds(1))
            #expect(error?.code == .timeout)
            #expect(desk.figures.waiting == 0)
        }
        #expect(desk.figures.running == 0)
        let served = try await desk.serve("b", waitingAtMost: .zero) { _ in 7 }
        #expect(served == 7)
    }

    @Test("who has as many as allowed waits for an own place while others get in, and is told how long that took")
    func waitsForOwn() async throws {
        let desk = QueryDesk(atOnce: 2, atOnceByAsker: 1)
        let waited = try await withThrowingTaskGroup(of: Duration.self) { group in
            try await whileTaken(desk, by: "a") {
                let isServed = try await desk.serve("b") { _ in true }
                #expect(isServed)
                let error = await refusal(desk, "a", waitingAtMost: .zero)
                #expect(error?.code == .timeout)
            }
            group.addTask { try await desk.serve("a") { $0 } }
            return try await group.next()
        }
        #expect(waited ?? .seconds(-1) >= .zero)
        #expect(desk.figures.running == 0)
    }

    @Test("more than may wait are refused at once")
    func full() async throws {
        let desk = QueryDesk(atOnce: 1, mostWaiting: 0)
        try await whileTaken(desk, by: "a") {
            let error = await refusal(desk, "b", waitingAtMost: .seconds(60))
            #expect(error?.message.contains("at most 0 queries that wait") == true)
        }
    }

    @Test("who gives up while waiting gets no place")
    func givesUp() async throws {
        let desk = QueryDesk(atOnce: 1)
        try await whileTaken(desk, by: "a") {
            let outcome = await withTaskGroup(of: Bool.self) { group in
                group.addTask { (try? await desk.serve("b") { _ in }) == nil }
                group.cancelAll()
                return await group.next()
            }
            #expect(outcome == true)
        }
        #expect(desk.figures.running == 0)
        #expect(desk.figures.waiting == 0)
    }
}
