internal import Glibc

/// Least squares with a penalty on the size of the coefficients (Hoerl and Kennard, 1970), from columns.
///
/// The penalty is given relative to the mean square of the columns, so that it means the same at any scale of the
/// values.
struct RidgeRegression {
    /// One coefficient a column; all 0 where the columns tell nothing.
    let coefficients: [Double]

    /// The coefficients that explain the target by the columns, all of which are runs of one sequence of values.
    ///
    /// - Parameters:
    ///   - values: the sequence.
    ///   - lags: how far before the target each column lies, none greater than the first row of the target.
    ///   - rows: the places of the target in the sequence.
    ///   - penalty: relative, 0 or more.
    init(_ values: [Double], lags: [Int], rows: Range<Int>, penalty: Double) {
        let count = lags.count
        var matrix = [Double](repeating: 0, count: count * count)
        var right = [Double](repeating: 0, count: count)
        values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress, !rows.isEmpty else { return }
            let target = base + rows.lowerBound
            for i in 0..<count {
                let column = target - lags[i]
                right[i] = dotProduct(column, target, rows.count)
                for j in 0...i { matrix[i * count + j] = dotProduct(column, target - lags[j], rows.count) }
            }
        }
        coefficients = Self.solve(&matrix, right, penalty: penalty)
    }

    /// Solves the penalised normal equations by Cholesky's factors, of which the matrix's lower half is filled in.
    private static func solve(_ matrix: inout [Double], _ right: [Double], penalty: Double) -> [Double] {
        let count = right.count
        var trace = 0.0
        for i in 0..<count { trace += matrix[i * count + i] }
        // The least penalty keeps the factors defined where columns repeat each other.
        let ridge = trace / Double(max(1, count)) * max(penalty, 1e-10)
        guard ridge > 0, ridge.isFinite else { return [Double](repeating: 0, count: count) }
        var solution = right
        for i in 0..<count {
            for j in 0...i {
                var sum = matrix[i * count + j]
                if i == j { sum += ridge }
                for k in 0..<j { sum -= matrix[i * count + k] * matrix[j * count + k] }
                if i == j {
                    matrix[i * count + i] = max(sum, ridge * 1e-6).squareRoot()
                } else {
                    matrix[i * count + j] = sum / matrix[j * count + j]
                }
            }
            var sum = solution[i]
            for k in 0..<i { sum -= matrix[i * count + k] * solution[k] }
            solution[i] = sum / matrix[i * count + i]
        }
        for i in stride(from: count - 1, through: 0, by: -1) {
            var sum = solution[i]
            for k in (i + 1)..<max(i + 1, count) { sum -= matrix[k * count + i] * solution[k] }
            solution[i] = sum / matrix[i * count + i]
        }
        return solution
    }
}

/// The sum of the products, with several sums side by side: most of the time of a regression is spent here.
private func dotProduct(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var sums = SIMD8<Double>.zero
    let (rawA, rawB) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    var index = 0
    while index + 8 <= count {
        let offset = index * MemoryLayout<Double>.stride
        sums +=
            rawA.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
            * rawB.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
        index += 8
    }
    var sum = sums.sum()
    while index < count {
        sum += a[index] * b[index]
        index += 1
    }
    return sum
}
