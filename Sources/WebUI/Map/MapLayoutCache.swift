import Synchronization

/// Keeps the layouts of the map that were drawn last: they depend on the inventory alone, so one serves until it changes.
final class MapLayoutCache: Sendable {
    /// What a layout depends on.
    private struct Key: Equatable {
        struct Group: Equatable {
            var id: String
            var labelLength: Int
            var isCentre: Bool
            var position: [Double?]
            /// Latitude and longitude of each tile in turn.
            var tiles: [Double?]
        }

        var groups: [Group]
        /// Both ends of each trunk in turn.
        var trunks: [String]
        var rivers: [String]

        init(_ model: OverviewModel) {
            groups = model.groups.map { group in
                Group(
                    id: group.id, labelLength: CityMapLayout.widestLabel(group).count, isCentre: group.isCentre,
                    position: [group.latitude, group.longitude],
                    tiles: group.tiles.flatMap { [$0.latitude, $0.longitude] })
            }
            trunks = model.trunks.flatMap { [$0.from, $0.to] }
            rivers = model.waterways.map(\.name)
        }
    }

    private struct Entry {
        var key: Key
        var wide: CityMapLayout
        var tall: CityMapLayout
    }

    /// Readers with different area scopes see different cities.
    private static let capacity = 8

    /// Most recently made last.
    private let entries = Mutex<[Entry]>([])

    /// The layouts of a model in both frames. Made outside the lock: two askers may both make one, with equal results.
    func layouts(of model: OverviewModel) -> (wide: CityMapLayout, tall: CityMapLayout) {
        let key = Key(model)
        if let known = entries.withLock({ entries in entries.first { $0.key == key } }) {
            return (known.wide, known.tall)
        }
        let areas = model.groups.count
        let made = Entry(
            key: key, wide: CityMapLayout(model, in: .wide(areas: areas)),
            tall: CityMapLayout(model, in: .tall(areas: areas)))
        entries.withLock { entries in
            entries.append(made)
            if entries.count > Self.capacity { entries.removeFirst() }
        }
        return (made.wide, made.tall)
    }
}
