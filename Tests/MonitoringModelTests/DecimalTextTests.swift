import MonitoringModel
import TestSupport
import Testing

@Suite struct DecimalTextTests {
    static func text(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("numbers are printed as Prometheus prints them", arguments: PrintedNumbers.table)
    func golden(_ number: String, _ sample: String, _ scalar: String?) throws {
        let value = try #require(Double(number))
        #expect(Self.text { DecimalText.append(value, to: &$0) } == sample)
        #expect(Self.text { DecimalText.appendPositional(value, to: &$0) } == scalar ?? sample)
    }

    /// The digits that count, and the power of ten of the point before the first of them.
    private func digits(_ text: String) -> (digits: String, power: Int) {
        let parts = text.drop { $0 == "-" }.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let all = mantissa[0] + (mantissa.count > 1 ? mantissa[1] : "")
        let leading = all.prefix { $0 == "0" }.count
        var significant = all.dropFirst(leading)
        while significant.last == "0" { significant.removeLast() }
        return (String(significant), mantissa[0].count - leading + (parts.count > 1 ? Int(parts[1])! : 0))
    }

    @Test("any double reads back, with the fewest digits")
    func randomNumbers() {
        let seed = UInt64.random(in: .min ... .max)
        print("MonitoringModel numbers: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var kinds: [(inout SeededGenerator) -> Double] = [
            { Double(bitPattern: $0.next()) },
            { Double(bitPattern: $0.next() & (1 << 52 - 1)) },
            { Double(bitPattern: UInt64.random(in: 1...2046, using: &$0) << 52) },
            { Double.random(in: -5000...5000, using: &$0) },
            { (Double.random(in: 0...5000, using: &$0) * 1000).rounded() / 1000 },
            { Double(Int64.random(in: -1 << 60...1 << 60, using: &$0)) },
            { Double(sign: .plus, exponent: Int.random(in: -24...72, using: &$0), significand: 1.1) },
        ]
        kinds.append { (random: inout SeededGenerator) -> Double in
            let value = Double(sign: .plus, exponent: Int.random(in: -1074...1023, using: &random), significand: 1)
            return Bool.random(using: &random) ? value.nextUp : value.nextDown
        }
        for count in 0..<100_000 {
            let value = kinds[count % kinds.count](&random)
            guard value.isFinite, value != 0 else { continue }
            let text = Self.text { DecimalText.append(value, to: &$0) }
            let positional = Self.text { DecimalText.appendPositional(value, to: &$0) }
            let reference = digits(value.description)
            guard Double(text)?.bitPattern == value.bitPattern, Double(positional)?.bitPattern == value.bitPattern,
                digits(text) == reference, digits(positional) == reference
            else {
                Issue.record("\(value) is printed as \(text) and \(positional)")
                return
            }
        }
    }

    @Test("the sign, the notation and its limits")
    func notation() {
        for value in [1e-6, 1e21.nextDown, 123.456, 5e-7, 1e21] {
            let text = Self.text { DecimalText.append(value, to: &$0) }
            #expect(text.contains("e") == (value < 1e-6 || value >= 1e21))
            #expect(Self.text { DecimalText.append(-value, to: &$0) } == "-" + text)
            #expect(!Self.text { DecimalText.appendPositional(value, to: &$0) }.contains("e"))
        }
        #expect(Self.text { DecimalText.append(Double(bitPattern: StaleMarker.bits), to: &$0) } == "NaN")
    }

    @Test("whole numbers, and such with leading zeros")
    func integers() {
        var power: Int64 = 1
        for digits in 1...18 {
            for value in [power - 1, power, power + 1, -power] {
                #expect(Self.text { DecimalText.append(value, to: &$0) } == "\(value)")
                #expect(Self.text { DecimalText.append(Double(value), to: &$0) } == "\(Int64(Double(value)))")
                guard value >= 0, value < power else { continue }
                let zeros = String(repeating: "0", count: digits - "\(value)".count)
                #expect(Self.text { DecimalText.append(value, digits: digits, to: &$0) } == zeros + "\(value)")
            }
            power *= 10
        }
        for value in [Int64.min, .max] { #expect(Self.text { DecimalText.append(value, to: &$0) } == "\(value)") }
    }

    @Test(
        "seconds are whole or have three decimals, as samples of Prometheus have them",
        arguments: [
            (0, "0"), (1, "0.001"), (-1, "-0.001"), (-1500, "-1.500"), (999, "0.999"),
            (1_435_781_451_781, "1435781451.781"), (1_435_781_451_000, "1435781451"),
            (1_435_781_451_500, "1435781451.500"),
            (1_435_781_451_050, "1435781451.050"), (1_435_781_451_010, "1435781451.010"),
            (1_435_781_451_001, "1435781451.001"), (.min, "-9223372036854775.808"), (.max, "9223372036854775.807"),
        ] as [(Int64, String)])
    func seconds(_ milliseconds: Int64, _ text: String) {
        #expect(Self.text { DecimalText.appendSeconds(Timestamp(milliseconds: milliseconds), to: &$0) } == text)
    }
}
