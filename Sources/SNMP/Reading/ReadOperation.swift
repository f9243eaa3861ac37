/// Reads the instances and columns of a plan in few packets, one question after the other; a state machine without I/O.
///
/// A question asks for so many rows of so many columns that the answer fills a datagram, by what the columns took at the last
/// reading, and for one row more than a column had, which shows its end. Columns of equally many rows go together. A cell whose
/// name is the one of the last reading costs two comparisons of bytes; only where rows came or went are names decoded.
struct ReadOperation {
    private struct Column {
        /// The rows of the last reading, as long as this one finds the same.
        var expected: ColumnRows?
        /// Rows found in a row that are the expected ones.
        var matched = 0
        /// All rows found, from the first on that was not expected.
        var fresh: ColumnRows.Builder?
        var values: [SNMPValue] = []
        /// Of the variable bindings so far.
        var bytes = 0
        /// Nothing more is to be asked of it.
        var isOver = false

        /// Rows still to come with the one that shows the end; nil: not known.
        var remaining: Int? {
            guard fresh == nil, let expected else { return nil }
            return expected.count - matched + 1
        }
    }

    private enum Phase {
        case instances(GetOperation)
        case columns
    }

    private let plan: ReadPlan
    /// Positions in the plan's instances.
    private let instances: [Int]
    private let limits: WalkLimits
    /// GETNEXT only: SNMPv1.
    private let isSingle: Bool
    private var phase: Phase
    private(set) var reading: AgentReading
    private var columns: [Column]
    /// Columns before this one are over.
    private var firstOpen = 0
    /// Columns of the question that is out, in its order.
    private var asked: [Int] = []
    private var repetitions = 1
    /// Columns in one question at most; 1 after an agent did not say which column its error is about.
    private var width: Int
    private var capacity: Int
    /// A question was asked again for less, since no answer came.
    private var didShrink = false
    private var bytes = 0
    /// Rows of this reading that were no column's before.
    private var fresh: [ColumnRows] = []

    /// Columns in one question at most: some agents refuse more variable bindings.
    private static let widest = 32
    /// Readings in a row that had to ask for less, after which less is asked for at once.
    private static let patience = 3
    /// Rows asked of a column of which nothing is known.
    private static let firstRows = 16
    /// Bytes of a variable binding of which nothing is known.
    private static let usualBytes = 24

    /// - Parameter instances: positions in the plan's instances to ask for.
    init(_ plan: ReadPlan, instances: [Int], memory: ReadMemory, limits: WalkLimits, isSingle: Bool) {
        self.plan = plan
        self.instances = instances
        self.limits = limits
        self.isSingle = isSingle
        phase = instances.isEmpty ? .columns : .instances(GetOperation(instances.map { plan.instances[$0] }))
        reading = AgentReading(plan, memory: memory)
        columns = memory.rows.map { Column(expected: $0) }
        width = Self.widest
        capacity = memory.capacity
        for index in columns.indices {
            columns[index].values.reserveCapacity((columns[index].expected?.count ?? 0) + 1)
        }
    }

    // MARK: Asking

    mutating func start() -> Operation.Step {
        if case .instances(var get) = phase {
            defer { phase = .instances(get) }
            return get.next()
        }
        return next()
    }

    /// The next question of the columns, or the end.
    private mutating func next() -> Operation.Step {
        while firstOpen < columns.count, columns[firstOpen].isOver { firstOpen += 1 }
        guard firstOpen < columns.count else {
            noteSilence()
            return .finished([])
        }
        choose()
        return .ask(question())
    }

    /// Decides which columns the next question asks, and for how many rows.
    private mutating func choose() {
        let remaining = columns[firstOpen].remaining
        var open: [Int] = []
        var index = firstOpen
        while index < columns.count, open.count < width {
            if !columns[index].isOver, isSingle || columns[index].remaining == remaining { open.append(index) }
            index += 1
        }
        let rows = isSingle ? 1 : remaining ?? Self.firstRows
        var best = (columns: 1, rows: 1, cost: Double.infinity)
        var rowBytes = 0
        for count in 1...open.count {
            rowBytes += usualBytes(of: open[count - 1])
            let fitting = max(1, min(rows, capacity / max(rowBytes, 1)))
            guard count == 1 || rowBytes <= capacity else { break }
            let packets = (rows + fitting - 1) / fitting
            let cost = Double(packets) / Double(count)
            if cost < best.cost - 1e-9 { best = (count, (rows + packets - 1) / packets, cost) }
        }
        asked = Array(open[..<best.columns])
        repetitions = best.rows
    }

