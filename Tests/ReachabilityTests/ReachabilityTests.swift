import Reachability
import Testing

@Suite(.timeLimit(.minutes(2))) struct ReachabilityTests {
    private static let here = ReachabilityTarget(address: [127, 0, 0, 1], port: 1)
    private static let elsewhere = ReachabilityTarget(address: [127, 9, 9, 9], port: 1)
    private static let here6 = ReachabilityTarget(address: Array(repeating: 0, count: 15) + [1], port: 1)
    /// The kernel refuses to send there, so that no probe leaves the machine.
    private static let nowhere = ReachabilityTarget(address: [255, 255, 255, 255], port: 1)

    private func prober(usesTCP: Bool) throws -> ReachabilityProber {
        var options = ReachabilityProber.Options()
        options.interval = .milliseconds(300)
        options.timeout = .milliseconds(200)
        options.usesTCP = usesTCP
        return try ReachabilityProber(options: options)
    }

    /// The outcomes of each target until each has some.
    private func outcomes(_ prober: ReachabilityProber, of ids: Set<String>) async -> [String: [Duration?]] {
        var outcomes: [String: [Duration?]] = [:]
        for await round in prober.rounds {
            #expect(round.age < .seconds(60))
            for (id, time) in round.roundTrips { outcomes[id, default: []].append(time) }
            if ids.allSatisfy({ outcomes[$0, default: []].count >= 3 }) { break }
        }
        return outcomes
    }

    @Test("who is there answers, in time; who is not does not, and keeps nobody waiting", arguments: [false, true])
    func probes(usesTCP: Bool) async throws {
        let prober = try prober(usesTCP: usesTCP)
        if usesTCP { #expect(prober.method == .tcp) }
        prober.update(["here": Self.here, "elsewhere": Self.elsewhere, "here6": Self.here6, "nowhere": Self.nowhere])
        let outcomes = await outcomes(prober, of: ["here", "elsewhere", "here6", "nowhere"])
        for id in ["here", "elsewhere", "here6"] {
            // A loaded machine may be late once.
            let answered = outcomes[id, default: []].compactMap { $0 }
            #expect(!answered.isEmpty, "\(id)")
            #expect(answered.allSatisfy { $0 > .zero && $0 < .seconds(1) }, "\(id)")
        }
        #expect(outcomes["nowhere"]?.allSatisfy { $0 == nil } == true)
        prober.close()
    }

    @Test("an update adds and removes targets, and closing ends the rounds")
    func updates() async throws {
        let prober = try prober(usesTCP: true)
        prober.update(["a": Self.here])
        #expect(await outcomes(prober, of: ["a"]).keys.sorted() == ["a"])
        prober.update(["b": Self.elsewhere])
        #expect(await outcomes(prober, of: ["b"])["b"]?.isEmpty == false)
        prober.close()
        for await _ in prober.rounds {}
    }

    /// Feeds outcomes in and says after each whether the agent is to be asked; when it is, it answers as `isUp` says.
    private func questions(
        _ tracker: inout ReachabilityTracker, _ outcomes: [Bool], isUp: Bool
    ) -> [Bool] {
        outcomes.map { isAnswered in
            let isAsked = tracker.probed(isAnswered: isAnswered)
            if isAsked { tracker.judged(isUp: isUp) }
            return isAsked
        }
    }

    @Test("the agent is asked after lost probes of a device that used to answer, and when it answers again")
    func tracking() {
        var tracker = ReachabilityTracker()
        let lost = { Array(repeating: false, count: $0) }
        // It never answered, so it may forbid probes; then it begins to answer.
        #expect(questions(&tracker, lost(20) + [true, true], isUp: true) == lost(20) + [true, false])
        // One lost probe is mere loss.
        #expect(questions(&tracker, [false, true], isUp: true) == [false, false])
        // It is gone, in the end for so long that its slots will do.
        #expect(
            questions(&tracker, lost(13), isUp: false) == [false] + Array(repeating: true, count: 10) + [false, false])
        // It boots: the network answers before the agent does.
        #expect(questions(&tracker, [true, true], isUp: false) == [true, true])
        #expect(questions(&tracker, [true, true], isUp: true) == [true, false])
    }

    @Test("a device that forbids probes from now on, and is there, is left alone")
    func forbidding() {
        var tracker = ReachabilityTracker()
        let outcomes = [true] + Array(repeating: false, count: 20)
        #expect(questions(&tracker, outcomes, isUp: true) == [false, false, true] + Array(repeating: false, count: 18))
    }
}
