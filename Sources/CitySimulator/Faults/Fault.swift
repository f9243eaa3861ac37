import Inventory

/// Something that is done to the simulated city, by dense numbers.
///
/// The language is one line of text, `VERB:ID[:VALUE]`; see `Fault.grammar`.
enum Fault: Hashable, Sendable {
    case linkDown(Int)
    case linkUp(Int)
    case deviceDead(Int)
    case deviceAlive(Int)
    /// Share of requests that are lost, 0...1.
    case packetLoss(Int, Double)
    /// Seconds every answer is late.
    case slow(Int, Double)
    /// The port goes down and up, each for `period` wall-clock seconds.
    case flapping(CityPlan.PortReference, period: Double)
    case upsOnBattery(Int)
    /// Bytes added at once; may be negative.
    case storageJump(Int, Double)
    case reboot(Int)
    case renumber(Int)
    case clearDevice(Int)
    case clearLink(Int)
    case clearPool(Int)
    case clearAll
    case trapsOff
    case trapsOn

    /// What an argument of a verb is.
    enum Argument: Sendable {
        case none, link, device, ups, devicePort, pool, anything
    }

    struct Verb: Sendable {
        let name: String
        let argument: Argument
        /// What stands behind the id; empty: nothing does.
        let value: String
        let meaning: String
    }

    /// Every verb, as help for people.
    static let grammar: [Verb] = [
        Verb(name: "link-down", argument: .link, value: "", meaning: "cuts the line; both ends send linkDown"),
        Verb(name: "link-up", argument: .link, value: "", meaning: "mends it"),
        Verb(
            name: "device-dead", argument: .device, value: "",
            meaning: "the device answers nothing and passes nothing on"),
        Verb(name: "device-alive", argument: .device, value: "", meaning: "it works again"),
        Verb(
            name: "packet-loss", argument: .device, value: "SHARE", meaning: "loses this share (0...1) of its requests"),
        Verb(name: "slow", argument: .device, value: "SECONDS", meaning: "answers this late (0...600)"),
        Verb(
            name: "flapping", argument: .devicePort, value: "IFNAME(SECONDS)",
            meaning: "the port changes its state every so many seconds (20 without)"),
        Verb(name: "ups-on-battery", argument: .ups, value: "", meaning: "mains fails; the battery discharges"),
        Verb(name: "storage-jump", argument: .pool, value: "BYTES", meaning: "the pool fills by so many bytes at once"),
        Verb(name: "reboot", argument: .device, value: "", meaning: "uptime and counters begin again; sends coldStart"),
        Verb(name: "ifindex-renumber", argument: .device, value: "", meaning: "every port gets another ifIndex"),
        Verb(name: "clear", argument: .anything, value: "", meaning: "ends every fault of a device, link or pool"),
        Verb(name: "clear-all", argument: .none, value: "", meaning: "ends every fault"),
        Verb(name: "traps-off", argument: .none, value: "", meaning: "no device sends traps"),
        Verb(name: "traps-on", argument: .none, value: "", meaning: "they send them again"),
    ]

    /// - Throws: `.fault`, naming what is known and the nearest of it, when the text is not a fault of this city.
    init(_ text: String, plan: CityPlan) throws(SimulationError) {
        let parts = text.trimmingBlanks().split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            .map { String($0) }
        let name = parts[0]
        guard let verb = Self.grammar.first(where: { $0.name == name }) else {
            let known = Self.grammar.map(\.name)
            throw SimulationError(
                .fault,
                "unknown fault \"\(name.shortened)\"\(Nearest.hint(name, among: known)); known: "
                    + known.joined(separator: ", "))
        }
        let id = parts.count > 1 ? parts[1] : ""
        let value = parts.count > 2 ? parts[2] : nil
        if verb.argument == .none {
            guard parts.count == 1 else { throw SimulationError(.fault, "\(name) stands alone") }
        } else if id.isEmpty {
            throw SimulationError(.fault, "\(name): expected \(Self.usage(verb))")
        }
        if verb.value.isEmpty, value != nil {
            throw SimulationError(.fault, "\(name): expected \(Self.usage(verb)), found a value behind the id")
        }
        guard verb.value.isEmpty || value?.isEmpty == false else {
            throw SimulationError(.fault, "\(name): expected \(Self.usage(verb))")
        }
        let text = value ?? ""
        switch name {
        case "link-down": self = .linkDown(try Self.link(id, plan))
        case "link-up": self = .linkUp(try Self.link(id, plan))
        case "device-dead": self = .deviceDead(try Self.device(id, plan))
        case "device-alive": self = .deviceAlive(try Self.device(id, plan))
        case "packet-loss":
            self = .packetLoss(try Self.device(id, plan), try Self.number(text, in: 0...1, verb))
        case "slow": self = .slow(try Self.device(id, plan), try Self.number(text, in: 0...600, verb))
        case "flapping": self = try Self.flapping(try Self.device(id, plan), text, plan)
        case "ups-on-battery": self = .upsOnBattery(try Self.ups(id, plan))
        case "storage-jump":
            self = .storageJump(try Self.pool(id, plan), try Self.number(text, in: -1e18...1e18, verb))
        case "reboot": self = .reboot(try Self.device(id, plan))
        case "ifindex-renumber": self = .renumber(try Self.device(id, plan))
        case "clear": self = try Self.clear(id, plan)
        case "clear-all": self = .clearAll
        case "traps-off": self = .trapsOff
        default: self = .trapsOn
        }
    }

