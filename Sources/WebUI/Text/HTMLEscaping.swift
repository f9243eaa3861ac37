import Mustache

/// Escapes scalar by scalar. The engine's own escaping compares whole characters, so a quote followed by a combining
/// mark would pass it unescaped and end an attribute.
struct ScalarHTMLContentType: MustacheContentType {
    /// The name under which templates ask for it.
    static let name = "SCALAR_HTML"

    func escapeText(_ text: String) -> String {
        escapeHTML(text)
    }
}

/// `text` safe inside element content and quoted attributes.
package func escapeHTML(_ text: String) -> String {
    guard text.utf8.contains(where: needsEscape) else { return text }
    var escaped: [UInt8] = []
    escaped.reserveCapacity(text.utf8.count + 32)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "&"): escaped += "&amp;".utf8
        case UInt8(ascii: "<"): escaped += "&lt;".utf8
        case UInt8(ascii: ">"): escaped += "&gt;".utf8
        case UInt8(ascii: "\""): escaped += "&quot;".utf8
        case UInt8(ascii: "'"): escaped += "&#39;".utf8
        case UInt8(ascii: "`"): escaped += "&#96;".utf8
        default: escaped.append(byte)
        }
    }
    return String(decoding: escaped, as: UTF8.self)
}

private func needsEscape(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"),
        UInt8(ascii: "`"):
        true
    default: false
    }
}
