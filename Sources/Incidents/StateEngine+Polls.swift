import MonitoringModel

/// Polls: who answers, who is silent, who is declared down.
extension StateEngine {
    mutating func observePoll(_ number: Int, isUp: Bool, reason: String?, at time: Timestamp) -> [Alert] {
        if let last = devices[number].lastPoll, time.isLate(after: last) { return [] }
        devices[number].lastPoll = time
        return isUp ? observeAnswer(number, at: time) : observeSilence(number, reason: reason, at: time)
    }

    private mutating func observeAnswer(_ number: Int, at time: Timestamp) -> [Alert] {
        devices[number].lastUp = time
        guard devices[number].hasPath else {
            let wasDown = devices[number].isDown
            devices[number].downSince = nil
            devices[number].isRestored = false
            // Asked before the cause failed, an answer says nothing about paths now.
            let failedAt = devices[number].cause.flatMap { failed($0) } ?? devices[number].lostSince
            if failedAt.map({ time > $0 }) ?? true {
                devices[number].isProven = true
                devices[number].isSeen = true
                return settle(at: time)
            }
            devices[number].resetMisses()
            return wasDown ? settle(at: time) : []
        }
        devices[number].isSeen = true
        guard devices[number].misses > 0 || devices[number].isDown else { return [] }
        let wasDown = devices[number].isDown
        devices[number].resetMisses()
        devices[number].downSince = nil
        devices[number].isRestored = false
        suspectsChanged = true
        held.remove(number)
        return wasDown || declareHeld() ? settle(at: time) : []
    }

    private mutating func observeSilence(_ number: Int, reason: String?, at time: Timestamp) -> [Alert] {
        guard devices[number].hasPath, !devices[number].isDown else { return [] }
        if devices[number].isProven {
            devices[number].isProven = false
            return settle(at: time)
        }
        devices[number].misses += 1
        devices[number].reason = reason
        if devices[number].misses == 1 {
            devices[number].firstMiss = time
            suspectsChanged = true
        }
        guard devices[number].misses >= max(1, options.missedPolls) else { return [] }
        held.insert(number)
        return declareHeld() ? settle(at: time) : []
    }

    /// Declares those of the held devices down for which nobody else can be the cause, nearest first; false when there was none.
    mutating func declareHeld() -> Bool {
        held = held.filter { devices[$0].hasPath && !devices[$0].isDown }
        guard !held.isEmpty else { return false }
        if suspectsChanged {
            pathsAroundSuspects = topology.reach(
                closed: links.map(\.carriesNothing), silent: devices.map { $0.misses > 0 || $0.isDown },
                proven: devices.indices.filter { devices[$0].isProven })
            suspectsChanged = false
        }
        let patience = 2 * max(1, options.missedPolls)
        let decided = held.filter { pathsAroundSuspects[$0] || devices[$0].misses >= patience }
        guard let nearest = decided.map({ topology.distance[$0] }).min() else { return false }
        for number in decided where topology.distance[number] == nearest {
            devices[number].downSince = devices[number].firstMiss
            held.remove(number)
        }
        return true
    }
}