    private func usualBytes(of index: Int) -> Int {
        guard let rows = reading.memory.rows[index], rows.count > 0 else { return Self.usualBytes }
        return max(1, (reading.memory.bytes[index] + rows.count - 1) / rows.count)
    }

    private func question() -> PDU {
        let names = asked.map { VarBind(position(of: $0)) }
        return isSingle
            ? PDU(.getNext, requestID: 0, varBinds: names)
            : PDU(.getBulk, requestID: 0, errorIndex: Int32(repetitions), varBinds: names)
    }

    /// The name after which a column goes on.
    private func position(of index: Int) -> ObjectIdentifier {
        lastIndex(of: index).map { plan.columns[index].appending($0) } ?? plan.columns[index]
    }

    private func lastIndex(of index: Int) -> [UInt32]? {
        let column = columns[index]
        if let fresh = column.fresh { return fresh.last }
        guard let expected = column.expected, column.matched > 0 else { return nil }
        return expected.index(column.matched - 1)
    }

    /// The same question for fewer rows; nil when it asks for one already. Its answer begins as that to the longer one does.
    mutating func smaller() -> PDU? {
        guard case .columns = phase else { return nil }
        didShrink = true
        capacity = max(capacity / 2, 1)
        guard repetitions > 1 else { return nil }
        repetitions /= 2
        return question()
    }

    // MARK: Answers

    /// - Parameters:
    ///   - varBinds: checked for nothing but its own length.
    ///   - size: bytes of the datagram.
    /// - Throws: `.malformedReply` when the list is none: it changed nothing.
    mutating func receive(_ head: PDUHead, _ varBinds: BERReader, size: Int) throws(SNMPError) -> Operation.Step {
        guard case .instances(var get) = phase else { return try receiveColumns(head, varBinds, size: size) }
        var list = varBinds
        let step = get.receive(PDU(head, try list.remainingVarBinds()))
        phase = .instances(get)
        reading.isAnswered = true
        guard case .finished(let values) = step else { return step }
        for (position, varBind) in zip(instances, values) { reading.scalars[position] = varBind.value }
        phase = .columns
        return next()
    }

    private mutating func receiveColumns(
        _ head: PDUHead, _ varBinds: BERReader, size: Int
    ) throws(SNMPError) -> Operation.Step {
        try Self.checkStructure(varBinds)
        reading.isAnswered = true
        let place = Int(head.errorIndex) - 1
        let named = asked.count == 1 ? 0 : asked.indices.contains(place) ? place : nil
        switch head.errorStatus {
        case 0: break
        case ErrorStatus.tooBig:
            return askForLess() ?? .failed(ErrorStatus.error(head.errorStatus, about: plan.columns[asked[0]]))
        case ErrorStatus.noSuchName:
            // With v1 a column that has no more objects spoils the whole answer.
            guard let named else { return askOneByOne() }
            end(asked[named])
            return next()
        default:
            guard let named else { return askOneByOne() }
            fail(asked[named], ErrorStatus.error(head.errorStatus, about: position(of: asked[named])))
            return next()
        }
        // Some agents answer with nothing at all when the answer would be too big.
        guard !varBinds.isAtEnd else {
            let expected = "expected a variable binding after \(position(of: asked[0])), found none"
            return askForLess() ?? .unusable(SNMPError(.malformedReply, expected))
        }
        bytes += size
        take(varBinds)
        guard bytes <= limits.bytes else {
            return .failed(SNMPError(.walkLimit, "more than \(limits.bytes) bytes of columns"))
        }
        return next()
    }

    /// Asks anew for an answer of half the size; nil when it is as small as can be.
    private mutating func askForLess() -> Operation.Step? {
        guard asked.count > 1 || repetitions > 1 else { return nil }
        if repetitions == 1 { width = max(1, asked.count / 2) }
        capacity = max(capacity / 2, 1)
        reading.memory.capacity = capacity
        return next()
    }

