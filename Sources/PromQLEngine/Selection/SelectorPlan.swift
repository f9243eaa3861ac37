import MonitoringModel
import PromQLSyntax
import RE2

/// A selector that was checked and narrowed to what the asker may read.
struct SelectorPlan {
    /// For the source.
    private(set) var matchers: [LabelMatcher]
    /// Milliseconds.
    private(set) var offset: Int64 = 0
    private var at: EvaluationTime?
    /// The sites to keep; nil: all, and series without a site.
    private let sites: Set<String>?

    private static let siteLabel = "site"

    /// - Throws: `.badData` when a pattern is wrong, or when every matcher is satisfied by a series without labels,
    ///   which would select the whole store.
    init(_ selector: VectorSelector, of expression: String, scope: QueryScope) throws(QueryError) {
        var matchers: [LabelMatcher] = []
        var isSelective = false
        for element in selector.matchers {
            matchers.append(element.matcher)
            if try !Self.acceptsEmpty(element, of: expression) { isSelective = true }
        }
        guard isSelective else {
            let error = PromQLSyntaxError(
                "expected at least one matcher that does not match the empty string, found none",
                at: selector.range.lowerBound, of: expression)
            throw QueryError(.badData, error.description)
        }
        self.init(matchers, scope: scope)
        offset = selector.offset.wholeMilliseconds
        at = selector.at
    }

    /// A selector without offset that is known to be right.
    init(_ matchers: [LabelMatcher], scope: QueryScope) {
        self.matchers = matchers
        switch scope {
        case .everything: sites = nil
        case .sites(let allowed):
            // Nobody's site has no name; an empty one would stand for series without the label.
            let named = allowed.filter { !$0.isEmpty }
            sites = named
            // One site is looked up in the index; several are sorted out afterwards.
            if named.count == 1, let site = named.first {
                self.matchers.append(LabelMatcher(Self.siteLabel, .equal, site))
            }
        }
    }

    /// - Throws: `.badData` when a pattern is wrong.
    static func checkPatterns(_ selector: VectorSelector, of expression: String) throws(QueryError) {
        for element in selector.matchers { _ = try acceptsEmpty(element, of: expression) }
    }

    /// Whether a missing label satisfies the matcher.
    private static func acceptsEmpty(_ element: SelectorMatcher, of expression: String) throws(QueryError) -> Bool {
        let matcher = element.matcher
        switch matcher.operation {
        case .equal: return matcher.value.isEmpty
        case .notEqual: return !matcher.value.isEmpty
        case .matches, .doesNotMatch:
            do throws(PatternError) {
                return try Pattern(matcher.value).matches("") == (matcher.operation == .matches)
            } catch {
                let place = PromQLSyntaxError(
                    "expected a regular expression: \(error.reason)", at: element.range.lowerBound, of: expression)
                throw QueryError(.badData, place.description)
            }
        }
    }

    /// False when the scope allows no site at all.
    var canMatch: Bool { sites?.isEmpty != true }

    /// Whether the asker may read a series with these labels.
    func allows(_ labels: LabelSet) -> Bool {
        guard let sites else { return true }
        return labels[Self.siteLabel].map { sites.contains($0) } ?? false
    }

    /// Whether `@` ties the selector to one moment.
    var isFixed: Bool { at != nil }

    /// The moment to look at when the expression is evaluated at `time` by a query from `start` to `end`, in milliseconds.
    func moment(at time: Int64, start: Int64, end: Int64) -> Int64 {
        (at?.milliseconds(start: start, end: end) ?? time) - offset
    }
}
