/// The headers of a remote-write request that decide whether its body can be read.
package enum RemoteWriteHeaders {
    /// An answer to a request whose body is not looked at.
    package struct Refusal: Hashable, Sendable {
        /// The HTTP status.
        package var status: Int
        package var text: String
    }

    /// Why a body with these headers is not read; nil when it is.
    ///
    /// As in Prometheus 3.5, an absent or empty header stands for what remote write 1.0 prescribes, and a content type without
    /// `proto` means version 1.0. Version 2.0 (`proto=io.prometheus.write.v2.Request`) is refused with 415, upon which senders
    /// that know both fall back.
    ///
    /// - Parameters:
    ///   - contentType: the value of `Content-Type`, nil when absent.
    ///   - contentEncoding: the value of `Content-Encoding`, nil when absent.
    package static func refusal(contentType: String?, contentEncoding: String?) -> Refusal? {
        let type = trimmed(contentType ?? "")
        if !type.isEmpty {
            let parts = type.split(separator: ";", omittingEmptySubsequences: false).map { trimmed($0) }
            guard parts[0].lowercased() == mediaType else { return refusal("Content-Type \(mediaType)", found: type) }
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                    trimmed($0)
                }
                guard pair.count == 2 else {
                    return refusal("parameters name=value after Content-Type \(mediaType)", found: type)
                }
                if pair[0].lowercased() == "proto", unquoted(pair[1]) != message {
                    return refusal("Content-Type \(mediaType) with proto=\(message) or without proto", found: type)
                }
            }
        }
        let encoding = trimmed(contentEncoding ?? "")
        if !encoding.isEmpty, encoding.lowercased() != "snappy" {
            return refusal("Content-Encoding snappy", found: encoding)
        }
        return nil
    }

    private static let mediaType = "application/x-protobuf"
    private static let message = "prometheus.WriteRequest"

    private static func refusal(_ expected: String, found: String) -> Refusal {
        Refusal(status: 415, text: "expected \(expected), found \(RemoteWriteError.quoted(found))")
    }

    private static func unquoted(_ text: String) -> String {
        text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        var rest = text.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest = rest.dropLast() }
        return String(rest)
    }
}
