import Polling
import SNMP
import Testing

@Suite("Values and texts of devices")
struct ConversionTests {
    @Test(
        "values become numbers",
        arguments: [
            (.integer(-5), -5), (.counter32(4_294_967_295), 4_294_967_295), (.gauge32(7), 7), (.timeTicks(100), 100),
            (.counter64(1 << 53), 9_007_199_254_740_992), (.string("132.9"), 132.9), (.string(" -7 \u{0}"), -7),
            (.string("28 C/82 F"), nil), (.string("nan"), nil), (.string("0x10"), nil), (.string(""), nil),
            (.string("1e999"), nil), (.null, nil), (.noSuchInstance, nil), (.ipAddress([1, 2, 3, 4]), nil),
            (.opaque([0x9f, 0x78, 4, 0x41, 0x28, 0, 0]), 10.5), (.opaque([0x9f, 0x78, 4, 0x41]), nil),
            (.opaque([0x9f, 0x79, 8, 0x40, 0x25, 0, 0, 0, 0, 0, 0]), 10.5),
            (.opaque([0x9f, 0x78, 4, 0x7f, 0xc0, 0, 0]), nil),
            (.opaque([]), nil),
        ] as [(SNMPValue, Double?)])
    func numbers(value: SNMPValue, expected: Double?) {
        #expect(value.sampleValue == expected)
    }

    @Test(
        "values become one line of text",
        arguments: [
            (.string("Gi0/1"), "Gi0/1"), (.string("  ups\u{0}\u{0}"), "ups"), (.string("a\r\n  b"), "a b"),
            (.octetString([0x43, 0xe1, 0xba, 0xa7, 0x6e]), "Cần"), (.octetString([0xb4, 0xab, 0x41]), "\\xb4\\xabA"),
            (.octetString([0xff]), "\\xff"), (.string("a\u{202e}b"), "ab"), (.integer(6), "6"),
            (.objectIdentifier("1.3.6.1.4"), "1.3.6.1.4"), (.ipAddress([10, 0, 0, 1]), "10.0.0.1"),
            (.noSuchObject, ""), (.null, ""), (.octetString([]), ""),
        ] as [(SNMPValue, String)])
    func texts(value: SNMPValue, expected: String) {
        #expect(value.labelText == expected)
    }

    @Test("a long text is cut between characters")
    func cut() {
        let text = DeviceText.line(Array(String(repeating: "ầ", count: 400).utf8))
        #expect(text.hasSuffix("ầ…"))
        #expect(text.utf8.count <= DeviceText.longest + 3)
    }

    @Test("no bytes whatever make a text that breaks a line")
    func hostile() {
        var generator = SplitMix(state: 3)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let text = DeviceText.line(bytes)
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
        }
    }

    @Test(
        "row keys are unique and independent of the order of rows",
        arguments: [
            ([["a"], ["b"]], ["1", "2"], [["a"], ["b"]]),
            ([["a"], ["a"], ["b"]], ["1", "2", "3"], [["a_1"], ["a_2"], ["b"]]),
            ([[""], ["x"]], ["7", "8"], [["7"], ["x"]]),
            ([["a"], ["a"], ["a_1"]], ["1", "2", "3"], [["a_1_1"], ["a_2"], ["a_1"]]),
            ([["2"], [""]], ["1", "2"], [["2_1"], ["2_2"]]),
            ([["s", "a"], ["s", "b"]], ["1", "2"], [["s", "a"], ["s", "b"]]),
            ([["s", "a"], ["s", "a"]], ["1.1", "1.2"], [["s", "a_1.1"], ["s", "a_1.2"]]),
        ] as [([[String]], [String], [[String]])])
    func rowKeys(texts: [[String]], indexes: [String], expected: [[String]]) {
        #expect(RowKeys.unique(texts, indexes: indexes) == expected)
        let reversed = RowKeys.unique(texts.reversed(), indexes: indexes.reversed())
        #expect(Array(reversed.reversed()) == expected)
    }
}
