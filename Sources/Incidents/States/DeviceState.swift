import MonitoringModel

/// What is known about one device.
struct DeviceState: Sendable {
    /// A successful poll came since the device has a path.
    var isSeen = false
    var lastPoll: Timestamp?
    var lastUp: Timestamp?
    /// Polls missed in a row; 0 while there is no path, since those say nothing about the device.
    var misses = 0
    var firstMiss: Timestamp?
    /// The reason code of the last missed poll.
    var reason: String?
    /// Declared down, since its first missed poll; nil otherwise.
    var downSince: Timestamp?
    /// Whether it is known when the first of its polls was missed: not after a restart.
    var isRestored = false

    var hasPath = true
    /// It answered although the inventory shows no path: it counts as reached until it misses a poll.
    var isProven = false
    /// When the path was lost; nil while there is one.
    var lostSince: Timestamp?
    /// Why there is no path.
    var cause: Cause?
    /// The cause that took over the device's own alert, until that alert has been ended.
    var foldedInto: Cause?
    var alert: ActiveAlert?

    var isDown: Bool { downSince != nil }

    /// Forgets missed polls; counting begins anew.
    mutating func resetMisses() {
        misses = 0
        firstMiss = nil
        reason = nil
    }
}