    static func usage(_ verb: Verb) -> String {
        let id =
            switch verb.argument {
            case .none: ""
            case .link: ":LINK"
            case .device, .devicePort: ":DEVICE"
            case .ups: ":UPS"
            case .pool: ":POOL"
            case .anything: ":ID"
            }
        return verb.name + id + (verb.value.isEmpty ? "" : ":" + verb.value)
    }

    // MARK: arguments

    private static func link(_ id: String, _ plan: CityPlan) throws(SimulationError) -> Int {
        try find(id, plan.linkNumbers, "link")
    }

    private static func device(_ id: String, _ plan: CityPlan) throws(SimulationError) -> Int {
        try find(id, plan.deviceNumbers, "device")
    }

    private static func pool(_ id: String, _ plan: CityPlan) throws(SimulationError) -> Int {
        try find(id, plan.poolNumbers, "pool")
    }

    private static func ups(_ id: String, _ plan: CityPlan) throws(SimulationError) -> Int {
        let units = plan.deviceNumbers.filter { plan.devices[$0.value].kind == .ups }
        return try find(id, units, "UPS")
    }

    private static func clear(_ id: String, _ plan: CityPlan) throws(SimulationError) -> Fault {
        if let device = plan.deviceNumbers[id] { return .clearDevice(device) }
        if let link = plan.linkNumbers[id] { return .clearLink(link) }
        if let pool = plan.poolNumbers[id] { return .clearPool(pool) }
        let all = Array(plan.deviceNumbers.keys) + Array(plan.linkNumbers.keys) + Array(plan.poolNumbers.keys)
        throw SimulationError(
            .fault, "clear: no device, link or pool has the id \"\(id.shortened)\"\(Nearest.hint(id, among: all))")
    }

    private static func flapping(_ device: Int, _ text: String, _ plan: CityPlan) throws(SimulationError) -> Fault {
        var name = text
        var period = 20.0
        if let open = text.lastIndex(of: "("), text.last == ")",
            let seconds = Double(text[text.index(after: open)...].dropLast())
        {
            guard seconds >= 0.1, seconds <= 86_400 else {
                throw SimulationError(.fault, "flapping: expected a period of 0.1...86400 seconds, found \(seconds)")
            }
            name = String(text[..<open])
            period = seconds
        }
        guard let port = plan.devices[device].port(named: name) else {
            let names = plan.devices[device].ports.map(\.name)
            throw SimulationError(
                .fault,
                "flapping: \"\(plan.devices[device].id)\" has no port \"\(name.shortened)\""
                    + "\(Nearest.hint(name, among: names)); it has " + names.joined(separator: ", "))
        }
        return .flapping(CityPlan.PortReference(device: device, port: port), period: period)
    }

    private static func number(
        _ text: String, in range: ClosedRange<Double>, _ verb: Verb
    ) throws(SimulationError) -> Double {
        guard let number = Double(text), range.contains(number) else {
            throw SimulationError(
                .fault,
                "\(verb.name): expected \(verb.value) between \(range.lowerBound) and \(range.upperBound), "
                    + "found \"\(text.shortened)\"")
        }
        return number
    }

    private static func find(
        _ id: String, _ numbers: [String: Int], _ what: String
    ) throws(SimulationError) -> Int {
        if let number = numbers[id] { return number }
        let known = numbers.keys.sorted()
        let list = known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", … (\(known.count) in all)" : "")
        throw SimulationError(
            .fault,
            "no \(what) has the id \"\(id.shortened)\"\(Nearest.hint(id, among: known)); known: "
                + (known.isEmpty ? "none" : list))
    }
}

extension String {
    fileprivate func trimmingBlanks() -> String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// Enough of a hostile text for a message.
    fileprivate var shortened: String { count > 60 ? String(prefix(60)) + "…" : self }
}

/// The known word a person probably meant.
enum Nearest {
    /// `, did you mean "…"?` or nothing.
    static func hint(_ word: String, among known: [String]) -> String {
        let bounded = String(word.prefix(80))
        let ranked = known.map { (distance: distance(bounded, $0), word: $0) }
            .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        guard let ranked, ranked.distance <= max(2, bounded.count / 3) else { return "" }
        return ", did you mean \"\(ranked.word)\"?"
    }

    /// Insertions, removals and replacements between two words (Levenshtein).
    private static func distance(_ first: String, _ second: String) -> Int {
        let second = Array(second)
        var row = Array(0...second.count)
        for (i, character) in first.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in second.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (character == other ? 0 : 1))
                diagonal = above
            }
        }
        return row[second.count]
    }
}
