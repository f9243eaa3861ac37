/// Decodes runs of values and of times.
///
/// It owns the memory it works in: keep one and reuse it. Copies share that memory, so they stay on one thread.
///
/// Any bytes and any count are safe: what is no run of that many values throws. The memory grows with the count.
package struct RunDecoder {
    private let scratch = RunScratch()

    package init() {}

    /// Decodes as many values as `output` holds.
    ///
    /// - Parameter bytes: exactly the bytes of the run.
    /// - Throws: `truncated` or `malformed`; what `output` holds then is undefined.
    package mutating func decodeValues(
        _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Double>
    ) throws(ChunkDecodingError) {
        guard let values = output.baseAddress, output.count > 0 else { throw nothingAsked() }
        let count = output.count
        var reader = ByteReader(bytes)
        let header = try header(&reader)
        switch header.form {
        case .raw:
            try expectRaw(reader, count)
            for index in 0..<count { values[index] = Double(bitPattern: try reader.littleEndian64()) }
        case .pattern:
            output.update(repeating: Double(bitPattern: try ExceptionList.pattern(&reader)))
        case .linear, .sparse, .dense:
            let scale = try scale(header, &reader)
            let common = try commonDivisor(header, &reader)
            let exceptions = reader
            var integerCount = count
            if header.hasExceptions {
                integerCount -= try ExceptionList.read(&reader, count: count) { _, _, _ in }
                guard integerCount > 0 else {
                    throw malformed("a value that is no exception", "none", at: reader.offset)
                }
            }
            let memory = scratch.memory(count, bytes: bytes.count + RiceCoding.padding)
            let integers = memory.integers
            try decodeIntegers(header, bytes, &reader, into: integers, integerCount, memory)
            common.multiply(integers, count: integerCount)
            if header.hasExceptions {
                try merge(exceptions, integers, scale, into: values, count)
            } else {
                scale.restore(integers, count, into: values)
            }
        }
        try expectEnd(reader)
    }

    /// Decodes as many times as `output` holds, in milliseconds.
    ///
    /// - Parameter bytes: exactly the bytes of the run.
    /// - Throws: `truncated` or `malformed`; what `output` holds then is undefined.
    package mutating func decodeTimes(
        _ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableBufferPointer<Int64>
    ) throws(ChunkDecodingError) {
        guard let times = output.baseAddress, output.count > 0 else { throw nothingAsked() }
        let count = output.count
        var reader = ByteReader(bytes)
        let header = try header(&reader)
        guard header.form != .pattern, !header.hasScale, !header.hasExceptions else {
            throw malformed("a form of times", "one of values", at: 0)
        }
        if header.form == .raw {
            try expectRaw(reader, count)
            for index in 0..<count { times[index] = Int64(bitPattern: try reader.littleEndian64()) }
        } else {
            let common = try commonDivisor(header, &reader)
            let memory = scratch.memory(count, bytes: bytes.count + RiceCoding.padding)
            try decodeIntegers(header, bytes, &reader, into: times, count, memory)
            common.multiply(times, count: count)
        }
        try expectEnd(reader)
    }

    // MARK: Integers

    private func decodeIntegers(
        _ header: RunHeader, _ bytes: UnsafeRawBufferPointer, _ reader: inout ByteReader,
        into integers: UnsafeMutablePointer<Int64>, _ count: Int, _ memory: RunScratch.Memory
    ) throws(ChunkDecodingError) {
        var parameter: UInt64 = 0
        if header.form != .linear {
            parameter = UInt64(try reader.byte())
            guard parameter <= RiceCoding.largestParameter else {
                throw malformed(
                    "a Rice parameter of at most \(RiceCoding.largestParameter)", "\(parameter)", at: reader.offset - 1)
            }
        }
        let coarseness = RiceCoding.coarseness(of: parameter)
        let first = header.predictor == .level ? 0 : try reader.zigzag()
        let center = try reader.zigzag()
        if header.form == .linear {
            let step = header.predictor == .level ? 0 : center
            var integer = header.predictor == .level ? center : first
            for index in 0..<count {
                integers[index] = integer
                integer &+= step
            }
        } else if header.form == .sparse {
            let start = reader.offset
            let changes = try reader.varint()
            guard changes < UInt64(count) else {
                throw malformed("fewer than \(count) changes", "\(changes)", at: start)
            }
            let changeCenter = try reader.zigzag() &<< coarseness
            let gapParameter = SparseCoding.gapParameter(steps: count &- 1, changes: Int(changes))
            let end = pad(bytes, from: reader.offset, memory)
            guard
                let middle = RiceCoding.readQuotients(
                    memory.bytes, from: 0, to: end, parameter: gapParameter, into: memory.gaps, Int(changes)),
                let position = RiceCoding.readQuotients(
                    memory.bytes, from: middle, to: end, parameter: parameter, into: memory.residuals, Int(changes))
            else { throw truncated("\(changes) changes", bytes) }
            RiceCoding.forEachNumber(memory.bytes, from: 0, parameter: gapParameter, memory.gaps, Int(changes)) {
                memory.gaps[$0] = $1
            }
            RiceCoding.forEachNumber(
                memory.bytes, from: middle, parameter: parameter, memory.residuals, Int(changes)
            ) {
                memory.residuals[$0] = $1
            }
            guard place(Int(changes), center: changeCenter, first: first, step: center, into: integers, count, memory)
            else { throw malformed("changes within \(count) values", "one beyond", at: reader.offset) }
            _ = try reader.skip((position &+ 7) / 8)
        } else {
            let residualCount = header.predictor == .level ? count : count &- 1
            let end = pad(bytes, from: reader.offset, memory)
            guard
                let position = RiceCoding.readQuotients(
                    memory.bytes, from: 0, to: end, parameter: parameter, into: memory.residuals, residualCount)
            else { throw truncated("\(residualCount) residuals", bytes) }
            integrate(
                header.predictor, parameter, first: first, center: center &<< coarseness, into: integers, count, memory)
            _ = try reader.skip((position &+ 7) / 8)
        }
    }

    @inline(__always)
    private func integrate(
        _ predictor: RunHeader.Predictor, _ parameter: UInt64, first: Int64, center: Int64,
        into integers: UnsafeMutablePointer<Int64>, _ count: Int, _ memory: RunScratch.Memory
    ) {
        var integer = first
        switch predictor {
        case .level:
            RiceCoding.forEachNumber(memory.bytes, from: 0, parameter: parameter, memory.residuals, count) {
                integers[$0] = center &+ Int64(zigzag: $1)
            }
        case .step:
            integers[0] = integer
            RiceCoding.forEachNumber(memory.bytes, from: 0, parameter: parameter, memory.residuals, count &- 1) {
                integer &+= center &+ Int64(zigzag: $1)
                integers[$0 &+ 1] = integer
            }
        case .slope:
            integers[0] = integer
            var slope = center
            RiceCoding.forEachNumber(memory.bytes, from: 0, parameter: parameter, memory.residuals, count &- 1) {
                slope &+= Int64(zigzag: $1)
                integer &+= slope
                integers[$0 &+ 1] = integer
            }
        }
    }

    /// Puts changes where the gaps say; false when one would lie beyond the run.
    private func place(
        _ changes: Int, center: Int64, first: Int64, step: Int64, into integers: UnsafeMutablePointer<Int64>,
        _ count: Int, _ memory: RunScratch.Memory
    ) -> Bool {
        var integer = first
        integers[0] = integer
        var index = 1
        for change in 0..<changes {
            let gap = memory.gaps[change]
            guard gap < UInt64(truncatingIfNeeded: count &- index) else { return false }
            let place = index &+ Int(truncatingIfNeeded: gap)
            while index < place {
                integer &+= step
                integers[index] = integer
                index &+= 1
            }
            integer &+= step &+ SparseCoding.change(memory.residuals[change], center: center)
            integers[index] = integer
            index &+= 1
        }
        while index < count {
            integer &+= step
            integers[index] = integer
            index &+= 1
        }
        return true
    }

    /// Copies the bits of the run to memory where zeros follow them.
    /// - Returns: how many bits these are.
    @inline(__always)
    private func pad(_ bytes: UnsafeRawBufferPointer, from offset: Int, _ memory: RunScratch.Memory) -> Int {
        let length = bytes.count &- offset
        if length > 0, let start = bytes.baseAddress {
            memory.bytes.copyMemory(from: start + offset, byteCount: length)
        }
        for word in 0..<RiceCoding.padding / 8 {
            memory.bytes.storeBytes(of: 0, toByteOffset: length &+ word &* 8, as: UInt64.self)
        }
        return length &* 8
    }

    /// Fills `values` from integers and exceptions, which have been read before.
    private func merge(
        _ exceptions: ByteReader, _ integers: UnsafePointer<Int64>, _ scale: ValueScale,
        into values: UnsafeMutablePointer<Double>, _ count: Int
    ) throws(ChunkDecodingError) {
        var reader = exceptions
        var taken = 0
        var end = 0
        _ = try ExceptionList.read(&reader, count: count) { start, length, bits in
            scale.restore(integers + taken, start - end, into: values + end)
            taken += start - end
            (values + start).update(repeating: Double(bitPattern: bits), count: length)
            end = start + length
        }
        scale.restore(integers + taken, count - end, into: values + end)
    }

    // MARK: The head

    @inline(__always)
    private func header(_ reader: inout ByteReader) throws(ChunkDecodingError) -> RunHeader {
        let byte = try reader.byte()
        guard let header = RunHeader(byte: byte) else {
            throw malformed("the head of a run", String(byte, radix: 16), at: 0)
        }
        return header
    }

    @inline(__always)
    private func scale(_ header: RunHeader, _ reader: inout ByteReader) throws(ChunkDecodingError) -> ValueScale {
        guard header.hasScale else { return .decimal(0) }
        let byte = try reader.byte()
        guard let scale = ValueScale(byte: byte) else { throw malformed("a scale", "\(byte)", at: 1) }
        return scale
    }

    @inline(__always)
    private func commonDivisor(
        _ header: RunHeader, _ reader: inout ByteReader
    ) throws(ChunkDecodingError) -> CommonDivisor {
        guard header.hasDivisor else { return .none }
        let divisor = Int64(bitPattern: try reader.varint())
        return CommonDivisor(divisor: divisor, remainder: Int64(bitPattern: try reader.varint()))
    }

    // MARK: Errors

    private func expectRaw(_ reader: ByteReader, _ count: Int) throws(ChunkDecodingError) {
        guard reader.remaining / 8 >= count else {
            throw ChunkDecodingError(
                .truncated, "expected \(count) times 8 bytes, found \(reader.remaining)", at: reader.offset)
        }
    }

    private func expectEnd(_ reader: ByteReader) throws(ChunkDecodingError) {
        guard reader.isAtEnd else {
            throw malformed("the end of the run", "\(reader.remaining) more bytes", at: reader.offset)
        }
    }

    private func nothingAsked() -> ChunkDecodingError {
        malformed("a run of at least one value", "none", at: 0)
    }

    private func malformed(_ expected: String, _ found: String, at offset: Int) -> ChunkDecodingError {
        ChunkDecodingError(.malformed, "expected \(expected), found \(found)", at: offset)
    }

    private func truncated(_ expected: String, _ bytes: UnsafeRawBufferPointer) -> ChunkDecodingError {
        ChunkDecodingError(.truncated, "expected \(expected), found the end", at: bytes.count)
    }
}
