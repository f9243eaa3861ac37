/// Encodes runs of values and of times. The format is drawn in TimeSeriesStore's article "The run format".
///
/// It owns the memory it works in: keep one and reuse it. Copies share that memory, so they stay on one thread.
package struct RunEncoder {
    private let scratch = RunScratch()

    package init() {}

    /// Appends the encoded values to `bytes`; 1 to 65,535 of them. Every bit of each comes back.
    ///
    /// At most 1 + 8 × count bytes are appended.
    package mutating func encode(values: UnsafeBufferPointer<Double>, to bytes: inout [UInt8]) {
        precondition(1...65_535 ~= values.count, "a run has 1 to 65,535 values")
        let memory = scratch.memory(encoding: values.count)
        let end = encode(values.baseAddress!, values.count, memory)
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: memory.bytes, count: end - memory.bytes))
    }

    /// Appends the encoded times to `bytes`; 1 to 65,535 of them, in milliseconds, in any order.
    ///
    /// At most 1 + 8 × count bytes are appended.
    package mutating func encode(times: UnsafeBufferPointer<Int64>, to bytes: inout [UInt8]) {
        precondition(1...65_535 ~= times.count, "a run has 1 to 65,535 times")
        let memory = scratch.memory(encoding: times.count)
        memory.integers.update(from: times.baseAddress!, count: times.count)
        var end = encodeIntegers(.init(scale: .decimal(0), integerCount: times.count), nil, times.count, memory)
        if end - memory.bytes > 1 + 8 * times.count {
            end = encodeRaw(UnsafeRawBufferPointer(times), memory)
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(start: memory.bytes, count: end - memory.bytes))
    }

    // MARK: Choices
    //
    // Each of these writes a run to the memory's bytes and returns its end.

    private func encode(
        _ values: UnsafePointer<Double>, _ count: Int, _ memory: RunScratch.Memory
    ) -> UnsafeMutableRawPointer {
        let raw = memory.bytes + (1 + 8 * count)
        let first = values[0].bitPattern
        var difference: UInt64 = 0
        for index in 0..<count { difference |= values[index].bitPattern ^ first }
        if difference == 0 {
            let end = encodeConstant(values, memory)
            return end <= raw ? end : encodeRaw(UnsafeRawBufferPointer(start: values, count: 8 * count), memory)
        }
        let scaler = ValueScaler(values: values, count: count, integers: memory.integers, misfits: memory.misfits)
        var decimalEnd: UnsafeMutableRawPointer?
        if let outcome = scaler.decimals() {
            let end = encodeIntegers(outcome, values, count, memory)
            // Markers are left out of patterns too: only other misfits may make patterns the better integers.
            if outcome.finiteMisfitCount * 8 <= count, end <= raw { return end }
            decimalEnd = end
        }
        let patternEnd = encodeIntegers(scaler.patterns(), values, count, memory)
        if let decimalEnd, decimalEnd < patternEnd, decimalEnd <= raw, let outcome = scaler.decimals() {
            return encodeIntegers(outcome, values, count, memory)
        }
        return patternEnd <= raw
            ? patternEnd : encodeRaw(UnsafeRawBufferPointer(start: values, count: 8 * count), memory)
    }

    /// One value all over: as an integer if that is shorter than its bits.
    private func encodeConstant(
        _ values: UnsafePointer<Double>, _ memory: RunScratch.Memory
    ) -> UnsafeMutableRawPointer {
        let bits = values[0].bitPattern
        var patternLength = 2
        for byte in 0..<8 where bits &>> UInt64(byte &* 8) & 0xff != 0 { patternLength += 1 }
        let scaler = ValueScaler(values: values, count: 1, integers: memory.integers, misfits: memory.misfits)
        if let outcome = scaler.decimals(), outcome.misfitCount == 0 {
            let end = encodeIntegers(outcome, values, 1, memory)
            if end - memory.bytes <= patternLength { return end }
        }
        var writer = RunWriter(position: memory.bytes)
        writer.append(RunHeader(form: .pattern).byte)
        writer.append(pattern: bits)
        return writer.position
    }

    private func encodeRaw(
        _ words: UnsafeRawBufferPointer, _ memory: RunScratch.Memory
    ) -> UnsafeMutableRawPointer {
        var writer = RunWriter(position: memory.bytes)
        writer.append(RunHeader(form: .raw).byte)
        for offset in stride(from: 0, to: words.count, by: 8) {
            writer.append(littleEndian: words.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        return writer.position
    }

    // MARK: Integers

    /// Writes the integers of the memory, and what of `values` is not among them.
    private func encodeIntegers(
        _ outcome: ValueScaler.Outcome, _ values: UnsafePointer<Double>?, _ count: Int, _ memory: RunScratch.Memory
    ) -> UnsafeMutableRawPointer {
        let integers = memory.integers
        let differences = memory.differences
        let integerCount = outcome.integerCount
        for index in 0..<integerCount &- 1 { differences[index] = integers[index &+ 1] &- integers[index] }
        let common = CommonDivisor(of: integers, differences: differences, count: integerCount)
        common.divide(integers, differences, count: integerCount)
        let plan = IntegerPlanner(
            integers: integers, count: integerCount, differences: differences, residuals: memory.residuals,
            gaps: memory.gaps
        ).plan()

        var writer = RunWriter(position: memory.bytes)
        writer.append(
            RunHeader(
                form: plan.form, predictor: plan.predictor, hasDivisor: common.divisor != 1,
                hasScale: outcome.scale != .decimal(0), hasExceptions: outcome.misfitCount > 0
            ).byte)
        if outcome.scale != .decimal(0) { writer.append(outcome.scale.byte) }
        if common.divisor != 1 {
            writer.append(varint: UInt64(bitPattern: common.divisor))
            writer.append(varint: UInt64(bitPattern: common.remainder))
        }
        if outcome.misfitCount > 0, let values {
            ExceptionList.write(values, count, misfits: memory.misfits, to: &writer)
        }
        if plan.form != .linear { writer.append(UInt8(truncatingIfNeeded: plan.parameter)) }
        if plan.predictor != .level { writer.append(zigzag: integers[0]) }
        let coarseness = RiceCoding.coarseness(of: plan.parameter)
        switch plan.form {
        case .dense:
            writer.append(zigzag: plan.center &>> coarseness)
            var stream = BitWriter(at: writer.position)
            RiceCoding.write(
                memory.residuals, plan.predictor == .level ? integerCount : integerCount &- 1,
                parameter: plan.parameter, to: &stream)
            return stream.end
        case .sparse:
            writer.append(zigzag: plan.center)
            writer.append(varint: UInt64(truncatingIfNeeded: plan.changeCount))
            writer.append(zigzag: plan.changeCenter &>> coarseness)
            let gapParameter = SparseCoding.gapParameter(steps: integerCount &- 1, changes: plan.changeCount)
            var stream = BitWriter(at: writer.position)
            RiceCoding.write(memory.gaps, plan.changeCount, parameter: gapParameter, to: &stream)
            RiceCoding.write(memory.residuals, plan.changeCount, parameter: plan.parameter, to: &stream)
            return stream.end
        default:
            writer.append(zigzag: plan.center)
            return writer.position
        }
    }
}
