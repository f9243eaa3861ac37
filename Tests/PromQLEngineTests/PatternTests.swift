import RE2
import Testing

@Suite struct PatternTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var pattern: String
        var text: String
        var matches: Bool

        init(_ pattern: String, _ text: String, _ matches: Bool) {
            self.pattern = pattern
            self.text = text
            self.matches = matches
        }

        var testDescription: String { "\(pattern) on \(text.debugDescription)" }
    }

    @Test(
        "a pattern matches the whole text or not at all",
        arguments: [
            Case("", "", true),
            Case("", "a", false),
            Case("eth.*", "eth0", true),
            Case("eth", "eth0", false),
            Case("th0", "eth0", false),
            Case("a|ab", "ab", true),
            Case("a.b", "a\nb", true),
            Case("(?-s)a.b", "a\nb", false),
            Case(".*", "Cần Thơ", true),
            Case("C.n Th.", "Cần Thơ", true),
            Case("(?i)ROUTER-\\d+", "router-12", true),
            Case("(?<site>ct)-(?P<n>[0-9]+)", "ct-04", true),
            Case("(?<a>(?<b>x))+", "xx", true),
            Case("[(?<n>]+", "(?<n>", true),
            Case("[]](?<x>y)", "]y", true),
            Case("[^]](?<x>y)", "ay", true),
            Case("[[:alpha:](?<]+(?<x>1)", "a(?<1", true),
            Case("\\((?<x>a)", "(a", true),
            Case("\\(\\?<n>", "(?<n>", true),
            Case("\\Q(?<n>\\E", "(?<n>", true),
            Case("[\\]](?<x>y)", "]y", true),
            Case("^a$", "a", true),
            Case("(a+)+$", String(repeating: "a", count: 60) + "b", false),
        ])
    func matching(_ item: Case) throws {
        #expect(try Pattern(item.pattern).matches(item.text) == item.matches)
    }

    @Test(
        "a wrong pattern is refused with RE2's reason",
        arguments: [
            ("(", "missing ): ("),
            ("a)|(b", "unexpected ): a)|(b"),
            ("[a", "missing ]: [a"),
            ("(?<=a)b", "invalid perl operator: (?<"),
            ("a{1001}", "invalid repetition size: {1001}"),
            ("((a{100}){100}){100}", ""),
            ("\\", "trailing \\"),
            ("(?<", "invalid perl operator: (?P"),
            ("\\Q", nil),
        ] as [(String, String?)])
    func refusal(_ pattern: String, _ reason: String?) throws {
        guard let reason else {
            #expect(try Pattern(pattern).matches(""))
            return
        }
        let error = try #require(throws: PatternError.self) { try Pattern(pattern) }
        #expect(error.pattern == pattern)
        #expect(error.reason.hasPrefix(reason))
        #expect(!error.reason.isEmpty)
    }

    @Test(
        "a template is expanded as Go does it, and not beyond the limit",
        arguments: [
            ("a$1-${2}$$x", 100, "aab-cd$x"),
            ("$1", 2, "ab"),
            ("$1$2", 3, nil),
            ("$name$3$none${1", 100, "cd${1"),
            ("$1x$", 100, "$"),
            ("$ $-", 100, "$ $-"),
            ("", 0, ""),
            ("é", 1, nil),
        ] as [(String, Int, String?)])
    func expansion(_ template: String, _ limit: Int, _ expected: String?) throws {
        let pattern = try Pattern("(.*)-(?<name>.*)")
        #expect(try pattern.expand(template, in: "none") == nil)
        guard let expected else {
            let error = try #require(throws: ExpansionTooLong.self) {
                try pattern.expand(template, in: "ab-cd", limit: limit)
            }
            #expect(try pattern.expand(template, in: "ab-cd")?.utf8.count == error.count)
            return
        }
        #expect(try pattern.expand(template, in: "ab-cd", limit: limit) == expected)
    }

    @Test("one pattern serves several threads at once")
    func concurrency() async throws {
        let pattern = try Pattern("(ab|cd)*[0-9]{3,}.*x")
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 {
                group.addTask { pattern.matches("abcdab\(1000 + number)…x") }
            }
            for await matched in group { #expect(matched) }
        }
    }
}
