/// The first byte of a run.
///
/// ```
/// bit   7            6         5           4   3       2   1   0
///       +------------+---------+-----------+-----------+-----------+
///       | exceptions | scale   | divisor   | predictor | form      |
///       +------------+---------+-----------+-----------+-----------+
/// ```
struct RunHeader {
    /// How the values or the residuals follow.
    enum Form: UInt8 {
        /// No integers: every value or time as 8 bytes.
        case raw = 0
        /// No integers: the bits that all values share.
        case pattern = 1
        /// All residuals are 0 and none follows.
        case linear = 2
        /// Most residuals are 0; the others follow, each with its distance from the one before.
        case sparse = 3
        /// All residuals follow.
        case dense = 4
    }

    /// What an integer's residual is counted from.
    enum Predictor: UInt8 {
        /// A level common to the run.
        case level = 0
        /// The integer before plus a step common to the run.
        case step = 1
        /// The integer before plus the difference before.
        case slope = 2
    }

    var form: Form
    var predictor = Predictor.level
    /// The integers were divided by what their differences have in common.
    var hasDivisor = false
    /// The integers are the values times a power of ten, or patterns of bits.
    var hasScale = false
    /// Some values are not among the integers.
    var hasExceptions = false

    var byte: UInt8 {
        form.rawValue | predictor.rawValue << 3 | (hasDivisor ? 0x20 : 0) | (hasScale ? 0x40 : 0)
            | (hasExceptions ? 0x80 : 0)
    }

    /// Nothing but the form is said.
    var isBare: Bool { byte == form.rawValue }
}

extension RunHeader {
    /// Nil for a form or a predictor that does not exist, or that do not go together.
    @inline(__always)
    init?(byte: UInt8) {
        guard let form = Form(rawValue: byte & 7), let predictor = Predictor(rawValue: byte >> 3 & 3) else {
            return nil
        }
        self.init(
            form: form, predictor: predictor, hasDivisor: byte & 0x20 != 0, hasScale: byte & 0x40 != 0,
            hasExceptions: byte & 0x80 != 0)
        switch form {
        case .raw, .pattern: guard isBare else { return nil }
        case .linear: guard predictor != .slope else { return nil }
        case .sparse: guard predictor == .step else { return nil }
        case .dense: break
        }
    }
}
