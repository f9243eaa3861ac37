/// Everything a request can ask for, whatever path it comes by. A route that names none cannot be served.
package enum Operation: String, CaseIterable, Sendable {
    /// `/healthz` and `/readyz`.
    case readHealth
    /// Style sheets, scripts and pictures of the pages: part of the program, the same for everybody.
    case readAssets
    case readPages
    case readMetrics
    case readAlerts
    case readTargets
    /// PromQL, series and label lists.
    case query
    /// When resources are full.
    case readForecasts
    /// Forecasts everything now.
    case runForecasts
    /// What the running configuration says, without secrets.
    case readConfiguration
    case reload
    /// Samples from elsewhere, into the store.
    case writeSamples
    /// Names, roles and areas of tokens, never the tokens.
    case readTokens
    case createToken
    case removeToken
    /// What the store holds and how its file stands.
    case readDatabase
    case verifyDatabase
    /// Copies both files into a directory of this machine.
    case backUpDatabase
    case exportDatabase
    case importDatabase
    case compactDatabase
}

/// Who may do an operation.
package enum Requirement: Hashable, Sendable {
    /// Nobody needs to say who they are.
    case open
    /// At least this role; what is seen is narrowed to the principal's area.
    case role(Role)
    /// At least this role, and not confined to an area: the operation concerns the whole city.
    case cityWide(Role)
}

extension Operation {
    /// The one table of who may do what; a new operation does not compile before it has its line here.
    ///
    /// Health is open because the programs that ask (systemd, a load balancer, the quick start) hold no token, and the answer says no
    /// more than whether the service works. Assets are open because a browser fetches them before it can show a refusal.
    package var requirement: Requirement {
        switch self {
        case .readHealth, .readAssets: .open
        case .readPages, .readMetrics, .readAlerts, .readTargets, .readForecasts, .query: .role(.viewer)
        case .readConfiguration, .reload, .writeSamples, .runForecasts: .cityWide(.operator)
        case .readTokens, .createToken, .removeToken: .cityWide(.admin)
        case .readDatabase, .verifyDatabase, .backUpDatabase, .exportDatabase, .importDatabase, .compactDatabase:
            .cityWide(.admin)
        }
    }
}

extension Role {
    /// Whether a principal of this role, confined to an area or not, may do `operation`.
    package func permits(_ operation: Operation, confined: Bool = false) -> Bool {
        switch operation.requirement {
        case .open: true
        case .role(let least): self >= least
        case .cityWide(let least): self >= least && !confined
        }
    }
}
