import Foundation
import PromQLSyntax
import Testing

@Suite struct TreeLimitsTests {
    /// Runs `work` on a thread with the stack of 512 KiB that the parser's limits are made for. Unoptimised code takes
    /// several times as much.
    private func onSmallStack<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: work()) }
            #if DEBUG
                thread.stackSize = 8 << 20
            #else
                thread.stackSize = 512 << 10
            #endif
            thread.start()
        }
    }

    /// What is wrong with `text`, or nil after all that walks over a tree has done so.
    private static func walk(_ text: String) -> String? {
        do throws(PromQLSyntaxError) {
            let tree = try PromQLParser.parse(text)
            guard try PromQLParser.parse(tree.text).withoutRanges == tree.withoutRanges,
                try PromQLParser.parse(tree.pretty).text == tree.text, Set([tree]).contains(tree)
            else { return "another tree" }
            return nil
        } catch {
            return error.description
        }
    }

    private static func nested(_ opening: String, _ content: String, _ closing: String, _ count: Int) -> String {
        String(repeating: opening, count: count) + content + String(repeating: closing, count: count)
    }

    /// Operations in a chain, each above the one before.
    private static func chain(_ operand: String, _ operation: String, _ count: Int) -> String {
        ([operand] + Array(repeating: operand, count: count)).joined(separator: operation)
    }

    @Test("trees up to the limits are read, compared, printed and freed on a small stack")
    func highest() async {
        let depth = PromQLParser.maximumDepth
        let height = PromQLParser.maximumHeight
        let texts = [
            Self.chain("1", "+", height - 1), Self.chain("up", " or ", height - 1),
            Self.chain("up", " / on (a) group_left (b) ", height - 1),
            Self.nested("(", "up", ")", depth - 1), Self.nested("-", "up", "", depth - 1),
            Self.chain("2", "^", depth - 1), Self.nested("abs(", "up", ")", depth - 1),
            Self.nested("sum by (a) (", "up", ")", depth - 1),
            Self.nested("topk(scalar(", "up", "),up)", depth / 2 - 1),
            Self.nested("max_over_time(", "up", "[5m:])", depth - 1),
            Self.nested("label_replace(", "up", ",\"a\",\"b\",\"c\",\"d\")", depth - 1),
            // Nesting to the limit, and chains at each level up to the height.
            Self.nested("(", "up", "+up+up)", depth - 2), Self.nested("(up+up^", "up", ")", depth / 3),
        ]
        let wrong = await onSmallStack {
            texts.compactMap { text in Self.walk(text).map { "\(text.prefix(20)): \($0)" } }
        }
        #expect(wrong == [])
    }

    @Test("a megabyte of anything is read or refused on a small stack")
    func largest() async {
        let size = PromQLParser.maximumLength
        let opening = [
            "(", "-", "- ", "+-", "abs(", "sum(", "sum by(a)(", "topk(", "a[5m:", "{", "[", "1^", "1+", "a or ", "a@1",
            "a[1m:]",
            "a+on(", "((a)+", "label_join(a,", "a{b=\"c\",", "\"", "#", "1", "1m", "a", "\\", "\n", "a offset -",
            "a @ -",
            "info(a,{", "(1+", "-1^", "f(", "by(", ",", "1.", "_", ":", "\u{1EA5}", "sum(a)by(a,", "a==bool ",
            "rate(a[5m:]+",
        ]
        let texts = opening.map { String(repeating: $0, count: size / $0.utf8.count) }
        let messages = await onSmallStack { texts.map { Self.failure($0) } }
        #expect(messages.count == opening.count)
        let tooLong = await onSmallStack { Self.failure(String(repeating: "a", count: size + 1)) }
        #expect(tooLong == "1:1: parse error: expected at most 1048576 bytes, found more")
    }

    private static func failure(_ text: String) -> String? {
        do throws(PromQLSyntaxError) {
            _ = try PromQLParser.parse(text)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("what is beyond a limit is told at its place")
    func beyond() {
        let depth = PromQLParser.maximumDepth
        let height = PromQLParser.maximumHeight
        #expect(
            Self.failure(Self.nested("(", "1", ")", depth))
                == "1:\(depth + 1): parse error: expected at most \(depth) levels of nesting, found more")
        #expect(
            Self.failure(Self.chain("1", "+", height))
                == "1:\(2 * height): parse error: expected at most \(height) levels of operations, found more")
        #expect(
            Self.failure(Self.chain("(" + Self.chain("1", "+", height - 2) + ")", "*", 1))
                == "1:\(2 * height): parse error: expected at most \(height) levels of operations, found more")
        #expect(Self.failure(Self.chain("1", "+", height - 1)) == nil)
        #expect(Self.failure(Self.nested("(", "1", ")", depth - 1)) == nil)
    }
}
