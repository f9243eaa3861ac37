import Inventory

/// The page a portal, mail or department server shows.
enum DevicePage {
    static func html(name: String, world: CityWorld, device: Int, moment: CityWorld.Moment) -> String {
        let time = CivilTime(seconds: moment.simulated)
        let title = HTML.escape(name)
        let visitors = world.users(device, at: moment) * 37 + world.processes(device, at: moment)
        let subject =
            switch world.plan.devices[device].kind {
            case .mail: "Hộp thư công vụ"
            case .portal: "Cổng thông tin điện tử"
            default: "Phần mềm nghiệp vụ"
            }
        return """
            <!doctype html>
            <html lang="vi">
            <head><meta charset="utf-8"><title>\(title)</title></head>
            <body>
            <h1>\(title)</h1>
            <p>\(subject), \(HTML.escape(world.plan.devices[device].location)).</p>
            <p>Số người đang truy cập: \(visitors). Hồ sơ tiếp nhận hôm nay: \(Int(time.hour * 11)).</p>
            <p>Trang mô phỏng của Hải Đăng, không phải trang thật.</p>
            </body>
            </html>

            """
    }
}
