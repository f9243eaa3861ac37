import MonitoringModel

/// FNV-1a (draft-eastlake-fnv): spreads well, is the same on every machine, and is no secret.
enum Fingerprint {
    /// 64 bits over the bytes of a text.
    static func of(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }

    /// An alert's fingerprint as Alertmanager computes it: each name and value followed by the byte 255.
    static func of(_ labels: LabelSet) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for label in labels.labels {
            for byte in label.name.utf8 { add(byte) }
            add(255)
            for byte in label.value.utf8 { add(byte) }
            add(255)
        }
        return hash
    }

    /// 128 bits over texts, each followed by the byte 255, which no text in UTF-8 contains.
    static func of(_ texts: [String]) -> UInt128 {
        var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
        func add(_ byte: UInt8) { hash = (hash ^ UInt128(byte)) &* 0x100_0000_0000_0000_0000_013b }
        for text in texts {
            for byte in text.utf8 { add(byte) }
            add(255)
        }
        return hash
    }

    static func hexadecimal(_ number: some BinaryInteger, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
