/// A list of numbers in a `Postings`. A list of one number is that number; a longer one is a chain of blocks.
struct PostingList {
    fileprivate(set) var count: UInt32 = 0
    /// The only number, or the address of the last block.
    fileprivate var tail: UInt32 = 0
}

/// The memory of many lists of numbers that grow at their ends, of which most are short and some very long.
///
/// A list grows by blocks and never moves, so nothing is copied and nothing is left over when lists grow in turn. A
/// block is the address of the block before it and a power of two of numbers, an eighth to a quarter of what the list
/// has already, though at least 4 and at most 1024:
///
///     ┌──────────────────┬──────────────────────────────────┐
///     │ block before: 32 │ numbers: 32 each, 4, 8 … or 1024 │  bits, native byte order
///     └──────────────────┴──────────────────────────────────┘
///
/// How many numbers a block holds follows from the position of its first number alone, so a list needs no more than its
/// count and its last block. An address is a page and a word in it, 16 bits each; a block lies in one page.
struct Postings {
    private static let pageWords = 1 << 16
    /// A block holds 4 to 1024 numbers.
    private static let exponents = 2...10
    /// The end of the list of free blocks. Not an address: no block begins with the last word of a page.
    private static let none = UInt32.max

    private var pages: [[UInt32]] = []
    /// By exponent: the first free block, which names the next one in its first word.
    private var free = Array(repeating: Postings.none, count: Postings.exponents.upperBound + 1)
    /// Words in blocks of lists and in free blocks.
    private(set) var usedWords = 0
    private(set) var freeWords = 0

    /// A block in which the number at `position` stands holds 2 to the power of this many.
    @inline(__always)
    private static func exponent(at position: UInt32) -> Int {
        min(max(UInt32.bitWidth - position.leadingZeroBitCount - 3, exponents.lowerBound), exponents.upperBound)
    }

    @inline(__always)
    private static func split(_ address: UInt32) -> (page: Int, word: Int) {
        (Int(address >> 16), Int(address & 0xFFFF))
    }

    @inline(__always)
    mutating func append(_ number: UInt32, to list: inout PostingList) {
        if list.count == 0 {
            list = PostingList(count: 1, tail: number)
            return
        }
        let exponent = Self.exponent(at: list.count)
        let offset = Int(list.count) & (1 << exponent - 1)
        if list.count == 1 {
            let first = list.tail
            list.tail = allocate(exponent, after: Self.none)
            write(first, at: 0, of: list.tail)
        } else if offset == 0 {
            list.tail = allocate(exponent, after: list.tail)
        }
        write(number, at: offset, of: list.tail)
        list.count += 1
    }

    @inline(__always)
    private mutating func write(_ number: UInt32, at offset: Int, of block: UInt32) {
        let (page, word) = Self.split(block)
        pages[page][word + 1 + offset] = number
    }

    /// A list of many numbers, as if they were appended one by one.
    private mutating func list(of numbers: [UInt32]) -> PostingList {
        guard numbers.count > 1 else { return PostingList(count: UInt32(numbers.count), tail: numbers.first ?? 0) }
        var tail = Self.none
        var position = 0
        while position < numbers.count {
            let exponent = Self.exponent(at: UInt32(position))
            let end = min(position + 1 << exponent, numbers.count)
            tail = allocate(exponent, after: tail)
            let (page, word) = Self.split(tail)
            pages[page].withUnsafeMutableBufferPointer {
                _ = $0[(word + 1)...].update(fromContentsOf: numbers[position..<end])
            }
            position = end
        }
        return PostingList(count: UInt32(numbers.count), tail: tail)
    }

    private mutating func allocate(_ exponent: Int, after previous: UInt32) -> UInt32 {
        let size = 1 + 1 << exponent
        usedWords += size
        var address = free[exponent]
        if address == Self.none {
            // Less than a block of the largest kind, 1.6 % of a page, is left unused at its end.
            if (pages.last?.count ?? Self.pageWords) + size > Self.pageWords {
                pages.append([])
                pages[pages.count - 1].reserveCapacity(Self.pageWords)
            }
            let page = pages.count - 1
            address = UInt32(page << 16 | pages[page].count)
            pages[page].append(contentsOf: repeatElement(0, count: size))
        } else {
            let (page, word) = Self.split(address)
            free[exponent] = pages[page][word]
            freeWords -= size
        }
        let (page, word) = Self.split(address)
        pages[page][word] = previous
        return address
    }

    /// The blocks of a list of more than one number, its end first.
    @inline(__always)
    private func forEachBlock(of list: PostingList, _ body: (_ first: Int, ArraySlice<UInt32>) -> Void) {
        var remaining = list.count
        var address = list.tail
        while remaining > 0 {
            let length = (remaining - 1) & (1 << UInt32(Self.exponent(at: remaining - 1)) - 1) + 1
            let (page, word) = Self.split(address)
            remaining -= length
            body(Int(remaining), pages[page][word + 1..<word + 1 + Int(length)])
            address = pages[page][word]
        }
    }

    /// In no order.
    @inline(__always)
    func forEach(in list: PostingList, _ body: (UInt32) -> Void) {
        if list.count == 1 { return body(list.tail) }
        forEachBlock(of: list) { _, numbers in
            for number in numbers { body(number) }
        }
    }

    /// In the order they were appended.
    func numbers(in list: PostingList) -> [UInt32] {
        if list.count == 1 { return [list.tail] }
        return Array(unsafeUninitializedCapacity: Int(list.count)) { buffer, count in
            forEachBlock(of: list) { first, numbers in
                _ = buffer[first..<first + numbers.count].initialize(fromContentsOf: numbers)
            }
            count = Int(list.count)
        }
    }

    /// Keeps the numbers that satisfy `isKept`, in their order.
    ///
    /// - Returns: how many went.
    @inline(__always)
    mutating func filter(_ list: inout PostingList, _ isKept: (UInt32) -> Bool) -> Int {
        let old = numbers(in: list)
        let kept = old.filter(isKept)
        guard kept.count < old.count else { return 0 }
        release(list)
        list = self.list(of: kept)
        return old.count - kept.count
    }

    /// Gives the blocks of a list to lists to come.
    private mutating func release(_ list: PostingList) {
        var remaining = list.count > 1 ? list.count : 0
        var address = list.tail
        while remaining > 0 {
            let exponent = Self.exponent(at: remaining - 1)
            remaining -= (remaining - 1) & (1 << UInt32(exponent) - 1) + 1
            let (page, word) = Self.split(address)
            let previous = pages[page][word]
            pages[page][word] = free[exponent]
            free[exponent] = address
            usedWords -= 1 + 1 << exponent
            freeWords += 1 + 1 << exponent
            address = previous
        }
    }

    var memoryBytes: Int {
        pages.reduce(pages.memoryBytes + free.memoryBytes) { $0 + $1.memoryBytes }
    }
}
