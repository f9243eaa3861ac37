import MonitoringModel
import PromQLSyntax

/// Notes about a result, with the place of the expression they are about; each is told once.
struct Annotations {
    private var warningList = Notes(kind: "warning")
    private var infoList = Notes(kind: "info")
    private let expression: String

    init(_ expression: String) {
        self.expression = expression
    }

    var warnings: [String] { warningList.told }

    var infos: [String] { infoList.told }

    /// Something may be wrong with the result.
    mutating func warn(_ message: String, _ range: SourceRange) {
        warningList.add(warningList.isFull ? "" : message + place(range))
    }

    /// The expression could be better.
    mutating func inform(_ message: String, _ range: SourceRange) {
        infoList.add(infoList.isFull ? "" : message + place(range))
    }

    private func place(_ range: SourceRange) -> String {
        let place = PromQLSyntaxError("", at: range.lowerBound, of: expression)
        return " (\(place.line):\(place.column))"
    }
}

/// Notes of one kind.
private struct Notes {
    let kind: String
    private var first: [String] = []
    private var seen: Set<String> = []
    /// How many came after so many different ones that they are no longer told apart.
    private var others = 0

    /// More are only counted.
    private static let most = 10
    private static let mostKept = 1_000

    init(kind: String) {
        self.kind = kind
    }

    var isFull: Bool { seen.count >= Self.mostKept }

    mutating func add(_ text: String) {
        guard !isFull else {
            others += 1
            return
        }
        guard seen.insert(text).inserted, first.count < Self.most else { return }
        first.append("PromQL \(kind): \(text)")
    }

    /// The notes, and how many more there are.
    var told: [String] {
        let more = seen.count - first.count + others
        return more == 0 ? first : first + ["\(more) more \(kind) annotations omitted"]
    }
}
