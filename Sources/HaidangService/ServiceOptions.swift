package import Access
package import HaidangConfiguration
package import MonitoringModel

/// What the command line adds to a configuration directory.
package struct ServiceOptions: Sendable {
    package var configurationDirectory: String
    /// Wins over `dataDirectory` of `haidang.yml`; one of the two has to be given.
    package var dataDirectory: String?
    /// Wins over `listen` of `haidang.yml`.
    package var listen: ListenAddress?
    /// Wins over `trapListen` of `haidang.yml`.
    package var trapListen: ListenAddress?
    package var secrets: any SecretSource
    package var isDemo = false
    /// An administrator's token that exists from the start under the name "demo".
    package var provisionedToken: Token?
    /// Applied to each configuration read, at start and on reload: puts the simulated addresses in.
    package var transform: @Sendable (Configuration) throws -> Configuration = { $0 }
    /// Fills an empty data directory before polling starts.
    package var history: (@Sendable (any SampleAppender) async throws -> Void)?
    /// Called once, when the page answers.
    package var onReady: @Sendable (ReadyService) -> Void = { _ in }

    package init(configurationDirectory: String, secrets: any SecretSource) {
        self.configurationDirectory = configurationDirectory
        self.secrets = secrets
    }
}

/// Where a started service is found.
package struct ReadyService: Sendable {
    /// As "http://127.0.0.1:8470/".
    package var url: String
    /// The one-time set-up token; nil when tokens exist.
    package var setUpToken: String?
    /// The trap port listened on; nil without one.
    package var trapPort: UInt16?
}

/// Why the service could not start or went down. Says what to do about it.
package struct ServiceError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}

package enum ProductVersion {
    package static let text = "0.1.0"
}
