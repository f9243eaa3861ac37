import MonitoringModel

/// What stands behind the value of an OpenMetrics sample.
extension PageCursor {
    /// Seconds since the Unix epoch with a fraction, rounded to milliseconds.
    mutating func openMetricsTimestamp() throws(ExpositionError) -> Timestamp {
        let token = token()
        // Beyond 9e15 ms, some 285,000 years, doubles no longer hold every millisecond.
        guard let seconds = NumberText.double(page[token]), abs(seconds) < 9e12 else {
            throw expected("a timestamp in seconds", found: token)
        }
        return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
    }

    /// `# {labels} value [seconds]`, to the end of the line.
    mutating func skipExemplar(labelLimit: Int) throws(ExpositionError) {
        try consume(UInt8(ascii: "#"), "\"#\" before an exemplar")
        try consume(UInt8(ascii: " "), "one space behind \"#\"")
        var labels: [Label] = []
        try self.labels(.openMetrics, into: &labels, limit: labelLimit)
        try consume(UInt8(ascii: " "), "one space before the value of the exemplar")
        _ = try value()
        if byte != nil {
            try consume(UInt8(ascii: " "), "one space behind the value of the exemplar")
            _ = try openMetricsTimestamp()
        }
        try expectEndOfLine()
    }
}
