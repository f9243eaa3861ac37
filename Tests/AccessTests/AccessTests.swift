import Access
import Inventory
import MonitoringModel
import Synchronization
import TestSupport
import Testing

/// Tokens in memory; can be told to fail the next `add`.
private final class MemoryTokens: TokenStore {
    struct Taken: Error {}

    private let records = Mutex<[TokenRecord]>([])
    private let failsNextAdd = Mutex(false)

    init(_ records: [TokenRecord] = []) {
        self.records.withLock { $0 = records }
    }

    func failNextAdd() { failsNextAdd.withLock { $0 = true } }
    func tokens() async throws -> [TokenRecord] { records.withLock { $0 } }

    func add(_ token: TokenRecord) async throws {
        let fails = failsNextAdd.withLock { fails in
            defer { fails = false }
            return fails
        }
        try records.withLock { records in
            if fails || records.contains(where: { $0.name == token.name }) { throw Taken() }
            records.append(token)
        }
    }

    func remove(name: String) async throws -> Bool {
        records.withLock { records in
            let before = records.count
            records.removeAll { $0.name == name }
            return records.count < before
        }
    }
}

private let origin = Timestamp(milliseconds: 1_790_000_000_000)

/// A check point that knows one token per role, and one confined to an area per role.
private func checkPoint(anonymousViewer: Bool = false) async throws -> (CheckPoint, [String: Token], ManualClock) {
    var tokens: [String: Token] = [:]
    var records: [TokenRecord] = []
    for role in Role.allCases {
        for area in [nil, "ninh-kieu"] {
            let name = role.rawValue + (area == nil ? "" : "-confined")
            let token = Token.generate()
            tokens[name] = token
            records.append(
                TokenRecord(name: name, role: role, area: area, digest: token.digest, createdAt: origin))
        }
    }
    let clock = ManualClock(origin)
    let point = CheckPoint(tokens: MemoryTokens(records), anonymousViewer: anonymousViewer, clock: clock)
    try await point.refresh()
    return (point, tokens, clock)
}

extension Decision {
    fileprivate var principal: Principal? {
        if case .allowed(let principal) = self { return principal }
        return nil
    }

    fileprivate var code: Refusal.Code? {
        if case .refused(let refusal) = self { return refusal.code }
        return nil
    }
}

@Suite("Check point") struct CheckPointTests {
    /// Written out a second time on purpose: who may do what, by role from viewer to admin.
    static let table: [(Operation, everywhere: [Role], confined: [Role])] = [
        (.readHealth, Role.allCases, Role.allCases),
        (.readAssets, Role.allCases, Role.allCases),
        (.readPages, Role.allCases, Role.allCases),
        (.readMetrics, Role.allCases, Role.allCases),
        (.readAlerts, Role.allCases, Role.allCases),
        (.readTargets, Role.allCases, Role.allCases),
        (.readForecasts, Role.allCases, Role.allCases),
        (.query, Role.allCases, Role.allCases),
        (.readConfiguration, [.operator, .admin], []),
        (.reload, [.operator, .admin], []),
        (.writeSamples, [.operator, .admin], []),
        (.runForecasts, [.operator, .admin], []),
        (.readTokens, [.admin], []),
        (.createToken, [.admin], []),
        (.removeToken, [.admin], []),
        (.readDatabase, [.admin], []),
        (.verifyDatabase, [.admin], []),
        (.backUpDatabase, [.admin], []),
        (.exportDatabase, [.admin], []),
        (.importDatabase, [.admin], []),
        (.compactDatabase, [.admin], []),
    ]

    @Test("each role may do what the table says, and nothing else", arguments: table)
    func roles(operation: Operation, everywhere: [Role], confined: [Role]) async throws {
        let (point, tokens, _) = try await checkPoint()
        for role in Role.allCases {
            for (suffix, allowed) in [("", everywhere), ("-confined", confined)] {
                let name = role.rawValue + suffix
                let decision = point.decide(
                    operation, authorization: "Bearer \(tokens[name]?.text ?? "")", peer: "192.0.2.1",
                    isLoopbackListener: false)
                if allowed.contains(role) {
                    #expect(decision.principal != nil, "\(name) \(operation)")
                } else {
                    #expect(decision.code == .forbidden, "\(name) \(operation)")
                }
            }
        }
    }

