import PromQLSyntax
import Testing

@Suite struct LexerTests {
    @Test(
        "numbers are read as Prometheus reads them",
        arguments: [
            ("1", 1), ("-1", -1), ("+-+1", -1), (".5", 0.5), ("1e3", 1000), ("1E-3", 0.001), ("0x1F", 31),
            ("1_000", 1000), ("1.", 1), ("0755", 493), ("-0755", -493), ("08", 8), ("00", 0), ("0_17", 15),
            ("0x_1f", 31),
            ("0Xc", 12), ("1e+03", 1000), ("1_0.5_0", 10.5), ("1y", 31_536_000), ("1w2d", 777_600), ("15ms", 0.015),
            ("Inf", .infinity), ("-inf", -.infinity), ("5m", 300), ("((1h30m))", 5400),
        ] as [(String, Double)])
    func numbers(_ text: String, _ value: Double) throws {
        guard case .number(let literal) = try PromQLParser.parse(text).unwrapped else {
            Issue.record("not a number")
            return
        }
        #expect(literal.value == value)
    }

    @Test("durations are told from numbers, and remembered as such", arguments: ["5m", "-5m", "1h30m", "0s"])
    func durations(_ text: String) throws {
        guard case .number(let literal) = try PromQLParser.parse(text) else {
            Issue.record("not a number")
            return
        }
        #expect(literal.isDuration)
    }
}
