import CNetSNMP

extension USMUser.Privacy {
    var protocolNumber: cn_privacy {
        switch self {
        case .des: CN_DES
        case .aes: CN_AES
        case .aes192: CN_AES192
        case .aes256: CN_AES256
        case .aes192Cisco: CN_AES192_CISCO
        case .aes256Cisco: CN_AES256_CISCO
        }
    }
}

/// The key with which one user's messages to and from one engine are encrypted.
struct PrivacyKey: Sendable {
    let algorithm: USMUser.Privacy
    /// For DES the key and, behind it, what its vectors are made with.
    let bytes: [UInt8]

    /// - Parameter salt: never the same twice under one key.
    /// - Returns: the encrypted bytes and what msgPrivacyParameters must carry.
    func encrypted(
        _ plain: [UInt8], boots: Int32, time: Int32, salt: UInt64
    ) throws(SNMPError) -> (bytes: [UInt8], parameters: [UInt8]) {
        var input = plain
        let parameters: [UInt8]
        if algorithm == .des {
            // RFC 3414 section 8.1.1: the salt is the boots and a counter; what is behind the PDU is padding.
            parameters = Self.bigEndian(UInt32(bitPattern: boots)) + Self.bigEndian(UInt32(truncatingIfNeeded: salt))
            while input.count % 8 != 0 { input.append(0) }
        } else {
            parameters = Self.bigEndian(salt)
        }
        var output = [UInt8](repeating: 0, count: input.count)
        let vector = initializationVector(parameters, boots: boots, time: time)
        let code = cn_encrypt(
            algorithm.protocolNumber, bytes, bytes.count, vector, vector.count, input, input.count, &output)
        guard code == 0 else { throw SNMPError(.system, "libsnmp did not encrypt with \(algorithm.rawValue)") }
        return (output, parameters)
    }

    /// - Throws: `.wrongPrivacy` when the lengths cannot be right. A wrong key shows only in what comes out.
    func decrypted(
        _ sealed: [UInt8], parameters: [UInt8], boots: Int32, time: Int32
    ) throws(SNMPError) -> [UInt8] {
        guard parameters.count == 8 else {
            throw SNMPError(
                .wrongPrivacy, "expected 8 bytes of msgPrivacyParameters, found \(parameters.count)")
        }
        var output = [UInt8](repeating: 0, count: sealed.count)
        let vector = initializationVector(parameters, boots: boots, time: time)
        let code = cn_decrypt(
            algorithm.protocolNumber, bytes, bytes.count, vector, vector.count, sealed, sealed.count, &output)
        guard code == 0 else {
            throw SNMPError(.wrongPrivacy, "\(sealed.count) bytes do not decrypt with \(algorithm.rawValue)")
        }
        return output
    }

    private func initializationVector(_ parameters: [UInt8], boots: Int32, time: Int32) -> [UInt8] {
        if algorithm == .des {
            // RFC 3414 section 8.1.1.1: the second half of the key, which the cipher does not use.
            zip(bytes.dropFirst(8).prefix(8), parameters).map { $0 ^ $1 }
        } else {
            // RFC 3826 section 3.1.2.1.
            Self.bigEndian(UInt32(bitPattern: boots)) + Self.bigEndian(UInt32(bitPattern: time)) + parameters
        }
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
