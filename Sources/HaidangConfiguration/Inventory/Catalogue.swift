import Inventory

/// One thing read from the directory, with the YAML it came from: the checks look up places there.
struct Entry<Element> {
    var element: Element
    var source: YAMLValue
}

/// All entries of one kind, over all files.
struct Catalogue<Element> {
    /// What one is, with its article: "a site".
    let noun: String
    private(set) var entries: [Entry<Element>] = []
    /// Where each id was given, entries that are wrong in other ways included: a reference to such a one is not missing.
    private(set) var places: [String: Place] = [:]

    init(_ noun: String) {
        self.noun = noun
    }

    var elements: [Element] { entries.map(\.element) }

    mutating func append(_ element: Element, _ source: YAMLValue) {
        entries.append(Entry(element: element, source: source))
    }

    /// Takes note of an id; one that is taken is reported.
    mutating func declare(_ id: String, at place: Place, _ problems: ProblemList) {
        if let first = places[id] {
            problems.report(
                place, "expected the id of \(noun) that no other has, found \(quoted(id)) again (first at \(first))")
        } else {
            places[id] = place
        }
    }

    /// Reports a reference to an id that nothing here has.
    func check(_ id: String, at place: Place, _ problems: ProblemList) {
        guard places[id] == nil else { return }
        let suggestion = problems.suggestion(for: id, among: places.keys)
        problems.report(place, "expected the id of \(noun), found \(quoted(id))\(suggestion)")
    }
}

/// Everything the inventory and credential files hold, before the cross-checks.
struct InventoryDraft {
    var areas = Catalogue<Area>("an area")
    var sites = Catalogue<Site>("a site")
    var devices = Catalogue<Device>("a device")
    var links = Catalogue<Link>("a link")
    var rooms = Catalogue<Room>("a room")
    var pools = Catalogue<Pool>("a pool")
    var dependencies = Catalogue<Dependency>("a dependency")
    var credentials = Catalogue<Credential>("a credential")
}