    private mutating func askOneByOne() -> Operation.Step {
        width = 1
        return next()
    }

    /// Whether the list is one of pairs of a name and something, so that what is read of it afterwards is there.
    private static func checkStructure(_ varBinds: BERReader) throws(SNMPError) {
        var list = varBinds
        while !list.isAtEnd {
            if list.plainVarBind() != nil { continue }
            var pair = try list.nested(BERTag.sequence, "a variable binding")
            _ = try pair.range(BERTag.objectIdentifier, "the name of a variable binding")
            _ = try pair.element("a value")
            try pair.finish("a variable binding")
        }
    }

    /// Takes in the cells of an answer, row by row of the columns asked.
    private mutating func take(_ varBinds: BERReader) {
        var list = varBinds
        var place = 0
        var count = 0
        var ended = 0
        while !list.isAtEnd {
            let start = list.position
            let index = asked[place]
            place = place + 1 == asked.count ? 0 : place + 1
            count += 1
            if let cell = list.plainVarBind(), takeExpected(cell, of: index) {
                columns[index].bytes += list.position - start
                continue
            }
            list.position = start
            guard var pair = try? list.nested(BERTag.sequence, "a variable binding") else { return }
            guard !columns[index].isOver else { continue }
            do throws(SNMPError) {
                if try takeCell(&pair, of: index) {
                    columns[index].bytes += list.position - start
                } else {
                    end(index)
                    ended += 1
                }
            } catch {
                fail(index, error)
                ended += 1
            }
        }
        // The agent, or the way, bears no longer answer than this: the next question asks for what fits.
        let length = list.position - varBinds.position
        if count < asked.count * repetitions, ended == 0, length < capacity {
            capacity = max(length, 1)
            reading.memory.capacity = capacity
        }
    }

    /// A cell that is where the last reading had one, with a number: most cells.
    ///
    /// - Returns: false when it is another cell, of which nothing was taken.
    @inline(__always)
    private mutating func takeExpected(_ cell: PlainVarBind, of index: Int) -> Bool {
        let prefix = plan.prefixes[index]
        let length = cell.name.count - prefix.count
        return columns.withUnsafeMutableBufferPointer { columns in
            guard !columns[index].isOver, columns[index].fresh == nil, let expected = columns[index].expected,
                columns[index].matched < expected.count, length > 0, let name = cell.name.baseAddress,
                prefix.withUnsafeBufferPointer({ prefix in
                    for offset in 0..<prefix.count where prefix[offset] != name[offset] { return false }
                    return true
                }),
                expected.matches(columns[index].matched, name + prefix.count, count: length),
                let value = cell.number
            else { return false }
            columns[index].matched += 1
            columns[index].values.append(value)
            return true
        }
    }

    /// - Returns: false when the cell is not of the column: the column has ended.
    /// - Throws: what ends the column: `.oidNotIncreasing`, `.walkLimit`, `.malformedReply`.
    private mutating func takeCell(_ pair: inout BERReader, of index: Int) throws(SNMPError) -> Bool {
        let name = pair.lent(try pair.range(BERTag.objectIdentifier, "the name of a variable binding"))
        let prefix = plan.prefixes[index]
        let isBelow = prefix.withUnsafeBytes { prefix in
            name.count > prefix.count && UnsafeRawBufferPointer(rebasing: name[..<prefix.count]).equals(prefix)
        }
        if isBelow, columns[index].fresh == nil, let expected = columns[index].expected,
            columns[index].matched < expected.count,
            let bytes = name.baseAddress?.assumingMemoryBound(to: UInt8.self),
            expected.matches(columns[index].matched, bytes + prefix.count, count: name.count - prefix.count)
        {
            let value = try pair.value()
            guard !value.isException else { return false }
            columns[index].matched += 1
            columns[index].values.append(value)
            return true
        }
        return try takeOtherCell(name, &pair, of: index)
    }

