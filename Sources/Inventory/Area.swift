/// A day without a time zone, ordered by date.
package struct CalendarDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// `YYYY-MM-DD`; nil when the day does not exist in the Gregorian calendar.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.joined().utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (1...12).contains(month)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...lengths[month - 1]).contains(day) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    package static func < (lhs: CalendarDate, rhs: CalendarDate) -> Bool {
        (lhs.year, lhs.month, lhs.day) < (rhs.year, rhs.month, rhs.day)
    }

    package var description: String {
        let pad = { (number: Int, width: Int) in
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
    }
}

/// A text in the languages of the pages.
package struct LocalizedText: Hashable, Sendable {
    package var vietnamese: String
    /// Falls back to the Vietnamese text when nil.
    package var english: String?

    package init(_ vietnamese: String, english: String? = nil) {
        self.vietnamese = vietnamese
        self.english = english
    }

    /// The text for a language code; anything but "en" is Vietnamese.
    package func text(_ language: String) -> String {
        language == "en" ? english ?? vietnamese : vietnamese
    }
}

/// A value that holds from a day on, until the next one of the same list.
package struct Dated<Value: Hashable & Sendable>: Hashable, Sendable {
    /// First day on which the value holds; nil: from the beginning.
    package var from: CalendarDate?
    package var value: Value

    package init(_ value: Value, from: CalendarDate? = nil) {
        self.from = from
        self.value = value
    }
}

extension Array {
    /// The value in force on a day, or on the last day when `date` is nil. Nil only before the first dated value.
    package func value<Value>(on date: CalendarDate? = nil) -> Value? where Element == Dated<Value> {
        guard let date else { return last?.value }
        return last { $0.from.map { $0 <= date } ?? true }?.value
    }
}

/// A node of the area tree: city, district, commune or whatever the administration calls it that year.
package struct Area: Hashable, Sendable {
    package var id: String
    /// Ascending by `from`, never empty.
    package var names: [Dated<LocalizedText>]
    /// Ids of the parent over time, ascending by `from`; empty for a root, a nil value where it has none.
    package var parents: [Dated<String?>]
    /// What people call this level ("quận"), for pages only.
    package var level: LocalizedText?
    /// The official statistical code, when there is one.
    package var code: String?

    package init(
        id: String, names: [Dated<LocalizedText>], parents: [Dated<String?>] = [], level: LocalizedText? = nil,
        code: String? = nil
    ) {
        self.id = id
        self.names = names
        self.parents = parents
        self.level = level
        self.code = code
    }

    package var name: LocalizedText { names.value() ?? LocalizedText(id) }
    package var parent: String? { parents.value() ?? nil }
}

/// A place where devices stand. Its id never changes; its name and area may.
package struct Site: Hashable, Sendable {
    package var id: String
    package var names: [Dated<LocalizedText>]
    /// Ids of the area over time, ascending by `from`, never empty.
    package var areas: [Dated<String>]
    /// Degrees north and east (WGS 84).
    package var position: Position?
    /// The entry is a guess to be confirmed, not taken from a record.
    package var assumed: Bool

    package struct Position: Hashable, Sendable {
        package var latitude: Double
        package var longitude: Double
        package init(latitude: Double, longitude: Double) {
            self.latitude = latitude
            self.longitude = longitude
        }
    }

    package init(
        id: String, names: [Dated<LocalizedText>], areas: [Dated<String>], position: Position? = nil,
        assumed: Bool = false
    ) {
        self.id = id
        self.names = names
        self.areas = areas
        self.position = position
        self.assumed = assumed
    }

    package var name: LocalizedText { names.value() ?? LocalizedText(id) }
    package var area: String { areas.value() ?? "" }
}
