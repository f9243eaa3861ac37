import PromQLSyntax

/// The sequence of a seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Writes random expressions that pass the checks of types, with random blanks, comments and letter case.
struct ExpressionGenerator {
    var numbers: SeededNumbers

    mutating func expression(_ type: ExpressionType, depth: Int) -> String {
        switch type {
        case .scalar: scalar(depth)
        case .string: string()
        case .instantVector: vector(depth)
        case .rangeVector: rangeVector(depth)
        }
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &numbers)]
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }

    private mutating func blank() -> String { pick(["", "", " ", "  ", "\n", "\t", " # note\n"]) }

    private mutating func word(_ word: String) -> String {
        pick([" ", "\n "]) + (chance(20) ? word.uppercased() : word) + " "
    }

    private mutating func list(_ count: ClosedRange<Int>, _ element: (inout Self) -> String) -> String {
        let elements = (0..<Int.random(in: count, using: &numbers)).map { _ in blank() + element(&self) + blank() }
        return elements.joined(separator: ",") + (!elements.isEmpty && chance(20) ? "," : "")
    }

    // MARK: leaves

    private mutating func number() -> String {
        pick(["0", "1", "2.5", "1e3", "1e-9", "0x1F", "017", "Inf", "nan", "123456789.125", "1e300", ".25", "1_000"])
    }

    private mutating func duration() -> String {
        pick(["5m", "1h30m", "300", "1.5", "1y", "2w3d", "90s", "250ms", "36h"])
    }

    private mutating func string() -> String {
        pick([
            "\"a\"", "'it''s'".replacing("''", with: "\\'"), "`raw\\`", "\"\\n\\u1ea5\"", "\"Cần Thơ\"", "\"\"",
            "\"\\x7f\u{A0}\"",
        ])
    }

    private mutating func label() -> String {
        pick(["a", "b", "instance", "on", "sum", "Inf", "_x", "\"utf.8\"", "'Cần Thơ'", "\"0\""])
    }

    private mutating func matcher() -> String {
        label() + blank() + pick(["=", "!=", "=~", "!~"]) + blank() + string()
    }

    private mutating func selector() -> String {
        let name = pick(["up", "a:b", "sum", "and", "offset", "Start", "ifHCInOctets", "infinity"])
        if chance(15) { return "{\"quoted name\",\(list(0...2) { $0.matcher() })}" }
        return name + (chance(50) ? blank() + "{\(list(0...3) { $0.matcher() })}" : "")
    }

    private mutating func times() -> String {
        let offset = word("offset") + pick(["", "-", "+", "- "]) + duration()
        let time = blank() + "@" + blank() + pick(["start()", "END( )", "1.5", "-3", "1e9", "5m"])
        return pick(["", "", "", offset, time, offset + time, time + offset])
    }

    // MARK: operations

    private mutating func scalar(_ depth: Int) -> String {
        guard depth > 0 else { return number() }
        switch Int.random(in: 0..<7, using: &numbers) {
        case 0: return "(" + blank() + scalar(depth - 1) + blank() + ")"
        case 1: return pick(["-", "+"]) + blank() + scalar(depth - 1)
        case 2:
            return scalar(depth - 1) + " " + pick(["+", "-", "*", "/", "%", "^", "atan2"]) + " " + scalar(depth - 1)
        case 3: return scalar(depth - 1) + " " + comparison() + word("bool") + scalar(depth - 1)
        case 4: return "scalar(\(vector(depth - 1)))"
        case 5: return pick(["time()", "pi( )"])
        default: return number()
        }
    }

    private mutating func comparison() -> String { pick(["==", "!=", ">", "<", ">=", "<="]) }

    private mutating func vector(_ depth: Int) -> String {
        guard depth > 0 else { return selector() + times() }
        switch Int.random(in: 0..<9, using: &numbers) {
        case 0: return "(" + blank() + vector(depth - 1) + blank() + ")"
        case 1: return pick(["-", "+"]) + blank() + vector(depth - 1)
        case 2:
            let sign = pick(["+", "-", "*", "/", "%", "^", "atan2"])
            return chance(50)
                ? "\(vector(depth - 1)) \(sign) \(scalar(depth - 1))"
                : "\(scalar(depth - 1)) \(sign) \(vector(depth - 1))"
        // In parentheses, as otherwise the operands could end up beside others, of types that do not fit.
        case 3:
            let right = chance(50) ? vector(depth - 1) : scalar(depth - 1)
            return vector(depth - 1) + blank() + comparison() + (chance(30) ? word("bool") : " ") + "(\(right))"
        case 4:
            let sign = pick(["+", "-", "*", "/", "==", "> bool"])
            return "(\(vector(depth - 1)))" + blank() + sign + matching() + "(\(vector(depth - 1)))"
        case 5:
            let clause = chance(30) ? word(pick(["on", "ignoring"])) + "(\(list(0...2) { $0.label() }))" : ""
            return vector(depth - 1) + word(pick(["and", "or", "unless"])) + clause + " " + vector(depth - 1)
        case 6: return aggregation(depth - 1)
        case 7: return call(returning: .instantVector, depth - 1)
        default: return selector() + times()
        }
    }

    private mutating func matching() -> String {
        let clause = word(pick(["on", "ignoring"])) + "(\(list(0...2) { $0.label() }))"
        // The labels of a group must not be those of `on`.
        return clause
            + (chance(40) ? word(pick(["group_left", "group_right"])) + "(\(pick(["", "c", "\"d e\",f"])))" : " ")
    }

    private mutating func aggregation(_ depth: Int) -> String {
        let operation = pick(AggregationOperator.allCases)
        let name = chance(20) ? operation.rawValue.uppercased() : operation.rawValue
        let parameter = operation.parameterType.map { expression($0, depth: depth) + "," } ?? ""
        let arguments = blank() + "(" + parameter + blank() + vector(depth) + blank() + ")"
        let clause = word(pick(["by", "without"])) + "(\(list(0...3) { $0.label() }))"
        return name + pick(["", clause]) + arguments
    }

    private mutating func call(returning type: ExpressionType, _ depth: Int) -> String {
        let function = pick(PromQLFunction.allCases.filter { $0.signature.result == type && $0 != .info })
        let signature = function.signature
        let count = Int.random(in: signature.minimum...(signature.maximum ?? signature.minimum + 3), using: &numbers)
        let arguments = (0..<count).map { index in
            blank() + expression(signature.arguments[min(index, signature.arguments.count - 1)], depth: depth) + blank()
        }
        return function.rawValue + blank() + "(" + arguments.joined(separator: ",") + ")"
    }

    private mutating func rangeVector(_ depth: Int) -> String {
        let range = blank() + "[" + blank() + duration()
        if chance(50) { return selector() + range + "]" + times() }
        let content = chance(50) ? "(\(vector(depth)))" : call(returning: .instantVector, max(0, depth - 1))
        return content + range + ":" + pick(["", duration()]) + blank() + "]" + times()
    }
}