    /// A cell that the last reading did not have at this place, or something else.
    private mutating func takeOtherCell(
        _ name: UnsafeRawBufferPointer, _ pair: inout BERReader, of index: Int
    ) throws(SNMPError) -> Bool {
        // Decoded, since some agents write identifiers in more bytes than they need.
        let oid = try pair.objectIdentifier(in: name)
        guard oid.starts(with: plan.columns[index]) else { return false }
        let value = try pair.value()
        guard !value.isException else { return false }
        let row = Array(oid.components.dropFirst(plan.columns[index].components.count))
        let last = lastIndex(of: index) ?? []
        guard last.lexicographicallyPrecedes(row) else {
            throw SNMPError(.oidNotIncreasing, "expected an identifier after \(position(of: index)), found \(oid)")
        }
        guard columns[index].values.count < limits.rows else {
            throw SNMPError(.walkLimit, "more than \(limits.rows) rows below \(plan.columns[index])")
        }
        if columns[index].fresh == nil {
            let matched = columns[index].matched
            columns[index].fresh = columns[index].expected.map { ColumnRows.Builder($0, first: matched) } ?? .init()
        }
        columns[index].fresh?.append(row)
        columns[index].values.append(value)
        return true
    }

    // MARK: Ends

    /// The column was read to its end.
    private mutating func end(_ index: Int) {
        columns[index].isOver = true
        let rows: ColumnRows
        if let expected = columns[index].expected, columns[index].fresh == nil, columns[index].matched == expected.count
        {
            rows = expected
        } else {
            let column = columns[index]
            let builder =
                column.fresh ?? column.expected.map { ColumnRows.Builder($0, first: column.matched) } ?? .init()
            if let same = fresh.first(where: { $0.hasSameRows(as: builder) }) {
                rows = same
            } else {
                rows = ColumnRows(builder)
                fresh.append(rows)
            }
        }
        reading.columns[index] = ColumnCells(rows: rows, values: columns[index].values)
        reading.memory.rows[index] = rows
        reading.memory.bytes[index] = columns[index].bytes
        columns[index].values = []
    }

    /// The column could not be read to its end; the others may be.
    private mutating func fail(_ index: Int, _ error: SNMPError) {
        columns[index].isOver = true
        if reading.failure == nil { reading.failure = error }
    }

    /// An answer may be lost by chance, or because the way does not carry its length. The latter shows in reading after reading,
    /// and is remembered then, so that it costs no more time-outs.
    private mutating func noteSilence() {
        reading.memory.doubts = didShrink ? reading.memory.doubts + 1 : 0
        guard reading.memory.doubts >= Self.patience else { return }
        reading.memory.doubts = 0
        reading.memory.capacity = capacity
    }

    /// Asking on makes no sense: the reading is what there is.
    mutating func stop(_ error: SNMPError) {
        if reading.failure == nil { reading.failure = error }
        noteSilence()
    }

    /// Adds what the agent's operator should know although it answered.
    mutating func note(_ notice: SNMPError) {
        reading.notice = notice
    }
}

extension AgentReading {
    /// What a reading makes of one answer and, after it, of answers that say that all columns have ended. For tests, which need
    /// no socket then; with `memory` of an earlier such reading, most cells take the short way.
    ///
    /// - Returns: also the columns that were asked; nil when the message is no response or its list is none.
    package static func ofOneAnswer(
        _ message: [UInt8], _ plan: ReadPlan, memory: ReadMemory? = nil
    ) -> (reading: AgentReading, asked: [ObjectIdentifier])? {
        let memory = memory ?? ReadMemory(plan)
        var read = ReadOperation(plan, instances: [], memory: memory, limits: WalkLimits(), isSingle: false)
        guard case .ask(let question) = read.start() else { return nil }
        let step = try? message.read { (reader) throws(SNMPError) in
            var contents = try reader.nested(BERTag.sequence, "a message")
            _ = try contents.integer("a version")
            _ = try contents.octets("a community")
            let (head, varBinds) = try contents.pduHead()
            return try read.receive(head, varBinds, size: message.count)
        }
        guard var step else { return nil }
        while case .ask(let next) = step {
            var end = BERWriter()
            end.write(next.varBinds.map { VarBind($0.oid, .endOfMibView) })
            let answer = try? end.bytes.read { (reader) throws(SNMPError) in
                let head = PDUHead(kind: .response, requestID: 0, errorStatus: 0, errorIndex: 0)
                return try read.receive(head, try reader.nested(BERTag.sequence, "a list"), size: 0)
            }
            guard let answer else { return nil }
            step = answer
        }
        return (read.reading, question.varBinds.map(\.oid))
    }
}
