/// The first byte of each segment of a batch.
enum BatchSegment {
    /// A round that needs no earlier one: lists the group's series.
    static let key: UInt8 = 1
    /// A round that goes on from the group's last.
    static let follow: UInt8 = 2
    /// One sample outside of rounds.
    static let late: UInt8 = 3
}

/// The byte before a round's values.
enum RoundTags {
    /// All values are integers.
    static let allIntegers: UInt8 = 0
    /// Two bits a value follow, four values a byte, least significant first.
    static let listed: UInt8 = 1
    /// Every value is written as the one before it was.
    static let asBefore: UInt8 = 2
}
