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
        #expect(spark.past.split(separator: "M").count == 2)
        #expect(spark.first == 1)
        #expect(spark.last == 4)
    }

    @Test func `a forecast takes the second half and stays inside the frame`() throws {
        var pool = pool((0..<90).map { 20 + Double($0) / 2 })
        pool.forecast = OverviewModel.Forecast(
            madeAt: SampleCity.now, abstention: nil, fill: CapacityModel.FillDays(p10: 40, p50: 51, p90: 70),
            orderWithin: 3,
            band: (1...365).map {
                CapacityModel.UsePoint(
                    day: $0, p10: 65 + Double($0) / 3, p50: 65 + Double($0) / 2, p90: 65 + Double($0))
            } + [CapacityModel.UsePoint(day: 40, p10: .nan, p50: .nan, p90: .infinity)])
        let spark = try #require(Sparkline(pool))
        let numbers = { (path: String) in path.split { "MLZ ".contains($0) }.compactMap { Double($0) } }
        #expect(numbers(spark.past).enumerated().allSatisfy { $0.offset % 2 == 1 || $0.element <= 90 })
        #expect(numbers(spark.ahead).enumerated().allSatisfy { $0.offset % 2 == 1 || (90...177).contains($0.element) })
        #expect(numbers(spark.band).count == 2 * 181)
        #expect(numbers(spark.band).allSatisfy { (0...180).contains($0) })
    }

    private static let histories: [[Double]] = [[5, 5, 5], [0, 0], [1e300, -1e300], (0..<5000).map { Double($0) }]

    @Test(arguments: histories, [100, nil] as [Double?])
    func `a path stays inside its frame`(history: [Double], size: Double?) throws {
        let spark = try #require(Sparkline(pool(history, size: size)))
        let numbers = spark.past.split { "ML ".contains($0) }.compactMap { Double($0) }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 <= 180 })
        #expect(spark.limitY.map((0...36).contains) ?? (size == nil))
    }
}
