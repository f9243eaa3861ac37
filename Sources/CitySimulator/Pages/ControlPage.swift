import Inventory

/// The page a person injects faults with, in a drill.
enum ControlPage {
    static let style = """
        body { font: 15px/1.45 "Noto Sans", sans-serif; margin: 1.5rem auto; max-width: 70rem; padding: 0 1rem;
          color: #1c2733; background: #fff; }
        table { border-collapse: collapse; width: 100%; margin-bottom: 1.5rem; }
        th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #d5dce3; vertical-align: top; }
        form { display: inline; } button { font: inherit; } input { font: inherit; width: 32rem; max-width: 80%; }
        .bad { font-weight: 700; color: #a31515; } .message { border: 2px solid #a31515; padding: .5rem; }
        @media (prefers-color-scheme: dark) { body { color: #e3e8ee; background: #12181f; }
          .bad { color: #ff9a8f; } th, td { border-color: #33404d; } }

        """

    /// - Parameter message: what was wrong with the last form.
    static func html(world: CityWorld, message: String?) -> String {
        var page = """
            <!doctype html>
            <html lang="vi">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Thành phố mô phỏng</title>
            <link rel="stylesheet" href="/style.css"></head>
            <body>
            <h1>Thành phố mô phỏng <small lang="en">Simulated city</small></h1>

            """
        if let message { page += "<p class=\"message\">\(HTML.escape(message))</p>\n" }
        page += faults(world.activeFaults())
        page += entry()
        page += links(world)
        page += devices(world)
        return page + "</body>\n</html>\n"
    }

    /// A button that applies one fault.
    private static func button(_ fault: String, _ label: String) -> String {
        "<form method=\"post\" action=\"/faults\"><input type=\"hidden\" name=\"fault\" value=\"\(HTML.escape(fault))\">"
            + "<button>\(HTML.escape(label))</button></form> "
    }

    private static func faults(_ faults: [String]) -> String {
        var text = "<h2>Sự cố đang có <small lang=\"en\">Faults in force</small></h2>\n"
        if faults.isEmpty { return text + "<p>Không có. <span lang=\"en\">None.</span></p>\n" }
        text += "<ul>\n"
        for fault in faults { text += "<li><code>\(HTML.escape(fault))</code></li>\n" }
        return text + "</ul>\n<p>\(button("clear-all", "Xoá tất cả / clear all"))</p>\n"
    }

    private static func entry() -> String {
        var text = """
            <h2>Gây sự cố <small lang="en">Inject</small></h2>
            <form method="post" action="/faults"><input name="fault" aria-label="fault" placeholder="link-down:…" required>
            <button>OK</button></form>
            <details><summary>Ngôn ngữ <span lang="en">Language</span></summary><table>

            """
        for verb in Fault.grammar {
            text +=
                "<tr><td><code>\(HTML.escape(Fault.usage(verb)))</code></td><td lang=\"en\">"
                + "\(HTML.escape(verb.meaning))</td></tr>\n"
        }
        return text + "</table></details>\n"
    }

    private static func links(_ world: CityWorld) -> String {
        var text = """
            <h2>Tuyến <small lang="en">Links</small></h2>
            <table><tr><th>id</th><th>A</th><th>B</th><th>trạng thái</th><th></th></tr>

            """
        for (number, id) in world.plan.linkIDs.enumerated() {
            let ends = world.plan.linkPorts[number]
            let names = [ends.a, ends.b].map { end in
                let device = world.plan.devices[end.device]
                return HTML.escape("\(device.id) \(device.ports[end.port].name)")
            }
            let isUp = world.isLinkUp[number]
            text +=
                "<tr><td>\(HTML.escape(id))</td><td>\(names[0])</td><td>\(names[1])</td><td>"
                + (isUp ? "thông" : "<span class=\"bad\">✕ đứt</span>") + "</td><td>"
                + (world.faults.isCut[number]
                    ? button("link-up:\(id)", "link-up") : button("link-down:\(id)", "link-down"))
                + "</td></tr>\n"
        }
        return text + "</table>\n"
    }

    private static func devices(_ world: CityWorld) -> String {
        var text = """
            <h2>Thiết bị <small lang="en">Devices</small></h2>
            <table><tr><th>id</th><th>tên</th><th>loại</th><th>trạng thái</th><th></th></tr>

            """
        for (number, device) in world.plan.devices.enumerated() {
            let isDead = world.faults.isDead[number]
            let state = isDead ? "✕ hỏng" : world.isReached(number) ? "" : "⊘ không tới được"
            text +=
                "<tr><td>\(HTML.escape(device.id))</td><td>\(HTML.escape(device.name))</td><td>\(device.kind.rawValue)</td><td>"
                + (state.isEmpty ? "tới được" : "<span class=\"bad\">\(state)</span>") + "</td><td>"
                + (isDead
                    ? button("device-alive:\(device.id)", "device-alive")
                    : button("device-dead:\(device.id)", "device-dead"))
                + button("reboot:\(device.id)", "reboot")
                + (device.kind == .ups ? button("ups-on-battery:\(device.id)", "ups-on-battery") : "")
                + button("clear:\(device.id)", "clear") + "</td></tr>\n"
        }
        return text + "</table>\n"
    }
}
