import Testing
import WebUI

struct SparklineTests {
    private func pool(_ history: [Double], size: Double? = 100) -> OverviewModel.Pool {
        OverviewModel.Pool(
            id: "p", name: "p", used: 1, size: size, fullAt: 0.9, growthPerDay: nil, history: history, age: 1)
    }

    @Test(arguments: [[], [1], [.nan, .nan, 3], [.nan, .infinity]] as [[Double]])
    func `too little history draws nothing`(history: [Double]) {
        #expect(Sparkline(pool(history)) == nil)
    }

    @Test func `a gap stays a gap`() throws {
        let spark = try #require(Sparkline(pool([1, 2, .nan, 3, 4])))
        #expect(spark.path.split(separator: "M").count == 2)
        #expect(spark.first == 1)
        #expect(spark.last == 4)
    }

    private static let histories: [[Double]] = [[5, 5, 5], [0, 0], [1e300, -1e300], (0..<5000).map { Double($0) }]

    @Test(arguments: histories, [100, nil] as [Double?])
    func `a path stays inside its frame`(history: [Double], size: Double?) throws {
        let spark = try #require(Sparkline(pool(history, size: size)))
        let numbers = spark.path.split { "ML ".contains($0) }.compactMap { Double($0) }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 <= 180 })
        #expect((0...36).contains(spark.limitY))
    }
}
