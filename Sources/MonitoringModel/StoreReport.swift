/// A time that JSON shows as RFC 3339 in UTC.
package struct UTCTime: Hashable, Sendable, Codable {
    package var timestamp: Timestamp

    package init(_ timestamp: Timestamp) {
        self.timestamp = timestamp
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(text: text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected an RFC 3339 time, found \(text)")
        }
        self.timestamp = timestamp
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(timestamp.utcText)
    }
}

/// The times of the oldest and the newest of something, both inclusive.
package struct TimeSpan: Hashable, Sendable, Codable {
    package var first: UTCTime
    package var last: UTCTime

    package init(first: Timestamp, last: Timestamp) {
        self.first = UTCTime(first)
        self.last = UTCTime(last)
    }

    /// - Parameters: milliseconds.
    package init(_ first: Int64, _ last: Int64) {
        self.init(first: Timestamp(milliseconds: first), last: Timestamp(milliseconds: last))
    }

    /// Also covers `other`.
    package mutating func extend(to other: TimeSpan) {
        if other.first.timestamp < first.timestamp { first = other.first }
        if other.last.timestamp > last.timestamp { last = other.last }
    }
}

/// What a store holds and how its file stands.
package struct StoreReport: Hashable, Sendable, Codable {
    /// The blocks of one level and resolution.
    package struct Blocks: Hashable, Sendable, Codable {
        /// 1: sealed from memory or imported; each merge adds one.
        package var level: Int
        /// Seconds of a rollup's buckets; 0: raw samples.
        package var resolution: Int
        package var count = 0
        /// Samples, or buckets of rollups.
        package var samples = 0
        package var bytes = 0
        package var span: TimeSpan

        package init(level: Int, resolution: Int, span: TimeSpan) {
            self.level = level
            self.resolution = resolution
            self.span = span
        }
    }

    /// What commits stored and no block holds yet, in part: a row stays until all its samples are in blocks.
    package struct Batches: Hashable, Sendable, Codable {
        package var count = 0
        package var samples = 0
        package var bytes = 0
        /// Nil: there are none.
        package var span: TimeSpan?

        package init() {}
    }

    package var schemaVersion = 0
    /// Series that can be found.
    package var series = 0
    /// By resolution, then level.
    package var blocks: [Blocks] = []
    package var batches = Batches()
    /// The newest sample time that a commit made durable; nil when there is none.
    package var newestAcknowledged: UTCTime?
    /// `metrics.db` with its write-ahead log and shared-memory index.
    package var fileBytes = 0
    /// Bytes of `metrics.db` that hold nothing.
    package var freeBytes = 0
    /// Memory of the label index.
    package var indexBytes = 0
    /// Everything that was found damaged so far and not repaired.
    package var damage: [StoreFinding] = []

    package init() {}
}

/// Something in a store's file that is damaged or missing, and what it held.
package struct StoreFinding: Hashable, Sendable, Codable {
    /// The table; `file` for the structure of the file itself.
    package var table: String
    /// The number of the row; 0 for the file.
    package var row: Int64
    /// What was expected and what was found.
    package var reason: String
    /// When it was found first; nil: just now.
    package var foundAt: UTCTime?
    /// The labels of the series that are hit; a series without readable labels has `__number__` instead. Empty: not known.
    package var series: [[String: String]] = []
    /// The times of the samples that cannot be read; nil: not known.
    package var span: TimeSpan?

    package init(table: String, row: Int64, reason: String) {
        self.table = table
        self.row = row
        self.reason = reason
    }
}

/// What a verification looked at and found.
package struct VerifyReport: Hashable, Sendable, Codable {
    package var series = 0
    package var blocks = 0
    package var pages = 0
    package var batches = 0
    package var samples = 0
    package var bytes = 0
    package var seconds = 0.0
    package var findings: [StoreFinding] = []

    package init() {}
}

/// What a backup copied.
package struct BackupReport: Hashable, Sendable, Codable {
    package struct File: Hashable, Sendable, Codable {
        package var name: String
        package var bytes: Int

        package init(name: String, bytes: Int) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// Absolute.
    package var directory: String
    package var files: [File] = []
    /// The newest sample in it; nil when it has none.
    package var newestSample: UTCTime?
    package var seconds = 0.0
    /// What the verification of the copy found. Damage of the original is copied with it.
    package var findings: [StoreFinding] = []

    package init(directory: String) {
        self.directory = directory
    }
}

/// What an import did.
package struct ImportReport: Hashable, Sendable, Codable {
    /// Samples read from the file.
    package var read = 0
    /// Samples that are new, and durable.
    package var taken = 0
    /// Samples left out since their series had one at that time; the one it had stays.
    package var duplicates = 0
    /// Samples refused because they are more than 5 minutes ahead of the clock.
    package var inFuture = 0
    /// Samples refused because they are older than the retention of raw samples.
    package var expired = 0
    /// Samples refused because the store holds as many series as it can.
    package var refusedSeries = 0
    package var seriesCreated = 0
    /// The times of the samples that are new; nil: none are.
    package var span: TimeSpan?
    package var seconds = 0.0
    /// Why the file was not read to its end, with the line; nil: it was.
    package var failure: String?

    package init() {}
}

/// What an export wrote.
package struct ExportReport: Hashable, Sendable, Codable {
    package var series = 0
    package var samples = 0
    /// Rows of the file that could not be read: what they hold is missing from the export.
    package var damagedRows = 0

    package init() {}
}

/// What a compaction changed.
package struct CompactReport: Hashable, Sendable, Codable {
    package var blocksBefore = 0
    package var blocksAfter = 0
    package var bytesBefore = 0
    package var bytesAfter = 0
    package var seconds = 0.0

    package init() {}
}

/// How far long work on a store has come.
package struct CareProgress: Hashable, Sendable, Codable {
    /// Gets every step; may be called on any thread and must be quick.
    package typealias Handler = @Sendable (CareProgress) -> Void

    /// What is being done, for people.
    package var step: String
    /// The share done, 0 to 1; nil: not known.
    package var share: Double?

    package init(_ step: String, share: Double? = nil) {
        self.step = step
        self.share = share
    }
}
