package import AlertDispatch
package import Inventory
package import Polling

/// A whole configuration directory, read and cross-checked: one immutable value.
package struct Configuration: Sendable {
    /// `haidang.yml`.
    package struct Service: Hashable, Sendable {
        package var cityName: LocalizedText
        package enum Reachability: String, CaseIterable, Sendable {
            /// By ICMP echo, by TCP where this process may not send any.
            case icmp
            case tcp
            case none
        }

        /// IANA name; governs pages and calendars, storage is UTC.
        package var timeZone: String
        package var listen: ListenAddress
        /// Serve plain HTTP on an address that is not loopback.
        package var allowPlainHTTP: Bool
        /// Requests without a token are viewers; only on a loopback listener.
        package var anonymousViewer: Bool
        /// Relative to the configuration directory; nil: given by `--data`.
        package var dataDirectory: String?
        /// How long raw samples are kept, rollups of 5 minutes and of an hour.
        package var retention: Duration
        package var retentionFiveMinutes = Duration.seconds(730 * 86_400)
        package var retentionHours = Duration.seconds(3_650 * 86_400)
        /// Bytes of samples above which the oldest go; nil: no such bound.
        package var retentionSize: Double?
        package var pollInterval: Duration
        package var pollTimeout: Duration
        package var pollRetries: Int
        /// Failed polls in a row after which a device is down.
        package var missedPolls: Int
        /// How devices are probed between polls.
        package var reachability = Reachability.icmp
        package var reachabilityInterval = Duration.seconds(10)
        /// Where traps arrive; nil: nowhere.
        package var trapListen: ListenAddress?
        /// Sources of traps that are looked at; empty: the addresses of the inventory's devices.
        package var trapSources: [IPSubnet]
        /// Series up to which `/metrics` also shows the latest values.
        package var metricsPageSeries: Int
        /// Queries that take longer are logged.
        package var slowQuery = Duration.seconds(10)
        /// From ordering more of a resource to having it.
        package var orderLeadTime = Duration.seconds(45 * 86_400)
        package var receivers: [Receiver]

        package init(
            cityName: LocalizedText, timeZone: String, listen: ListenAddress, allowPlainHTTP: Bool,
            anonymousViewer: Bool, dataDirectory: String?, retention: Duration, pollInterval: Duration,
            pollTimeout: Duration, pollRetries: Int, missedPolls: Int, trapListen: ListenAddress?,
            trapSources: [IPSubnet], metricsPageSeries: Int, receivers: [Receiver]
        ) {
            self.cityName = cityName
            self.timeZone = timeZone
            self.listen = listen
            self.allowPlainHTTP = allowPlainHTTP
            self.anonymousViewer = anonymousViewer
            self.dataDirectory = dataDirectory
            self.retention = retention
            self.pollInterval = pollInterval
            self.pollTimeout = pollTimeout
            self.pollRetries = pollRetries
            self.missedPolls = missedPolls
            self.trapListen = trapListen
            self.trapSources = trapSources
            self.metricsPageSeries = metricsPageSeries
            self.receivers = receivers
        }
    }

    package var service: Service
    package var inventory: CityInventory
    /// Shipped modules overlaid with the directory's own.
    package var modules: [DeviceModule]

    package init(service: Service, inventory: CityInventory, modules: [DeviceModule]) {
        self.service = service
        self.inventory = inventory
        self.modules = modules
    }
}

/// An address and port to listen on.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package var address: IPAddress
    package var port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `ADDRESS:PORT`, an IPv6 address in brackets; port 0 stands for any free one.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ "0123456789".utf8.contains($0) }), let port = UInt16(digits) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let address = IPAddress(String(host)) else { return nil }
        self.init(address: address, port: port)
    }

    package var description: String { "\(address.urlHost):\(port)" }
}
