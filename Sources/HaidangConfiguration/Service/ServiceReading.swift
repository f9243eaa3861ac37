import AlertDispatch
import Foundation
import Inventory

extension MappingSchema {
    static let service = MappingSchema(
        "haidang.yml", required: ["cityName", "monitorSite"],
        optional: [
            "cityNameEnglish", "timeZone", "listen", "allowPlainHTTP", "anonymous", "dataDirectory", "retention",
            "retentionFiveMinutes", "retentionHours", "retentionSize", "pollInterval", "pollTimeout", "pollRetries",
            "missedPolls", "reachability", "reachabilityInterval", "trapListen", "trapSources",
            "metricsPageSeries", "slowQuery", "orderLeadTime", "receivers",
        ])
    static let receiver = MappingSchema(
        "a receiver", required: ["name", "webhook"], optional: ["allowsLocalAddresses", "timeout"])
}

/// `haidang.yml` before the cross-checks.
struct ServiceDraft {
    var service: Configuration.Service
    /// Id of the site where the service stands.
    var monitorSite: String
    var source: YAMLValue
}

extension Configuration.Service {
    /// What holds where `haidang.yml` says nothing.
    static let defaults = Configuration.Service(
        cityName: LocalizedText(""), timeZone: "Asia/Ho_Chi_Minh",
        listen: ListenAddress(address: .loopback, port: 8470),
        allowPlainHTTP: false, anonymousViewer: false, dataDirectory: nil, retention: .seconds(400 * 86400),
        pollInterval: .seconds(60), pollTimeout: .seconds(2), pollRetries: 2, missedPolls: 3, trapListen: nil,
        trapSources: [], metricsPageSeries: 100_000, receivers: [])
}

extension ServiceDraft {
    /// Who a request without a token is.
    private enum Anonymous: String, CaseIterable {
        case none, viewer
    }

    /// Nil after problems were reported that leave no usable value.
    init?(_ file: YAMLValue, _ problems: ProblemList) {
        guard let reader = MappingReader(file, .service, problems) else { return nil }
        var service = Configuration.Service.defaults
        let cityName = reader.localizedText("cityName")
        let monitorSite = reader.scalar("monitorSite", .identifier)
        func set<Value>(_ path: WritableKeyPath<Configuration.Service, Value>, _ key: String, _ form: ScalarForm<Value>)
        {
            if let value = reader.scalar(key, form) { service[keyPath: path] = value }
        }
        set(\.timeZone, "timeZone", .timeZone)
        set(\.listen, "listen", .listenAddress)
        set(\.allowPlainHTTP, "allowPlainHTTP", .boolean)
        set(\.retention, "retention", .duration)
        set(\.retentionFiveMinutes, "retentionFiveMinutes", .duration)
        set(\.retentionHours, "retentionHours", .duration)
        service.retentionSize = reader.scalar("retentionSize", .byteCount)
        set(\.pollInterval, "pollInterval", .duration)
        set(\.pollTimeout, "pollTimeout", .duration)
        set(\.pollRetries, "pollRetries", .integer(0...10))
        set(\.missedPolls, "missedPolls", .integer(1...100))
        set(\.reachability, "reachability", .oneOf(Configuration.Service.Reachability.self))
        set(\.reachabilityInterval, "reachabilityInterval", .duration)
        if service.reachabilityInterval < .seconds(1) {
            reader.problems.report(
                reader.place("reachabilityInterval"),
                "expected a \"reachabilityInterval\" of at least 1s, found a shorter one")
        }
        set(\.metricsPageSeries, "metricsPageSeries", .integer(0...100_000_000))
        set(\.slowQuery, "slowQuery", .duration)
        set(\.orderLeadTime, "orderLeadTime", .duration)
        service.anonymousViewer = reader.scalar("anonymous", .oneOf(Anonymous.self)) == .viewer
        service.dataDirectory = reader.scalar("dataDirectory", .text)
        service.trapListen = reader.scalar("trapListen", .listenAddress)
        service.trapSources = reader.list("trapSources", .subnet)
        service.receivers = Self.receivers(reader)
        Self.checkListener(service, reader)
        guard let cityName, let monitorSite else { return nil }
        service.cityName = cityName
        self.init(service: service, monitorSite: monitorSite, source: file)
    }

    private static func receivers(_ reader: MappingReader) -> [Receiver] {
        var places: [String: Place] = [:]
        return reader.list("receivers").compactMap { value in
            guard let reader = MappingReader(value, .receiver, reader.problems) else { return nil }
            let name = reader.scalar("name", .identifier)
            if let name {
                if let first = places[name] {
                    reader.problems.report(
                        reader.place("name"),
                        "expected the name of a receiver that no other has, found \(quoted(name)) again (first at \(first))"
                    )
                }
                places[name] = places[name] ?? reader.place("name")
            }
            let webhook = reader.scalar("webhook", .webhook)
            let allowsLocalAddresses = reader.scalar("allowsLocalAddresses", .boolean, default: false)
            let timeout = reader.scalar("timeout", .duration, default: .seconds(5))
            guard let name, let webhook, let allowsLocalAddresses, let timeout else { return nil }
            return Receiver(
                name: name, webhook: webhook, allowsLocalAddresses: allowsLocalAddresses, timeout: timeout)
        }
    }

    /// What anyone on the network could read or take over unless someone decided so.
    private static func checkListener(_ service: Configuration.Service, _ reader: MappingReader) {
        guard !service.listen.address.isLoopback else { return }
        if service.anonymousViewer {
            reader.problems.report(
                reader.place("anonymous"),
                "expected \"anonymous: none\" while \"listen\" is not a loopback address, found \"viewer\" with "
                    + "\(service.listen)")
        }
        if !service.allowPlainHTTP {
            reader.problems.report(
                reader.place("listen"),
                "expected a loopback address in \"listen\", or \"allowPlainHTTP: true\" beside it, found \(service.listen)"
            )
        }
    }
}

extension ScalarForm where Value == String {
    /// An IANA time zone the system knows.
    fileprivate static var timeZone: ScalarForm {
        ScalarForm(expected: "an IANA time zone as Asia/Ho_Chi_Minh", candidates: TimeZone.knownTimeZoneIdentifiers) {
            text in
            // Foundation also reads abbreviations ("ICT") and offsets ("GMT+7"), which have no calendar of their own.
            (text == "UTC" || text.contains("/")) && TimeZone(identifier: text) != nil ? text : nil
        }
    }

    /// An absolute URL. It often carries a token, so it is never shown.
    fileprivate static var webhook: ScalarForm {
        ScalarForm(expected: "an absolute http or https URL", isHidden: true) { text in
            guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else { return nil }
            let rest = text.dropFirst(scheme.count)
            let isClean = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
            return isClean && rest.first.map { $0.isLetter || $0.isNumber || $0 == "[" } == true ? text : nil
        }
    }
}
