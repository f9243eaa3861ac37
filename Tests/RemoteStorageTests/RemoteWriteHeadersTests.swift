import RemoteStorage
import Testing

@Suite("Headers of remote write")
struct RemoteWriteHeadersTests {
    @Test(
        "what senders of version 1.0 write is read",
        arguments: [
            ("application/x-protobuf", "snappy"), (nil, nil), ("", ""),
            ("application/x-protobuf;proto=prometheus.WriteRequest", "snappy"),
            (" Application/X-Protobuf ; Proto=\"prometheus.WriteRequest\" ; a=b=c", " Snappy"),
        ] as [(String?, String?)])
    func accepted(type: String?, encoding: String?) {
        #expect(RemoteWriteHeaders.refusal(contentType: type, contentEncoding: encoding) == nil)
    }

    @Test(
        "anything else is answered 415 with what was expected and found",
        arguments: [
            ("application/json", "snappy", "expected Content-Type application/x-protobuf, found \"application/json\""),
            (
                "application/x-protobuf;proto=io.prometheus.write.v2.Request", "snappy",
                "expected Content-Type application/x-protobuf with proto=prometheus.WriteRequest or without proto, found "
                    + "\"application/x-protobuf;proto=io.prometheus.write.v2.Request\""
            ),
            (
                "application/x-protobuf;", nil,
                "expected parameters name=value after Content-Type application/x-protobuf, found \"application/x-protobuf;\""
            ),
            (nil, "gzip", "expected Content-Encoding snappy, found \"gzip\""),
            (nil, "snappy, snappy", "expected Content-Encoding snappy, found \"snappy, snappy\""),
            (nil, "\u{1B}[2J\"", "expected Content-Encoding snappy, found \"\\u{1B}[2J\\\"\""),
        ] as [(String?, String?, String)])
    func refused(type: String?, encoding: String?, text: String) {
        let refusal = RemoteWriteHeaders.refusal(contentType: type, contentEncoding: encoding)
        #expect(refusal?.status == 415)
        #expect(refusal?.text == text)
    }
}
