import PromQLSyntax
import Testing

/// Whatever the input, it is read or refused, and what is read can be printed and read again.
@Suite struct DamageTests {
    private func check(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let tree = try? PromQLParser.parse(text) else { return }
        #expect(tree.range.upperBound <= text.utf8.count)
        #expect((try? PromQLParser.parse(tree.text))?.withoutRanges == tree.withoutRanges, "\(text)")
    }

    @Test("expressions cut off anywhere are read or refused", arguments: ExpressionCorpus.expressions)
    func truncation(_ text: String) {
        let bytes = Array(text.utf8)
        for count in bytes.indices { check(Array(bytes[..<count])) }
    }

    @Test("randomly damaged expressions are read or refused")
    func mutation() {
        let seed = UInt64.random(in: .min ... .max)
        print("PromQLSyntax damage: seed \(seed)")
        var numbers = SeededNumbers(state: seed)
        let alphabet = Array("\0\"'`\\{}[]()=~!<>,:@#+-*/%^.0159xaeoymsnbd \n\u{1EA5}".utf8) + [0xFF]
        let words = ["offset ", " and ", "bool ", "on(", "by (", "sum(", "[5m]", "[1h:]", "group_left ", "@ end()"]
        for _ in 0..<20_000 {
            var bytes = Array(ExpressionCorpus.expressions.randomElement(using: &numbers)!.utf8)
            for _ in 0...Int.random(in: 0..<3, using: &numbers) where !bytes.isEmpty {
                let index = bytes.indices.randomElement(using: &numbers)!
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: bytes[index] = alphabet.randomElement(using: &numbers)!
                case 1: bytes.insert(alphabet.randomElement(using: &numbers)!, at: index)
                case 2: bytes.insert(contentsOf: Array(words.randomElement(using: &numbers)!.utf8), at: index)
                default: bytes.remove(at: index)
                }
            }
            check(bytes)
        }
    }
}
