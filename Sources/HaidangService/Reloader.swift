/// Takes configurations into force one after the other: a signal and a request at once do not mix two of them.
actor Reloader {
    /// Runs to its end before the next begins, since it never waits.
    func perform<Value: Sendable>(_ body: @Sendable () throws -> Value) rethrows -> Value {
        try body()
    }
}
