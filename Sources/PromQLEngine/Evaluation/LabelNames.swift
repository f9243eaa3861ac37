/// Names of labels that every label of every series is looked up in.
struct LabelNames {
    private let names: [String]
    /// Nil where there are so few that going through them is faster than making a hash.
    private let set: Set<String>?

    /// Where both take about as long.
    private static let few = 8

    init(_ names: [String]) {
        self.names = names
        set = names.count > Self.few ? Set(names) : nil
    }

    var isEmpty: Bool { names.isEmpty }

    func contains(_ name: String) -> Bool { set?.contains(name) ?? names.contains(name) }
}
