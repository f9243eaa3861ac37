import CPlatform

/// The checksum of every BLOB in the store: CRC-32C (Castagnoli), as in iSCSI (RFC 3720, appendix B.4).
package enum CRC32C {
    /// The checksum of `bytes`, continuing from the checksum of what came before them (0: nothing did).
    package static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
        cp_crc32c(previous, bytes.baseAddress, bytes.count)
    }

    /// The checksum of `bytes`.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0) }
    }
}
