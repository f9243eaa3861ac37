import Inventory

extension MappingSchema {
    static let datedName = MappingSchema("a dated name", required: ["name"], optional: ["from", "nameEnglish"])
    static let datedParent = MappingSchema("a dated parent", required: ["parent"], optional: ["from"])
    static let datedArea = MappingSchema("a dated area", required: ["area"], optional: ["from"])
}

extension MappingReader {
    /// `name` with an optional `nameEnglish`.
    func localizedName() -> LocalizedText? { localizedText("name") }

    /// A text below `key` with its English form below `keyEnglish`.
    func localizedText(_ key: String) -> LocalizedText? {
        guard let vietnamese = scalar(key, .text) else { return nil }
        return LocalizedText(vietnamese, english: scalar("\(key)English", .text))
    }

    /// `name` with an optional `nameEnglish`, or the list `names` of dated ones. Nil after a problem was reported.
    func datedNames() -> [Dated<LocalizedText>]? {
        guard node("names") != nil else {
            if node("name") == nil { reportMissing("name") }
            return localizedName().map { [Dated($0)] }
        }
        if value["name"] != nil || value["nameEnglish"] != nil {
            problems.report(place("names"), "expected either \"name\" or \"names\" in \(schema.noun), found both")
        }
        return dated("names", .datedName) { $0.localizedName() }
    }

    /// A dated list below `key`, ascending. Nil after a problem was reported.
    func dated<Value>(
        _ key: String, _ schema: MappingSchema, _ read: (MappingReader) -> Value?
    ) -> [Dated<Value>]? {
        let values = list(key)
        var result: [Dated<Value>] = []
        var last: CalendarDate?
        for (index, element) in values.enumerated() {
            guard let entry = MappingReader(element, schema, problems) else { continue }
            let from = entry.scalar("from", .date)
            if index > 0, entry.node("from") == nil {
                entry.reportMissing("from")
            } else if let from, let last, from <= last {
                problems.report(entry.place("from"), "expected a day after \(last) in \"from\", found \(from)")
            }
            last = from ?? last
            if let value = read(entry) { result.append(Dated(value, from: from)) }
        }
        if values.isEmpty, node(key) != nil {
            problems.report(place(key), "expected at least one element in \(quoted(key)), found none")
        }
        return result.isEmpty || result.count < values.count ? nil : result
    }
}
