/// A grid of characters on which series are drawn as dots, finer than a character where one series or colours allow it.
struct PlotCanvas {
    /// How the series are told apart.
    enum Marks {
        /// Braille patterns: 2 × 4 dots a character, of the colour of the first series that has one there.
        case dots
        /// The number of the series: one dot a character, of the first series that comes there.
        case digits
    }

    let columns: Int
    let rows: Int
    let marks: Marks
    private var dots: [UInt8]
    private var owners: [Int8]

    init(columns: Int, rows: Int, marks: Marks) {
        self.columns = columns
        self.rows = rows
        self.marks = marks
        dots = Array(repeating: 0, count: columns * rows)
        owners = Array(repeating: -1, count: columns * rows)
    }

    var dotsAcross: Int { marks == .dots ? columns * 2 : columns }
    var dotsDown: Int { marks == .dots ? rows * 4 : rows }

    /// Of the row that has the dot row `y`.
    func row(ofDot y: Int) -> Int { y * rows / dotsDown }

    mutating func set(_ x: Int, _ y: Int, series: Int) {
        let perColumn = dotsAcross / columns
        let perRow = dotsDown / rows
        let cell = y / perRow * columns + x / perColumn
        if owners[cell] < 0 { owners[cell] = Int8(series) }
        dots[cell] |= Self.brailleBits[y % perRow * 2 + x % perColumn]
    }

    /// The bits of U+2800 and on, row by row.
    private static let brailleBits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

    /// Both ends included.
    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), series: Int) {
        let (width, height) = (abs(end.x - start.x), abs(end.y - start.y))
        let steps = max(width, height)
        guard steps > 0 else { return set(start.x, start.y, series: series) }
        for step in 0...steps {
            // Rounded half away from the start, in whole numbers.
            func place(_ from: Int, _ to: Int) -> Int {
                let offset = (abs(to - from) * step * 2 + steps) / (steps * 2)
                return to < from ? from - offset : from + offset
            }
            set(place(start.x, end.x), place(start.y, end.y), series: series)
        }
    }

    /// The characters of a row with the series they belong to; nil where there is nothing.
    func cells(ofRow row: Int) -> [(character: Character, series: Int)?] {
        (row * columns..<(row + 1) * columns).map { cell in
            guard owners[cell] >= 0 else { return nil }
            let series = Int(owners[cell])
            switch marks {
            case .digits: return (Character(String(series + 1)), series)
            case .dots:
                return (Unicode.Scalar(0x2800 + UInt32(dots[cell])).map(Character.init) ?? "?", series)
            }
        }
    }
}
