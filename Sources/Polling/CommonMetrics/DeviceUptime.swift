/// How long a device has been up.
package enum DeviceUptime {
    /// Hundredths of a second in which sysUpTime comes round: 2^32, 497.1 days.
    private static let wrap = 4_294_967_296.0

    /// - Parameters:
    ///   - host: hrSystemUptime in hundredths of a second: of the host, where sysUpTime is only that of the agent's program.
    ///   - agent: sysUpTime in hundredths of a second.
    ///   - engine: snmpEngineTime in seconds, which does not wrap for 68 years.
    /// - Returns: seconds; nil without any of the first two.
    package static func seconds(host: Double?, agent: Double?, engine: Double?) -> Double? {
        if let host, host > 0 { return host / 100 }
        guard let agent else { return nil }
        guard let engine, engine >= 0 else { return agent / 100 }
        // Both clocks started together if they agree after whole wraps, give or take the start of the agent.
        let wraps = ((engine * 100 - agent) / wrap).rounded()
        guard wraps >= 1, abs(engine * 100 - agent - wraps * wrap) < 360_000 else { return agent / 100 }
        return (agent + wraps * wrap) / 100
    }
}
