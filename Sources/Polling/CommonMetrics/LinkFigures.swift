/// What one interface's row says for the metrics of a link.
package enum LinkFigures {
    /// Bytes per second from ifHighSpeed and ifSpeed; nil when neither can be believed.
    ///
    /// Seen on devices: ifSpeed 4294967295 beside a missing ifHighSpeed, ifHighSpeed 4294901759, and bits per second in the
    /// column of megabits.
    package static func bytesPerSecond(megabits: Double?, bits: Double?) -> Double? {
        let largestMegabits = 10_000_000.0
        let believableBits = bits.flatMap { $0 > 0 && $0 < 4_294_967_295 ? $0 : nil }
        if let megabits, megabits > 0, megabits < largestMegabits, megabits != believableBits || megabits < 10_000 {
            return megabits * 1_000_000 / 8
        }
        return believableBits.map { $0 / 8 }
    }
}
