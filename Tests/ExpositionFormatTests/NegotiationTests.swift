import ExpositionFormat
import Testing

@Suite struct NegotiationTests {
    @Test(
        "an Accept header chooses the format",
        arguments: [
            (nil, .text),
            ("", .text),
            ("*/*", .text),
            ("text/html,application/xhtml+xml,*/*;q=0.8", .text),
            ("application/json", .text),
            ("application/openmetrics-text", .openMetrics),
            ("Application/OpenMetrics-Text; Version=\"1.0.0\"", .openMetrics),
            ("application/openmetrics-text;version=2.0.0", .text),
            ("application/openmetrics-text;q=0", .text),
            ("application/openmetrics-text;q=2", .text),
            ("application/openmetrics-text;q=0.5,text/plain;q=0.5", .openMetrics),
            ("application/openmetrics-text;q=0.5,text/plain;q=0.501", .text),
            ("application/openmetrics-text;q=0.5,text/plain;q=0.4,*/*;q=0.9", .openMetrics),
            ("application/openmetrics-text;q=0.5,*/*;q=0.9", .text),
            ("text/plain;version=0.0.4;q=0.3, application/openmetrics-text;version=0.0.1;q=0.75", .openMetrics),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,*/*;q=0.2",
                .openMetrics
            ),
            (";;;,,;q=,q", .text),
        ] as [(String?, ExpositionFlavor)])
    func accept(_ header: String?, _ flavor: ExpositionFlavor) {
        #expect(ExpositionFlavor(accept: header) == flavor)
    }

    @Test(
        "a Content-Type header names the format",
        arguments: [
            (nil, .text), ("text/plain; version=0.0.4; charset=utf-8", .text), ("", .text),
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", .openMetrics),
            ("APPLICATION/openmetrics-text", .openMetrics),
        ] as [(String?, ExpositionFlavor)])
    func contentType(_ header: String?, _ flavor: ExpositionFlavor) {
        #expect(ExpositionFlavor(contentType: header) == flavor)
    }

    @Test("each format recognises its own content type", arguments: [ExpositionFlavor.text, .openMetrics])
    func ownContentType(_ flavor: ExpositionFlavor) {
        #expect(ExpositionFlavor(contentType: flavor.contentType) == flavor)
    }
}
