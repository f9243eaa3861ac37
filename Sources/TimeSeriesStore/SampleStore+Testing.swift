import DatabaseFiles
import GRDB

extension SampleStore {
    /// From here on commits are not synced to the disk one by one (`synchronous=NORMAL`): a power cut may lose acknowledged
    /// samples. For the power-cut harness alone, which has to find that.
    package func relaxDurabilityForTesting() async throws {
        try await writer.access { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
    }
}
