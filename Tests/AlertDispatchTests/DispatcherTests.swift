import AlertDispatch
import HTTPTransport
import MonitoringModel
import TestSupport
import Testing

private let origin = Timestamp(milliseconds: 1_790_000_000_125)

private func alert(_ link: String, _ state: Alert.State = .firing) -> Alert {
    Alert(
        labels: LabelSet([Label("alertname", "LinkDown"), Label("link", link), Label("severity", "critical")]),
        annotations: ["summary_vi": "Mất đường truyền \(link): A \"Gi0/1\" – B", "carrier": "VNPT"], state: state,
        activeAt: origin, resolvedAt: state == .resolved ? origin + .seconds(60) : nil)
}

private func receiver(_ sink: HTTPSink, _ name: String = "ops", timeout: Duration = .seconds(30)) -> Receiver {
    Receiver(name: name, webhook: sink.url, allowsLocalAddresses: true, timeout: timeout)
}

private let quick = RetryPolicy(first: .milliseconds(5), longest: .milliseconds(40))

/// Runs a dispatcher beside `body` and ends it afterwards.
private func withDispatcher(
    _ receivers: [Receiver], _ outbox: MemoryOutbox, clock: ManualClock = ManualClock(origin),
    retry: RetryPolicy = quick, _ body: (Dispatcher) async throws -> Void
) async throws {
    let http = HTTPClient()
    defer { http.close() }
    let dispatcher = Dispatcher(receivers: receivers, outbox: outbox, http: http, clock: clock, retry: retry)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await dispatcher.run() }
        try await body(dispatcher)
        group.cancelAll()
    }
}

