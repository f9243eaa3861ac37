import Access
import AlertDispatch
import DatabaseFiles
import GRDB
import Incidents
import MonitoringModel
import Polling
import SNMP
import StateStore
import TestSupport
import Testing

/// A state store in a directory of its own.
private final class Fixture {
    let directory: TemporaryDirectory
    private(set) var store: StateDatabase

    init() throws {
        directory = try TemporaryDirectory()
        store = try StateDatabase(directory: directory.path)
    }

    func reopen() throws {
        try store.close()
        store = try StateDatabase(directory: directory.path)
    }

    /// Opens `state.db` beside the store's back; the store must be closed.
    func withFile<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: directory.file("state.db"))
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }
}

private let start = Timestamp(milliseconds: 1_790_000_000_000)

@Suite("State file")
struct StateFileTests {
    @Test("this side's SNMPv3 engine is the same after a restart, one boot older")
    func engine() async throws {
        let fixture = try Fixture()
        let first = try await fixture.store.startEngine()
        #expect(first.boots == 1)
        try fixture.reopen()
        #expect(try await fixture.store.startEngine() == EngineIdentity(id: first.id, boots: 2))
        #expect(try await fixture.store.startEngine() == EngineIdentity(id: first.id, boots: 3))
    }

    @Test("what is known of devices is there after a restart")
    func deviceMemories() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.store.deviceMemories().isEmpty)
        var memory = DeviceMemory()
        memory.serial = "FOC1"
        memory.counterShifts = [DeviceMemory.CounterShift(series: LabelSet(metric: "ifHCInOctets"), amount: -7.5)]
        try await fixture.store.save(["sw-1": memory, "sw-2": DeviceMemory()])
        memory.serial = "FOC2"
        try await fixture.store.save(["sw-1": memory])
        try fixture.reopen()
        #expect(try await fixture.store.deviceMemories() == ["sw-1": memory, "sw-2": DeviceMemory()])
    }

    @Test(
        "a new file has its final shape",
        arguments: [
            ("page_size", 4096), ("auto_vacuum", 2), ("user_version", 5), ("application_id", 0x6864_7374),
        ])
    func created(pragma: String, expected: Int) throws {
        let fixture = try Fixture()
        try fixture.store.close()
        #expect(try fixture.withFile { try Int.fetchOne($0, sql: "PRAGMA \(pragma)") } == expected)
        #expect(try fixture.withFile { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test("a file of a newer version is refused")
    func newerVersion() throws {
        let fixture = try Fixture()
        try fixture.store.close()
        try fixture.withFile { try $0.execute(sql: "PRAGMA user_version = 6") }
        let error = #expect(throws: DatabaseFileError.self) { try StateDatabase(directory: fixture.directory.path) }
        #expect(error?.code == .newerVersion)
    }

    @Test("the file of samples is not taken for the file of state")
    func foreign() throws {
        let fixture = try Fixture()
        try fixture.store.close()
        try fixture.withFile { try $0.execute(sql: "PRAGMA application_id = \(0x6864_6d74)") }
        let error = #expect(throws: DatabaseFileError.self) { try StateDatabase(directory: fixture.directory.path) }
        #expect(error?.code == .foreign)
    }

    @Test("a closed store throws and does not crash")
    func closed() async throws {
        let fixture = try Fixture()
        try fixture.store.close()
        try fixture.store.close()
        let error = await #expect(throws: DatabaseFileError.self) { try await fixture.store.load() }
        #expect(error?.code == .closed)
        await #expect(throws: DatabaseFileError.self) { try await fixture.store.save([]) }
    }

    @Test("calls of many tasks at once all count")
    func concurrency() async throws {
        let fixture = try Fixture()
        let store = fixture.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    try await store.record(audit: AuditEntry(at: start, principal: "\(number)", action: "test"))
                    _ = try await store.audit(limit: 10)
                }
            }
            try await group.waitForAll()
        }
        #expect(Set(try await store.audit(limit: 100).map(\.principal)).count == 50)
        try store.close()
    }
}

