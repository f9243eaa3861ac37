import Glibc
import SNMPWitness
import TestSupport

/// Looks for bytes on which our SNMP decoders trap, or disagree with libsnmp (`DecoderCheck`). `Tests/Safety/fuzz-snmp` builds
/// it together with libFuzzer, whose options it then takes; else it mutates valid messages by seed.
@main
struct SNMPFuzzer {
    private typealias Words = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private typealias Driver =
        @convention(c) (
            UnsafeMutablePointer<CInt>, UnsafeMutablePointer<Words>, @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
        ) -> CInt

    /// Confined to the only thread.
    nonisolated(unsafe) private static var check: DecoderCheck?

    static func main() throws {
        check = try DecoderCheck()
        if CommandLine.arguments.dropFirst().first == "--seeds", CommandLine.arguments.count == 4 {
            return writeSeeds(Int(CommandLine.arguments[2]) ?? 0, directory: CommandLine.arguments[3])
        }
        if let symbol = dlsym(nil, "LLVMFuzzerRunDriver") {
            var count = CommandLine.argc
            var words: Words = CommandLine.unsafeArgv
            exit(
                unsafeBitCast(symbol, to: Driver.self)(&count, &words) { bytes, count in
                    SNMPFuzzer.look(Array(UnsafeBufferPointer(start: bytes, count: count)))
                    return 0
                })
        }
        let words = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        guard words.count == 2 else {
            print("usage: SNMPFuzzer SEED COUNT | SNMPFuzzer --seeds COUNT DIRECTORY")
            exit(2)
        }
        var generator = SeededGenerator(seed: words[0])
        for _ in 0..<words[1] { look(DecoderCheck.mutated(DecoderCheck.seed(&generator), &generator)) }
        guard let check else { return }
        print(
            "\(words[1]) messages: both read \(check.bothRead), both refuse \(check.bothRefuse), only we read "
                + "\(check.onlyOursReads), only libsnmp reads \(check.onlyTheirsReads); 0 disagreements")
    }

    private static func look(_ bytes: [UInt8]) {
        guard let complaint = check?.disagreement(bytes) else { return }
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let message = Array("disagreement: \(complaint)\n\(digits)\n".utf8)
        _ = write(2, message, message.count)
        abort()
    }

    private static func writeSeeds(_ count: Int, directory: String) {
        var generator = SeededGenerator(seed: 1)
        for number in 0..<count {
            let bytes = DecoderCheck.seed(&generator)
            guard let file = fopen("\(directory)/seed-\(number)", "w") else { return }
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }
    }
}