@Suite("Dispatcher", .timeLimit(.minutes(1))) struct DispatcherTests {
    @Test("alerts arrive as one notification per receiver, as Alertmanager words them")
    func delivery() async throws {
        let sinks = try [HTTPSink(), HTTPSink()]
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sinks[0], "a"), receiver(sinks[1], "b")], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("access"), alert("ring", .resolved)])
            try await eventually("both delivered") { outbox.now.delivered.count == 2 && dispatcher.status.pending == 0 }
            #expect(dispatcher.status.delivered == 2)
            #expect(dispatcher.status.lastError == nil)
        }
        let request = try #require(sinks[0].requests.first)
        #expect(request.line == "POST /hook/SECRET HTTP/1.1")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.json["idempotencyKey"] as? String == request.key)
        #expect(request.key.utf8.count == 32)
        #expect(sinks[1].requests.map(\.key) != [request.key])
        let text = String(decoding: request.body, as: UTF8.self)
        #expect(
            text == """
                {"alerts":[{"annotations":{"carrier":"VNPT","summary_vi":"Mất đường truyền access: A \\"Gi0/1\\" – B"},\
                "endsAt":"0001-01-01T00:00:00Z","fingerprint":"c1eecb630b44d4ae","generatorURL":"",\
                "labels":{"alertname":"LinkDown","link":"access","severity":"critical"},\
                "startsAt":"2026-09-21T14:13:20.125Z","status":"firing"},\
                {"annotations":{"carrier":"VNPT","summary_vi":"Mất đường truyền ring: A \\"Gi0/1\\" – B"},\
                "endsAt":"2026-09-21T14:14:20.125Z","fingerprint":"e9ec88b6211ec50e","generatorURL":"",\
                "labels":{"alertname":"LinkDown","link":"ring","severity":"critical"},\
                "startsAt":"2026-09-21T14:13:20.125Z","status":"resolved"}],\
                "commonAnnotations":{"carrier":"VNPT"},"commonLabels":{"alertname":"LinkDown","severity":"critical"},\
                "externalURL":"","groupKey":"{}:{alertname=\\"LinkDown\\", severity=\\"critical\\"}",\
                "groupLabels":{"alertname":"LinkDown","severity":"critical"},"idempotencyKey":"\(request.key)",\
                "receiver":"a","status":"firing","truncatedAlerts":0,"version":"4"}
                """)
    }

    @Test("a failed attempt is made again under the same key", arguments: [500, 502, 503, 429, 408])
    func retried(status: Int) async throws {
        let sink = try HTTPSink { _, number in HTTPSink.Answer(status: number < 2 ? status : 204) }
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sink)], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("access")])
            try await eventually("delivered") { outbox.now.delivered.count == 1 }
            try await eventually("counted") { dispatcher.status.pending == 0 }
            #expect(dispatcher.status.failedAttempts == 2)
            #expect(dispatcher.status.lastError == nil)
        }
        #expect(sink.requests.count == 3)
        #expect(Set(sink.requests.map(\.key)).count == 1)
        #expect(outbox.now.failures == ["status \(status)", "status \(status)"])
    }

    @Test("what the receiver will never take is given up, with the reason", arguments: [400, 401, 404, 410, 301, 307])
    func abandoned(status: Int) async throws {
        let elsewhere = try HTTPSink()
        let sink = try HTTPSink { _, _ in HTTPSink.Answer(status: status, headers: ["Location": elsewhere.url]) }
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sink)], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("access")])
            try await eventually("given up") { !outbox.now.abandoned.isEmpty }
            try await eventually("counted") { dispatcher.status.pending == 0 }
            #expect(dispatcher.status.abandoned == 1)
            #expect(dispatcher.status.lastError == "ops: status \(status)")
        }
        #expect(Array(outbox.now.abandoned.values) == ["status \(status)"])
        #expect(sink.requests.count == 1)
        #expect(elsewhere.requests.isEmpty)
    }

    @Test("what a former process left is delivered first, in its order")
    func restart() async throws {
        let sink = try HTTPSink()
        let left = (0..<100).map {
            OutboxEntry(key: "k\($0)", receiver: "ops", body: Array("{}".utf8), createdAt: origin)
        }
        let outbox = MemoryOutbox(left)
        try await withDispatcher([receiver(sink)], outbox) { _ in
            try await eventually("all delivered") { outbox.now.delivered.count == 100 }
        }
        #expect(sink.requests.map(\.key) == left.map(\.key))
    }

    @Test("a process that ends during an attempt leaves the notification for the next one")
    func endedDuringAttempt() async throws {
        let sink = try HTTPSink { _, number in HTTPSink.Answer(isSilent: number == 0) }
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sink)], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("access")])
            try await eventually("asked") { sink.requests.count == 1 }
        }
        #expect(outbox.now.pending.count == 1)
        #expect(outbox.now.failures.isEmpty)
        try await withDispatcher([receiver(sink)], outbox) { _ in
            try await eventually("delivered") { outbox.now.delivered.count == 1 }
        }
        #expect(Set(sink.requests.map(\.key)).count == 1)
    }

    @Test("an address of this machine is refused before anything is sent, and the URL stays unsaid")
    func refused() async throws {
        let sink = try HTTPSink()
        let outbox = MemoryOutbox()
        let receivers = ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"].map {
            Receiver(name: $0, webhook: "http://\($0):\(sink.port)/hook/SECRET")
        }
        try await withDispatcher(receivers, outbox) { dispatcher in
            try await dispatcher.dispatch([alert("access")])
            try await eventually("all given up", within: .seconds(30)) {
                outbox.now.abandoned.count == receivers.count
            }
            #expect(dispatcher.status.lastError?.contains("SECRET") == false)
        }
        #expect(Set(outbox.now.abandoned.values) == ["address_refused"])
        #expect(sink.requests.isEmpty)
    }

    @Test("a slow receiver delays no other")
    func slow() async throws {
        let slow = try HTTPSink { _, _ in HTTPSink.Answer(isSilent: true) }
        let fast = try HTTPSink()
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(slow, "slow"), receiver(fast, "fast")], outbox) { dispatcher in
            for number in 0..<20 { try await dispatcher.dispatch([alert("link\(number)")]) }
            try await eventually("the fast one has all") { fast.requests.count == 20 }
        }
        #expect(slow.requests.count == 1)
    }

    @Test("order is kept while a notification is retried for want of an answer")
    func order() async throws {
        let sink = try HTTPSink { _, number in HTTPSink.Answer(isSilent: number < 8) }
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sink, timeout: .milliseconds(50))], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("first")])
            try await dispatcher.dispatch([alert("second")])
            try await eventually("both delivered", within: .seconds(30)) { outbox.now.delivered.count == 2 }
        }
        let keys = sink.requests.map(\.key)
        #expect(Set(keys).count == 2)
        #expect(keys == keys.filter { $0 == keys.first } + keys.filter { $0 != keys.first })
    }

    @Test("a notification the receiver keeps refusing stands aside for the others")
    func poisoned() async throws {
        let sink = try HTTPSink { request, _ in
            HTTPSink.Answer(status: String(decoding: request.body, as: UTF8.self).contains("poison") ? 500 : 200)
        }
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sink)], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("poison")])
            try await dispatcher.dispatch([alert("good")])
            try await eventually("the good one delivered") { outbox.now.delivered.count == 1 }
            try await dispatcher.dispatch([alert("later")])
            try await eventually("the later one too") { outbox.now.delivered.count == 2 }
            let attempts = sink.requests.count
            try await eventually("the other is still tried") { sink.requests.count > attempts }
        }
        #expect(outbox.now.pending.count == 1)
    }

    @Test("a receiver's Retry-After is honoured")
    func retryAfter() async throws {
        let sink = try HTTPSink { _, number in
            number == 0 ? HTTPSink.Answer(status: 429, headers: ["Retry-After": "1"]) : HTTPSink.Answer()
        }
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sink)], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("access")])
            try await eventually("delivered") { outbox.now.delivered.count == 1 }
        }
        let times = sink.requests.map(\.arrived)
        try #require(times.count == 2)
        #expect(times[1] - times[0] >= .milliseconds(900))
    }

    @Test("a receiver that leaves the configuration takes what waits for it along; one that comes is served")
    func updated() async throws {
        let dead = try HTTPSink { _, _ in HTTPSink.Answer(status: 503) }
        let sink = try HTTPSink()
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(dead, "old")], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("access")])
            try await eventually("tried") { !dead.requests.isEmpty }
            dispatcher.update([receiver(sink, "new")])
            try await eventually("given up") { outbox.now.abandoned.count == 1 }
            try await dispatcher.dispatch([alert("ring")])
            try await eventually("delivered") { outbox.now.delivered.count == 1 }
            dispatcher.update([])
            try await dispatcher.dispatch([alert("nobody")])
            dispatcher.update([receiver(sink, "new")])
            try await dispatcher.dispatch([alert("back")])
            try await eventually("delivered again") { outbox.now.delivered.count == 2 }
        }
        #expect(Array(outbox.now.abandoned.values) == ["the receiver is no longer configured"])
        #expect(outbox.now.pending.isEmpty)
    }

    @Test("the same news dispatched twice are one notification; ended news are another")
    func sameNews() async throws {
        let sink = try HTTPSink()
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sink)], outbox) { dispatcher in
            for _ in 0..<3 { try await dispatcher.dispatch([alert("access")]) }
            try await dispatcher.dispatch([alert("access", .resolved)])
            try await dispatcher.dispatch([])
            try await eventually("two delivered") { outbox.now.delivered.count == 2 }
        }
        #expect(sink.requests.map { $0.json["status"] as? String } == ["firing", "resolved"])
    }

    @Test("a notification a day old is given up after one more attempt")
    func old() async throws {
        let sink = try HTTPSink { _, _ in HTTPSink.Answer(status: 503) }
        let entry = OutboxEntry(key: "k", receiver: "ops", body: [], createdAt: origin - .seconds(24 * 3600))
        let outbox = MemoryOutbox([entry])
        try await withDispatcher([receiver(sink)], outbox) { _ in
            try await eventually("given up") { outbox.now.abandoned["k"] == "status 503; given up after a day" }
        }
    }

    @Test("when the outbox cannot note a delivery, nothing is sent twice")
    func outboxFails() async throws {
        let sink = try HTTPSink()
        let outbox = MemoryOutbox()
        outbox.change { $0.deliveryFailures = 3 }
        try await withDispatcher([receiver(sink)], outbox) { dispatcher in
            try await dispatcher.dispatch([alert("access")])
            try await eventually("noted") { outbox.now.delivered.count == 1 }
        }
        #expect(sink.requests.count == 1)
    }

    @Test("what the outbox cannot take is delivered from memory, once, and noted when the outbox works again")
    func outboxBroken() async throws {
        let sink = try HTTPSink { _, number in HTTPSink.Answer(status: number == 1 ? 404 : 200) }
        let outbox = MemoryOutbox()
        try await withDispatcher([receiver(sink)], outbox) { dispatcher in
            let news = [[alert("access")], [alert("access", .resolved)], [alert("core")]]
            outbox.change { $0.isBroken = true }
            for alerts in news {
                await #expect(throws: MemoryOutbox.Failure.self) { try await dispatcher.dispatch(alerts) }
                await #expect(throws: MemoryOutbox.Failure.self) { try await dispatcher.dispatch(alerts) }
            }
            try await eventually("two delivered, one given up") {
                dispatcher.status.delivered == 2 && dispatcher.status.abandoned == 1
            }
            #expect(dispatcher.status.pending == 0)
            #expect(outbox.now.delivered.isEmpty)
            outbox.change { $0.isBroken = false }
            for alerts in news { try await dispatcher.dispatch(alerts) }
            try await eventually("noted") { outbox.now.delivered.count == 2 && outbox.now.abandoned.count == 1 }
            try await dispatcher.dispatch([alert("last")])
            try await eventually("delivered") { outbox.now.delivered.count == 3 }
            #expect(dispatcher.status.pending == 0)
        }
        #expect(sink.requests.count == 4)
    }
}

