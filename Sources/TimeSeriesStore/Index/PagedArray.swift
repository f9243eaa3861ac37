/// A growing array in pages, so that elements never move and at most one page is spare.
struct PagedArray<Element> {
    private static var pageSize: Int { 1024 }

    /// All full but the last one.
    private var pages: [[Element]] = []
    private(set) var count = 0

    subscript(index: Int) -> Element {
        @inline(__always)
        _read { yield pages[index / Self.pageSize][index % Self.pageSize] }
        @inline(__always)
        _modify { yield &pages[index / Self.pageSize][index % Self.pageSize] }
    }

    mutating func append(_ element: Element) {
        if count % Self.pageSize == 0 {
            var page: [Element] = []
            page.reserveCapacity(Self.pageSize)
            pages.append(page)
        }
        pages[count / Self.pageSize].append(element)
        count += 1
    }

    var memoryBytes: Int { pages.reduce(pages.memoryBytes) { $0 + $1.memoryBytes } }
}

extension PagedArray: Sendable where Element: Sendable {}
