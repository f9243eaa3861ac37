/// Why a remote-write request, or a part of it, was refused: what was expected, what was found, and where.
///
/// None of these goes away by sending the same bytes again, so all map to statuses of the 400s, which a sender of remote write
/// answers by dropping the request.
package struct RemoteWriteError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// The body is not a snappy block. Nothing was taken.
        case snappy
        /// The request is larger than the receiver's limits allow. Nothing was taken.
        case tooLarge
        /// The decompressed body is not a `prometheus.WriteRequest`. Nothing was taken.
        case protobuf
        /// A series cannot be named so. The series was left out.
        case labels
        /// A sample is not newer than the one before it in the same series. The sample was left out.
        case sampleOrder
        /// The description of a metric cannot be used. It was left out.
        case metadata
    }

    package var code: Code
    package var expected: String
    package var found: String
    /// The offset in the decompressed request; nil when the error is about the body as a whole.
    package var byte: Int?

    package init(_ code: Code, expected: String, found: String, byte: Int? = nil) {
        self.code = code
        self.expected = expected
        self.found = found
        self.byte = byte
    }

    package var description: String {
        "expected \(expected), found \(found)" + (byte.map { " at byte \($0) of the request" } ?? "")
    }

    /// The HTTP status of an answer to a request refused for this.
    package var status: Int { code == .tooLarge ? 413 : 400 }
}

extension RemoteWriteError {
    /// Text of a sender in an error: escaped and cut to fit, for it may be of any length.
    static func quoted(_ text: String) -> String {
        let limit = 64
        let short = text.unicodeScalars.prefix(limit)
        let isCut = short.endIndex < text.unicodeScalars.endIndex
        return String(String.UnicodeScalarView(short)).debugDescription + (isCut ? "…" : "")
    }
}
