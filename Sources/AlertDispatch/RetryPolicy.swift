/// How long to wait between attempts.
package struct RetryPolicy: Hashable, Sendable {
    /// After the first failure; doubles with each further one.
    package var first: Duration
    package var longest: Duration

    package init(first: Duration = .seconds(1), longest: Duration = .seconds(60)) {
        self.first = first
        self.longest = longest
    }

    /// The most that a receiver's `Retry-After` may ask for.
    static let longestPause = Duration.seconds(300)

    /// The wait after this many failures (1, 2, …), shortened by up to a fifth, differently for each key, so that entries that failed together are not
    /// tried again together.
    func delay(after failures: Int, key: String) -> Duration {
        var delay = first
        var doublings = failures - 1
        while doublings > 0, delay < longest {
            delay *= 2
            doublings -= 1
        }
        let hash = Fingerprint.of("\(key)#\(failures)") % 1000
        return min(delay, longest) * (1000 - Int(hash) / 5) / 1000
    }

    /// What a `Retry-After` header asks for, within bounds. Its date form (RFC 9110 section 10.2.3) counts as no wish: receivers that limit rates send
    /// seconds.
    static func pause(_ header: String?) -> Duration {
        guard let header, let seconds = UInt32(header) else { return .zero }
        return min(.seconds(Int64(seconds)), longestPause)
    }
}