    @Test("the table speaks of every operation")
    func complete() {
        #expect(Set(Self.table.map(\.0)) == Set(Operation.allCases))
    }

    @Test("without a credential only health and assets are open", arguments: Operation.allCases)
    func withoutCredential(operation: Operation) async throws {
        let (point, _, _) = try await checkPoint()
        for (peer, loopback) in [("127.0.0.1", true), ("::1", true), ("192.0.2.1", false)] {
            let decision = point.decide(
                operation, authorization: nil, peer: peer, isLoopbackListener: loopback)
            if operation == .readHealth || operation == .readAssets {
                #expect(decision.principal == .nobody)
            } else {
                #expect(decision.code == .unauthenticated)
            }
        }
    }

    @Test(
        "the anonymous viewer exists only on a loopback listener and for a loopback peer",
        arguments: [
            ("127.0.0.1", true, true), ("::1", true, true), ("127.0.0.1", false, false), ("192.0.2.1", true, false),
            ("192.0.2.1", false, false), ("", true, false), ("not an address", true, false),
        ])
    func anonymous(peer: String, loopback: Bool, allowed: Bool) async throws {
        let (point, _, _) = try await checkPoint(anonymousViewer: true)
        for operation in Operation.allCases where operation != .readHealth && operation != .readAssets {
            let decision = point.decide(operation, authorization: nil, peer: peer, isLoopbackListener: loopback)
            let expected: Principal? = allowed && Role.viewer.permits(operation) ? .anonymousViewer : nil
            #expect(decision.principal == expected, "\(operation)")
        }
    }

    @Test("a reload takes the anonymous viewer away")
    func anonymousRemoved() async throws {
        let (point, _, _) = try await checkPoint(anonymousViewer: true)
        point.update(anonymousViewer: false)
        let decision = point.decide(.readPages, authorization: nil, peer: "::1", isLoopbackListener: true)
        #expect(decision.code == .unauthenticated)
    }

    @Test(
        "a wrong credential is refused even where the anonymous viewer may read",
        arguments: [
            "", "Bearer", "Bearer ", "Bearer x", "Basic dXNlcjpwYXNz", "bearer hd_", "\(Token.generate().text)",
            "Bearer \(Token.generate().text)", "Bearer  \u{0}", "Token x",
        ])
    func wrongCredential(header: String) async throws {
        let (point, _, _) = try await checkPoint(anonymousViewer: true)
        let decision = point.decide(.readPages, authorization: header, peer: "127.0.0.1", isLoopbackListener: true)
        #expect(decision.code == .unauthenticated)
    }

    @Test("the scheme is compared without case")
    func schemeCase() async throws {
        let (point, tokens, _) = try await checkPoint()
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let decision = point.decide(
                .reload, authorization: "\(scheme) \(tokens["operator"]?.text ?? "")", peer: "192.0.2.1",
                isLoopbackListener: false)
            #expect(decision.principal == Principal(name: "operator", role: .operator))
        }
    }

    @Test("a refusal never repeats the credential")
    func refusalText() async throws {
        let (point, _, _) = try await checkPoint()
        let secret = Token.generate().text
        let decision = point.decide(
            .query, authorization: "Bearer \(secret)", peer: "192.0.2.1", isLoopbackListener: false)
        #expect(!"\(decision)".contains(secret))
    }

    @Test("after twenty wrong tokens a peer is refused for the rest of the minute, others are not")
    func attempts() async throws {
        let (point, tokens, clock) = try await checkPoint()
        let good = "Bearer \(tokens["viewer"]?.text ?? "")"
        func decide(_ header: String?, from peer: String) -> Decision {
            point.decide(.query, authorization: header, peer: peer, isLoopbackListener: false)
        }
        for _ in 0..<20 {
            for peer in ["192.0.2.1", "2001:db8::1", "127.0.0.1"] {
                #expect(decide("Bearer x", from: peer).code == .unauthenticated)
            }
        }
        #expect(decide(good, from: "192.0.2.1").code == .tooManyAttempts)
        #expect(decide(good, from: "2001:db8::2").code == .tooManyAttempts, "the same /64")
        #expect(decide(good, from: "192.0.2.2").principal != nil)
        #expect(decide(good, from: "2001:db8:0:1::1").principal != nil)
        #expect(decide(good, from: "127.0.0.1").principal != nil, "loopback is not counted")
        #expect(
            point.decide(.readHealth, authorization: "Bearer x", peer: "192.0.2.1", isLoopbackListener: false).principal
                == .nobody)
        clock.advance(by: .seconds(60))
        #expect(decide(good, from: "192.0.2.1").principal != nil)
    }

    @Test("ten thousand peers with wrong tokens do not open the check point to anybody")
    func manyPeers() async throws {
        let (point, _, _) = try await checkPoint()
        for number in 0..<10_000 {
            let decision = point.decide(
                .query, authorization: "Bearer x", peer: "10.0.\(number >> 8).\(number & 255)",
                isLoopbackListener: false)
            #expect(decision.code == .unauthenticated)
        }
    }

    @Test("a stored digest that is none matches nothing")
    func damagedRecord() async throws {
        let records = ["", "00", String(repeating: "g", count: 64), String(repeating: "+f", count: 32)].map {
            TokenRecord(name: "n\($0.count)\($0.first ?? "-")", role: .admin, digest: $0, createdAt: origin)
        }
        let point = CheckPoint(tokens: MemoryTokens(records), anonymousViewer: false, clock: ManualClock(origin))
        try await point.refresh()
        let decision = point.decide(.query, authorization: "Bearer ", peer: "192.0.2.1", isLoopbackListener: false)
        #expect(decision.code == .unauthenticated)
    }
}

