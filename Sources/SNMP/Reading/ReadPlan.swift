/// What one poll reads of an agent: instances, then whole columns of tables.
package final class ReadPlan: Sendable {
    package let instances: [ObjectIdentifier]
    package let columns: [ObjectIdentifier]
    /// By column, its identifier in BER: the names of all its instances begin with it.
    let prefixes: [[UInt8]]

    package init(instances: [ObjectIdentifier], columns: [ObjectIdentifier]) {
        self.instances = instances
        self.columns = columns
        prefixes = columns.map { BERWriter.contents(of: $0) }
    }
}

/// What is remembered of one agent from reading to reading with one plan, so that the next one takes fewer packets.
package struct ReadMemory: Sendable {
    /// By column, the rows it had; nil: not known.
    var rows: [ColumnRows?]
    /// By column, bytes that the variable bindings of all rows took.
    var bytes: [Int]
    /// Bytes of variable bindings that the agent and the way to it bear in one reply.
    var capacity = ReadMemory.largestReply
    /// Readings in a row in which silence ended only when less was asked for.
    var doubts = 0

    /// One Ethernet frame holds 1,472 bytes of UDP: with what is around the bindings and a few counters that grew, an answer
    /// still fits.
    static let largestReply = 1_380

    package init(_ plan: ReadPlan) {
        rows = Array(repeating: nil, count: plan.columns.count)
        bytes = Array(repeating: 0, count: plan.columns.count)
    }
}

/// What one reading brought.
package struct AgentReading: Sendable {
    /// By position in the plan's instances; nil: not asked for, or not answered. An object that the agent lacks is an exception.
    package var scalars: [SNMPValue?]
    /// By position in the plan's columns; nil when the column could not be read to its end, empty when the agent lacks it.
    package var columns: [ColumnCells?]
    /// The first thing that went wrong.
    package var failure: SNMPError?
    /// What is peculiar about an agent that answers: `.engineIDChanged`, once, or `.duplicateEngineID`.
    package var notice: SNMPError?
    /// Whether the agent answered at all.
    package var isAnswered = false
    package var memory: ReadMemory

    package init(_ plan: ReadPlan, memory: ReadMemory? = nil) {
        scalars = Array(repeating: nil, count: plan.instances.count)
        columns = Array(repeating: nil, count: plan.columns.count)
        self.memory = memory ?? ReadMemory(plan)
    }
}

/// The cells of a column, in the order of its rows.
package struct ColumnCells: Sendable {
    package var rows: ColumnRows
    /// One for each row.
    package var values: [SNMPValue]

    package init(rows: ColumnRows, values: [SNMPValue]) {
        self.rows = rows
        self.values = values
    }
}
