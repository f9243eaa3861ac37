import Foundation
import MonitoringModel
import Testing
import WebUI

struct NumberFormatTests {
    private let vietnamese = NumberFormat(.vietnamese)
    private let english = NumberFormat(.english)

    @Test(arguments: [
        (0, "0", "0"), (7, "7", "7"), (999, "999", "999"), (1214, "1.214", "1,214"),
        (-1_234_567, "−1.234.567", "−1,234,567"),
        (Int.max, "9.223.372.036.854.775.807", "9,223,372,036,854,775,807"),
        (Int.min, "−9.223.372.036.854.775.808", "−9,223,372,036,854,775,808"),
    ])
    func `integers are grouped`(value: Int, inVietnamese: String, inEnglish: String) {
        #expect(vietnamese.integer(value) == inVietnamese)
        #expect(english.integer(value) == inEnglish)
    }

    @Test(arguments: [
        (1.5, 0, "2"), (1.25, 1, "1,3"), (0.05, 1, "0,1"), (-0.04, 1, "0,0"), (1234.5, 2, "1.234,50"),
        (0.999, 2, "1,00"), (9.994, 2, "9,99"), (.nan, 1, "–"), (.infinity, 1, "–"), (1e300, 1, "–"),
    ])
    func `decimals are rounded`(value: Double, digits: Int, expected: String) {
        #expect(vietnamese.decimal(value, digits: digits) == expected)
    }

    @Test(arguments: [
        (0.992, 1, "99,2\u{A0}%", "99.2%"), (1, 1, "100,0\u{A0}%", "100.0%"), (0.99999, 1, "99,9\u{A0}%", "99.9%"),
        (0.9999, 0, "99\u{A0}%", "99%"), (0, 0, "0\u{A0}%", "0%"), (0.0001, 0, "1\u{A0}%", "1%"),
        (1.2, 0, "120\u{A0}%", "120%"), (.nan, 0, "–", "–"),
    ])
    func `percents never claim the whole or nothing too early`(
        share: Double, digits: Int, inVietnamese: String, inEnglish: String
    ) {
        #expect(vietnamese.percent(share, digits: digits) == inVietnamese)
        #expect(english.percent(share, digits: digits) == inEnglish)
    }

    @Test(
        arguments: [
            (0, "0\u{A0}B"), (999, "999\u{A0}B"), (1000, "1,00\u{A0}kB"), (412_300_000, "412\u{A0}MB"),
            (28.41e12, "28,4\u{A0}TB"),
            (3.5e9, "3,50\u{A0}GB"), (-2e12, "−2,00\u{A0}TB"), (1.2e15, "1,20\u{A0}PB"), (.nan, "–\u{A0}B"),
        ] as [(Double, String)])
    func `bytes are decimal`(value: Double, expected: String) {
        #expect(vietnamese.bytes(value) == expected)
    }

    @Test(
        arguments: [
            (0, "0\u{A0}b"), (999, "999\u{A0}b"), (64_000, "64,0\u{A0}kb"), (6.81e9, "6,81\u{A0}Gb"),
            (1e11, "100\u{A0}Gb"),
        ] as [(Double, String)])
    func `bits are decimal`(value: Double, expected: String) {
        #expect(vietnamese.bits(value) == expected)
    }

    @Test func `used and size share the unit of the size`() {
        #expect(vietnamese.bytes(0.28e12, of: 30e12) == "0,28\u{A0}/\u{A0}30,0\u{A0}TB")
    }
}

struct CivilTimeTests {
    @Test(
        arguments: [
            (1_795_486_353_000, "Asia/Ho_Chi_Minh", "2026-11-24 09:12:33 2 GMT+7"),
            (1_795_486_353_000, "UTC", "2026-11-24 02:12:33 2 GMT"),
            (0, "Asia/Ho_Chi_Minh", "1970-1-1 08:00:00 4 GMT+8"), (-1, "UTC", "1969-12-31 23:59:59 3 GMT"),
            (951_782_400_000, "UTC", "2000-2-29 00:00:00 2 GMT"),
            (1_709_164_800_000, "Asia/Kolkata", "2024-2-29 05:30:00 4 GMT+5:30"),
            (1_751_328_000_000, "Europe/Berlin", "2025-7-1 02:00:00 2 GMT+2"),
            (1_735_689_600_000, "America/St_Johns", "2024-12-31 20:30:00 2 GMT−3:30"),
            (4_102_444_799_999, "UTC", "2099-12-31 23:59:59 4 GMT"),
        ] as [(Int64, String, String)])
    func `a moment has a date and a clock in a time zone`(milliseconds: Int64, zone: String, expected: String) throws {
        let time = CivilTime(Timestamp(milliseconds: milliseconds), in: try #require(TimeZone(identifier: zone)))
        let found = "\(time.year)-\(time.month)-\(time.day) \(time.clock) \(time.weekday) \(time.zoneName)"
        #expect(found == expected)
    }
}