@Suite("Alert state")
struct AlertStateTests {
    let records = [
        AlertRecord(
            entity: "link:b", labels: LabelSet([Label("alertname", "LinkDown"), Label("link", "b")]),
            annotations: ["summary": "Link \"b\" is down", "summary_vi": "Đường truyền “b” bị đứt"],
            activeAt: start, source: .trap),
        AlertRecord(
            entity: "device:a", labels: LabelSet([Label("alertname", "DeviceDown")]), annotations: [:],
            activeAt: start + .seconds(1), source: .poll),
    ]

    @Test("saved alerts come back equal and in order, also after a restart")
    func restart() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.store.load() == [])
        try await fixture.store.save(records)
        #expect(try await fixture.store.load() == records)
        try fixture.reopen()
        #expect(try await fixture.store.load() == records)
        try fixture.store.close()
    }

    @Test("saving replaces everything")
    func replaces() async throws {
        let fixture = try Fixture()
        try await fixture.store.save(records)
        try await fixture.store.save([records[1]])
        #expect(try await fixture.store.load() == [records[1]])
        try await fixture.store.save([])
        #expect(try await fixture.store.load() == [])
        try fixture.store.close()
    }

    @Test("a row this version cannot read is an error that names it")
    func malformed() async throws {
        let fixture = try Fixture()
        try await fixture.store.save(records)
        try fixture.store.close()
        try fixture.withFile { try $0.execute(sql: "UPDATE alerts SET source = 'rumour' WHERE position = 1") }
        try fixture.reopen()
        let error = await #expect(throws: StateStoreError.self) { try await fixture.store.load() }
        #expect(error?.code == .malformedRow)
        #expect(error?.message.contains("device:a") == true)
        try fixture.store.close()
    }
}

@Suite("Outbox")
struct OutboxTests {
    static func entry(_ key: String, after seconds: Int = 0) -> OutboxEntry {
        OutboxEntry(
            key: key, receiver: "webhook", body: Array("{\"key\":\"\(key)\"}".utf8),
            createdAt: start + .seconds(seconds))
    }

    @Test("entries wait in order until they are delivered or given up, also over a restart")
    func lifeOfEntries() async throws {
        let fixture = try Fixture()
        let entries = ["c", "a", "b"].enumerated().map { Self.entry($1, after: $0) }
        try await fixture.store.enqueue(entries)
        try fixture.reopen()
        #expect(try await fixture.store.pending() == entries)

        try await fixture.store.recordFailure(key: "a", error: "timeout", at: start + .seconds(5))
        try await fixture.store.recordFailure(key: "a", error: "refused", at: start + .seconds(6))
        try await fixture.store.recordDelivery(key: "c", at: start + .seconds(7))
        try await fixture.store.recordAbandonment(key: "b", error: "receiver removed", at: start + .seconds(8))
        try fixture.reopen()
        let pending = try await fixture.store.pending()
        #expect(pending.map(\.key) == ["a"])
        #expect(pending.first?.attempts == 2)
        #expect(pending.first?.lastError == "refused")
        let log = try await fixture.store.notificationLog(limit: 10)
        #expect(log.map(\.key) == ["b", "c"])
        #expect(log.map(\.outcome) == [.abandoned, .delivered])
        #expect(log.map(\.attempts) == [0, 1])
        #expect(log.map(\.error) == ["receiver removed", nil])
        #expect(log.last?.body == entries[0].body)
        #expect(log.last?.finishedAt == start + .seconds(7))
        try fixture.store.close()
    }

    @Test("a key enters once for ever")
    func idempotency() async throws {
        let fixture = try Fixture()
        try await fixture.store.enqueue([Self.entry("a")])
        try await fixture.store.recordFailure(key: "a", error: "timeout", at: start)
        try await fixture.store.enqueue([Self.entry("a", after: 9), Self.entry("b")])
        #expect(try await fixture.store.pending().map(\.attempts) == [1, 0])
        try await fixture.store.recordDelivery(key: "a", at: start)
        try await fixture.store.enqueue([Self.entry("a"), Self.entry("b")])
        #expect(try await fixture.store.pending().map(\.key) == ["b"])
        try fixture.store.close()
    }