@Suite("Tokens") struct TokenTests {
    @Test("a token has its form, and no two are the same")
    func form() {
        let tokens = (0..<100).map { _ in Token.generate() }
        #expect(Set(tokens.map(\.text)).count == 100)
        for token in tokens {
            #expect(token.text.utf8.count == 46)
            #expect(Token(token.text) == token)
            #expect(!"\(token)".contains(token.text.dropFirst(3)))
        }
        #expect(Token("hd_short") == nil)
        #expect(Token("hd_" + String(repeating: "+", count: 43)) == nil)
    }

    @Test("the digest is SHA-256 in lower-case hexadecimal")
    func digest() throws {
        // printf hd_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | sha256sum
        let token = try #require(Token("hd_" + String(repeating: "A", count: 43)))
        #expect(token.digest == "30514da726288b939c215f56d15890177a844b0af13a86d56adb41fa11149fa3")
    }

    @Test("the set-up token makes one administrator and is then gone")
    func setUp() async throws {
        let store = MemoryTokens()
        let point = CheckPoint(tokens: store, anonymousViewer: false, clock: ManualClock(origin))
        let former = try #require(try await point.makeSetUpToken(at: origin))
        let setUp = try #require(try await point.makeSetUpToken(at: origin), "unused, so printed anew")
        func decide(_ operation: Operation, _ token: Token) -> Decision {
            point.decide(
                operation, authorization: "Bearer \(token.text)", peer: "192.0.2.1", isLoopbackListener: false)
        }
        #expect(decide(.createToken, former).code == .unauthenticated)
        for operation in Operation.allCases where operation.requirement != .open && operation != .createToken {
            #expect(decide(operation, setUp).code == .forbidden, "\(operation)")
        }
        let principal = try #require(decide(.createToken, setUp).principal)
        await #expect(throws: Refusal.self) {
            try await point.createToken(name: "first", role: .viewer, by: principal, at: origin)
        }
        let admin = try await point.createToken(name: "first", role: .admin, by: principal, at: origin)
        #expect(decide(.createToken, setUp).code == .unauthenticated)
        #expect(decide(.createToken, admin).principal == Principal(name: "first", role: .admin))
        await #expect(throws: Refusal.self, "a second request with the same principal") {
            try await point.createToken(name: "second", role: .admin, by: principal, at: origin)
        }
        #expect(try await point.makeSetUpToken(at: origin) == nil)
        #expect(try await store.tokens().map(\.name) == ["first"])
    }

    @Test("of many requests with the set-up token at once, one succeeds")
    func setUpRace() async throws {
        let store = MemoryTokens()
        let point = CheckPoint(tokens: store, anonymousViewer: false, clock: ManualClock(origin))
        let setUp = try #require(try await point.makeSetUpToken(at: origin))
        let decision = point.decide(
            .createToken, authorization: "Bearer \(setUp.text)", peer: "192.0.2.1", isLoopbackListener: false)
        let principal = try #require(decision.principal)
        let made = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<16 {
                group.addTask {
                    (try? await point.createToken(name: "n\(number)", role: .admin, by: principal, at: origin)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(made == 1)
        #expect(try await store.tokens().count == 1)
    }

    @Test("when the store fails, the set-up token stays good")
    func setUpStoreFails() async throws {
        let store = MemoryTokens()
        let point = CheckPoint(tokens: store, anonymousViewer: false, clock: ManualClock(origin))
        let setUp = try #require(try await point.makeSetUpToken(at: origin))
        let principal = Principal(name: CheckPoint.setUpName, role: .admin)
        store.failNextAdd()
        await #expect(throws: MemoryTokens.Taken.self) {
            try await point.createToken(name: "first", role: .admin, by: principal, at: origin)
        }
        let decision = point.decide(
            .createToken, authorization: "Bearer \(setUp.text)", peer: "192.0.2.1", isLoopbackListener: false)
        #expect(decision.principal == principal)
    }

    @Test("the first token made on the command line ends the set-up; a removed token is refused at once")
    func commandLine() async throws {
        let store = MemoryTokens()
        let point = CheckPoint(tokens: store, anonymousViewer: false, clock: ManualClock(origin))
        _ = try await point.makeSetUpToken(at: origin)
        let owner = Principal(name: "command line", role: .admin)
        let token = try await point.createToken(
            name: "grafana", role: .viewer, area: "ninh-kieu", by: owner, at: origin)
        #expect(try await store.tokens().map(\.name) == ["grafana"])
        func decide() -> Decision {
            point.decide(
                .query, authorization: "Bearer \(token.text)", peer: "192.0.2.1", isLoopbackListener: false)
        }
        #expect(decide().principal == Principal(name: "grafana", role: .viewer, area: "ninh-kieu"))
        #expect(try await point.removeToken(name: "grafana"))
        #expect(decide().code == .unauthenticated)
        #expect(try await !point.removeToken(name: "grafana"))
    }

    @Test(
        "names that are taken, reserved or unfit for a log are refused",
        arguments: ["grafana", "set-up", "anonymous", "", "a b", "x\n", "trạm", String(repeating: "a", count: 65)])
    func names(name: String) async throws {
        let point = CheckPoint(tokens: MemoryTokens(), anonymousViewer: false, clock: ManualClock(origin))
        let owner = Principal(name: "command line", role: .admin)
        _ = try await point.createToken(name: "grafana", role: .viewer, by: owner, at: origin)
        await #expect(throws: Refusal.self) {
            try await point.createToken(name: name, role: .viewer, by: owner, at: origin)
        }
    }

    @Test("only a city-wide administrator makes tokens")
    func notAllowed() async throws {
        let point = CheckPoint(tokens: MemoryTokens(), anonymousViewer: false, clock: ManualClock(origin))
        for principal in [
            Principal(name: "o", role: .operator), Principal(name: "a", role: .admin, area: "ninh-kieu"), .nobody,
        ] {
            await #expect(throws: Refusal.self) {
                try await point.createToken(name: "x", role: .viewer, by: principal, at: origin)
            }
        }
    }
}

@Suite("Area scope") struct AreaScopeTests {
    private let inventory = CityInventory(
        areas: [
            Area(id: "city", names: [Dated(LocalizedText("Cần Thơ"))]),
            Area(id: "ninh-kieu", names: [Dated(LocalizedText("Ninh Kiều"))], parents: [Dated("city")]),
            Area(id: "cai-khe", names: [Dated(LocalizedText("Cái Khế"))], parents: [Dated("ninh-kieu")]),
        ],
        sites: [
            Site(id: "centre", names: [], areas: [Dated("city")]),
            Site(id: "ward", names: [], areas: [Dated("cai-khe")]),
        ])

    @Test(
        "a principal sees the sites under its area",
        arguments: [
            (nil, QueryScope.everything), ("city", .sites(["centre", "ward"])), ("ninh-kieu", .sites(["ward"])),
            ("gone", .sites([])), ("", .sites([])),
        ] as [(String?, QueryScope)])
    func scope(area: String?, expected: QueryScope) {
        #expect(Principal(name: "p", role: .viewer, area: area).scope(in: inventory) == expected)
    }

    @Test("who is not known sees no site")
    func nobody() {
        #expect(Principal.nobody.scope(in: inventory) == .sites([]))
    }
}
