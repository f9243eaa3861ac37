import MonitoringModel

/// The order of `sort_by_label`: by the values of the labels that are named, the first named first, and then by all labels.
struct LabelOrder {
    /// The places of the names in the order they are named.
    private let places: [String: Int]

    init(by names: [String]) {
        places = Dictionary(zip(names, 0...)) { first, _ in first }
    }

    /// What of a series is compared: its own of the labels named, however many others are named.
    struct Key {
        fileprivate let labels: LabelSet
        fileprivate let named: [(place: Int, value: String)]
    }

    func key(_ labels: LabelSet) -> Key {
        var named: [(place: Int, value: String)] = []
        for label in labels.labels {
            if let place = places[label.name] { named.append((place, label.value)) }
        }
        if named.count > 1 { named.sort { $0.place < $1.place } }
        return Key(labels: labels, named: named)
    }

    static func isOrdered(_ a: Key, before b: Key) -> Bool {
        for index in 0..<min(a.named.count, b.named.count) {
            // A label that only one of them has is empty in the other one.
            if a.named[index].place != b.named[index].place { return a.named[index].place > b.named[index].place }
            if a.named[index].value != b.named[index].value {
                return isNaturallyOrdered(a.named[index].value, before: b.named[index].value)
            }
        }
        return a.named.count == b.named.count ? a.labels < b.labels : a.named.count < b.named.count
    }
}