    @Test("a delivery reported twice is logged once, and an unknown key is an error")
    func repeated() async throws {
        let fixture = try Fixture()
        try await fixture.store.enqueue([Self.entry("a")])
        try await fixture.store.recordDelivery(key: "a", at: start)
        try await fixture.store.recordDelivery(key: "a", at: start + .seconds(1))
        #expect(try await fixture.store.notificationLog(limit: 10).map(\.finishedAt) == [start])
        for report in [
            { try await fixture.store.recordDelivery(key: "x", at: start) },
            { try await fixture.store.recordFailure(key: "x", error: "timeout", at: start) },
            { try await fixture.store.recordAbandonment(key: "x", error: "gone", at: start) },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: StateStoreError.self) { try await report() }
            #expect(error?.code == .unknownKey)
        }
        try fixture.store.close()
    }
}

@Suite("Tokens and audit")
struct TokenTests {
    let setUp = TokenRecord(
        name: "set-up", role: .admin, digest: String(repeating: "a", count: 64), createdAt: start, isOneTime: true)
    let planner = TokenRecord(
        name: "planner of Ninh Kiều", role: .planner, area: "ninh-kieu", digest: String(repeating: "b", count: 64),
        createdAt: start + .seconds(1))

    @Test("tokens come back equal after a restart and can be removed once")
    func restart() async throws {
        let fixture = try Fixture()
        try await fixture.store.add(planner)
        try await fixture.store.add(setUp)
        try fixture.reopen()
        #expect(try await fixture.store.tokens() == [setUp, planner])
        #expect(try await fixture.store.remove(name: "set-up"))
        #expect(try await fixture.store.remove(name: "set-up") == false)
        try fixture.reopen()
        #expect(try await fixture.store.tokens() == [planner])
        try fixture.store.close()
    }

    @Test("of many that use up a one-time token at once, one succeeds")
    func oneTime() async throws {
        let fixture = try Fixture()
        try await fixture.store.add(setUp)
        let store = fixture.store
        let successes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await store.remove(name: "set-up") } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 1)
        try store.close()
    }

    @Test("a name or a text in use is refused, without showing the text")
    func taken() async throws {
        let fixture = try Fixture()
        try await fixture.store.add(setUp)
        var sameName = planner
        sameName.name = setUp.name
        var sameText = planner
        sameText.digest = setUp.digest
        for (token, code) in [(sameName, StateStoreError.Code.nameTaken), (sameText, .digestTaken)] {
            let error = await #expect(throws: StateStoreError.self) { try await fixture.store.add(token) }
            #expect(error?.code == code)
            #expect(error?.description.contains(token.digest) == false)
        }
        #expect(try await fixture.store.tokens() == [setUp])
        try fixture.store.close()
    }

    @Test("a token whose role is unknown is an error, not another role")
    func unknownRole() async throws {
        let fixture = try Fixture()
        try await fixture.store.add(planner)
        try fixture.store.close()
        try fixture.withFile { try $0.execute(sql: "UPDATE tokens SET role = 'owner'") }
        try fixture.reopen()
        await #expect(throws: StateStoreError.self) { try await fixture.store.tokens() }
        try fixture.store.close()
    }

    @Test("audit rows come back newest first, also after a restart")
    func audit() async throws {
        let fixture = try Fixture()
        let entries = [
            AuditEntry(at: start, principal: "haidang", action: "service.start"),
            AuditEntry(
                at: start + .seconds(1), principal: "an", role: .admin, action: "token.create", subject: "planner",
                outcome: "refused", detail: "name in use"),
        ]
        try await fixture.store.record(audit: entries)
        try fixture.reopen()
        #expect(try await fixture.store.audit(limit: 10) == entries.reversed())
        #expect(try await fixture.store.audit(limit: 1) == [entries[1]])
        try fixture.store.close()
    }
}
