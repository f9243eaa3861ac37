import MonitoringModel
import PromQLSyntax

/// Notes about a result, with the place of the expression they are about; each is told once.
struct Annotations {
    private(set) var warnings: [String] = []
    private(set) var infos: [String] = []
    private var seen: Set<String> = []
    private let expression: String

    /// More are not told one by one.
    private static let most = 10

    init(_ expression: String) {
        self.expression = expression
    }

    /// Something may be wrong with the result.
    mutating func warn(_ message: String, _ range: SourceRange) {
        if let note = new("PromQL warning: \(message)", range, beside: warnings) { warnings.append(note) }
    }

    /// The expression could be better.
    mutating func inform(_ message: String, _ range: SourceRange) {
        if let note = new("PromQL info: \(message)", range, beside: infos) { infos.append(note) }
    }

    /// The note with its place; nil when it was told already, or enough were.
    private mutating func new(_ message: String, _ range: SourceRange, beside list: [String]) -> String? {
        let place = PromQLSyntaxError("", at: range.lowerBound, of: expression)
        let text = "\(message) (\(place.line):\(place.column))"
        return list.count < Self.most && seen.insert(text).inserted ? text : nil
    }
}