extension Dispatcher {
    fileprivate func dispatch(_ alerts: [Alert]) async throws {
        try await dispatch(try notifications(about: alerts))
    }
}

@Suite("Address policy") struct AddressPolicyTests {
    @Test(
        "only addresses of other machines on the network are allowed",
        arguments: [
            ("192.0.2.10", true), ("10.1.2.3", true), ("2001:db8::1", true), ("fd00::1", true),
            ("::ffff:192.0.2.10", true),
            ("64:ff9b::192.0.2.10", true), ("127.0.0.1", false), ("127.9.9.9", false), ("::1", false),
            ("::ffff:127.0.0.1", false), ("64:ff9b::127.0.0.1", false), ("::127.0.0.1", false), ("0.0.0.0", false),
            ("0.1.2.3", false), ("::", false), ("169.254.169.254", false), ("::ffff:169.254.169.254", false),
            ("fe80::1", false), ("fe80::1%eth0", false), ("febf::1", false), ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("ff02::1", false), ("198.51.100.7", false), ("::ffff:198.51.100.7", false),
            ("64:ff9b::198.51.100.7", false),
            ("2001:db8::7", false), ("2001:DB8:0::7", false), ("", false), ("localhost", false), ("1.2.3", false),
        ])
    func table(address: String, isAllowed: Bool) {
        let policy = AddressPolicy(own: ["198.51.100.7", "2001:db8::7"])
        #expect(policy.allows(address) == isAllowed)
    }

    @Test("the machine's own addresses can be read")
    func own() {
        #expect(!AddressPolicy.current().allows("127.0.0.1"))
    }
}
