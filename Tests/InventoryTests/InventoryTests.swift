import Inventory
import Testing

@Suite("Areas and sites")
struct CityInventoryTests {
    private let city = CityInventory(
        areas: [
            Area(id: "city", names: [Dated(LocalizedText("Thành phố", english: "City"))]),
            Area(
                id: "north", names: [Dated(LocalizedText("Bắc"))], parents: [Dated<String?>("city")]),
            Area(
                id: "ward",
                names: [
                    Dated(LocalizedText("Phường cũ")),
                    Dated(LocalizedText("Phường mới"), from: CalendarDate("2025-07-01")),
                ],
                parents: [Dated<String?>("north"), Dated<String?>("city", from: CalendarDate("2025-07-01"))]),
        ],
        sites: [
            Site(id: "office", names: [], areas: [Dated("ward")]),
            Site(id: "centre", names: [], areas: [Dated("north"), Dated("city", from: CalendarDate("2016-01-01"))]),
        ])

    @Test("names and parents are those of the last day, or of the day asked for")
    func datedValues() throws {
        let ward = try #require(city.areas.last)
        #expect(ward.name.vietnamese == "Phường mới")
        #expect(ward.parent == "city")
        #expect(ward.names.value(on: CalendarDate("2025-06-30"))?.vietnamese == "Phường cũ")
        #expect(ward.names.value(on: CalendarDate("2025-07-01"))?.vietnamese == "Phường mới")
        #expect([Dated("x", from: CalendarDate("2020-01-01"))].value(on: CalendarDate("2019-12-31")) == nil)
    }

    @Test("the path of an area leads from the root to it")
    func paths() {
        #expect(city.areaPath("ward") == ["city", "ward"])
        #expect(city.areaPath("north") == ["city", "north"])
        #expect(city.areaPath("absent").isEmpty)
    }

    @Test("a cycle ends the path instead of the program")
    func cycle() {
        let areas = [
            Area(id: "a", names: [], parents: [Dated<String?>("b")]),
            Area(id: "b", names: [], parents: [Dated<String?>("a")]),
        ]
        #expect(CityInventory(areas: areas).areaPath("a") == ["b", "a"])
    }

    @Test("sites under an area are those in it and below it")
    func sites() {
        #expect(city.sites(under: "city") == ["office", "centre"])
        #expect(city.sites(under: "ward") == ["office"])
        #expect(city.sites(under: "north").isEmpty)
    }

    @Test("texts without English fall back to Vietnamese")
    func languages() {
        #expect(LocalizedText("Bắc", english: "North").text("en") == "North")
        #expect(LocalizedText("Bắc").text("en") == "Bắc")
        #expect(LocalizedText("Bắc", english: "North").text("vi") == "Bắc")
    }
}

@Suite("Dates")
struct CalendarDateTests {
    @Test(
        "days that exist are read and written alike",
        arguments: ["2016-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
    func valid(text: String) {
        #expect(CalendarDate(text)?.description == text)
    }

    @Test(
        "what is no day is nil",
        arguments: [
            "", "2017-02-29", "1900-02-29", "2016-13-01", "2016-00-10", "2016-01-00", "2016-1-1", "+201-01-01",
            "2016-01-01-",
        ])
    func invalid(text: String) {
        #expect(CalendarDate(text) == nil)
    }

    @Test("days are ordered by the calendar")
    func order() throws {
        let days = try ["2016-12-31", "2016-02-01", "2015-12-31"].map { try #require(CalendarDate($0)) }
        #expect(days.sorted().map(\.description) == ["2015-12-31", "2016-02-01", "2016-12-31"])
    }
}
