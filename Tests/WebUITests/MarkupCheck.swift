/// Reads a page as strictly as XML wants it, but for HTML's void elements: every tag closed in order, every attribute
/// quoted and given once, no stray `<` or bare `&`.
struct MarkupCheck {
    struct Tag {
        var name: String
        var attributes: [(name: String, value: String)]

        subscript(_ attribute: String) -> String? { attributes.first { $0.name == attribute }?.value }
    }

    /// Every opening tag in order.
    private(set) var tags: [Tag] = []
    /// What is wrong, with the text around it.
    private(set) var faults: [String] = []
    /// Text outside tags, entities as written.
    private(set) var text = ""

    private static let voidElements: Set<String> = ["meta", "link", "img", "br", "input", "hr"]

    init(_ page: String) {
        var open: [String] = []
        let bytes = Array(page.utf8)
        var index = 0
        func excerpt(_ at: Int) -> String {
            String(decoding: bytes[max(0, at - 40)..<min(bytes.count, at + 60)], as: UTF8.self)
        }
        func isName(_ byte: UInt8) -> Bool {
            byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "-")
                || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        }
        func name() -> String {
            let start = index
            while index < bytes.count, isName(bytes[index]) { index += 1 }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        }
        var plain: [UInt8] = []
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "<") else {
                if bytes[index] == UInt8(ascii: "&") { checkEntity(bytes, index, excerpt(index)) }
                plain.append(bytes[index])
                index += 1
                continue
            }
            let start = index
            index += 1
            if bytes[index] == UInt8(ascii: "!") {
                while index < bytes.count, bytes[index] != UInt8(ascii: ">") { index += 1 }
                index += 1
                continue
            }
            if bytes[index] == UInt8(ascii: "/") {
                index += 1
                let closed = name()
                if open.last == closed {
                    open.removeLast()
                } else {
                    faults.append("</\(closed)> closes <\(open.last ?? "nothing")>: \(excerpt(start))")
                }
                index += 1
                continue
            }
            var tag = Tag(name: name(), attributes: [])
            if tag.name.isEmpty { faults.append("stray <: \(excerpt(start))") }
            var isClosed = false
            while index < bytes.count, bytes[index] != UInt8(ascii: ">") {
                let byte = bytes[index]
                if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") {
                    index += 1
                } else if byte == UInt8(ascii: "/") {
                    isClosed = true
                    index += 1
                } else {
                    let attribute = name()
                    guard !attribute.isEmpty else {
                        faults.append("not an attribute: \(excerpt(index))")
                        index += 1
                        continue
                    }
                    var value: [UInt8] = []
                    if index + 1 < bytes.count, bytes[index] == UInt8(ascii: "="),
                        bytes[index + 1] == UInt8(ascii: "\"")
                    {
                        index += 2
                        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                            if bytes[index] == UInt8(ascii: "<") { faults.append("< in a value: \(excerpt(index))") }
                            if bytes[index] == UInt8(ascii: "&") { checkEntity(bytes, index, excerpt(index)) }
                            value.append(bytes[index])
                            index += 1
                        }
                        index += 1
                        if index < bytes.count,
                            ![UInt8(ascii: " "), UInt8(ascii: ">"), UInt8(ascii: "/")].contains(bytes[index])
                        {
                            faults.append("text after a value: \(excerpt(index))")
                        }
                    }
                    if tag[attribute] != nil { faults.append("\(attribute) twice: \(excerpt(start))") }
                    tag.attributes.append((attribute, String(decoding: value, as: UTF8.self)))
                }
            }
            index += 1
            tags.append(tag)
            if !isClosed, !Self.voidElements.contains(tag.name) { open.append(tag.name) }
        }
        if !open.isEmpty { faults.append("left open: \(open)") }
        text = String(decoding: plain, as: UTF8.self)
    }

    private mutating func checkEntity(_ bytes: [UInt8], _ index: Int, _ excerpt: String) {
        let rest = bytes[index..<min(bytes.count, index + 9)]
        if !rest.contains(UInt8(ascii: ";")) { faults.append("bare &: \(excerpt)") }
    }

    /// What the strict content security policy of the pages would refuse, and what reaches for another origin.
    var policyFaults: [String] {
        tags.flatMap { tag in
            tag.attributes.compactMap { name, value -> String? in
                if name == "style" || name.hasPrefix("on") { return "<\(tag.name) \(name)>" }
                if ["href", "src", "action"].contains(name) {
                    let isLocal =
                        value.hasPrefix("#") || value.hasPrefix("?") || value.hasPrefix("/") && !value.hasPrefix("//")
                    return isLocal ? nil : "<\(tag.name) \(name)=\"\(value)\">"
                }
                return nil
            } + (tag.name == "style" || tag.name == "script" && tag["src"] == nil ? ["inline <\(tag.name)>"] : [])
        }
    }

    /// The values of one figure, as `data-value`.
    func figure(_ name: String, id: String? = nil) -> [String] {
        tags.filter { $0["data-figure"] == name && (id == nil || $0["data-id"] == id) }.compactMap { $0["data-value"] }
    }
}
