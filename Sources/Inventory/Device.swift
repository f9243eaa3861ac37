/// Something that is polled.
package struct Device: Hashable, Sendable {
    /// What a device is for; decides which pages and simulated objects it has, never how it is polled.
    package enum Kind: String, CaseIterable, Sendable {
        case router, firewall, accessSwitch = "switch", hypervisor, virtualMachine = "vm", array, ups, sensor, codec,
            portal, mail, server, pdu, cooling
        /// What manages a server from below: iLO, iDRAC, IMC, BMC, a chassis' administrator.
        case controller
        case accessPoint = "access-point", loadBalancer = "load-balancer"
        /// Camera or video recorder.
        case camera
        /// What reaches other devices' serial ports and screens.
        case console
        /// What conferences are held on or routed by: MCU, call control.
        case conference
    }

    /// The stable inventory id: the label `instance`.
    package var id: String
    package var name: LocalizedText
    package var kind: Kind
    /// The id of the site: the label `site`.
    package var site: String
    package var address: IPAddress
    package var vendor: String?
    package var model: String?
    package var snmp: SNMPAccess?
    package var checks: [HTTPCheck]
    /// Shorter or longer than the configuration's polling interval; nil: the same.
    package var interval: Duration?

    package init(
        id: String, name: LocalizedText, kind: Kind, site: String, address: IPAddress, vendor: String? = nil,
        model: String? = nil, snmp: SNMPAccess? = nil, checks: [HTTPCheck] = [], interval: Duration? = nil
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.site = site
        self.address = address
        self.vendor = vendor
        self.model = model
        self.snmp = snmp
        self.checks = checks
        self.interval = interval
    }
}

/// How a device is asked over SNMP.
package struct SNMPAccess: Hashable, Sendable {
    /// UDP port, 161 by default.
    package var port: UInt16
    /// Id in `credentials.yml`.
    package var credential: String
    /// Names of the modules to use; empty: those that match the device's sysObjectID.
    package var modules: [String]
    /// contextName of SNMPv3; empty for the default context.
    package var context: String

    package init(credential: String, port: UInt16 = 161, modules: [String] = [], context: String = "") {
        self.port = port
        self.credential = credential
        self.modules = modules
        self.context = context
    }
}

/// One thing asked of a device over HTTP.
package struct HTTPCheck: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Fetches a page: status, timings, certificate expiry. Job `page`.
        case page
        /// Reads a Prometheus exposition page. Job `scrape`.
        case scrape
    }

    package enum Scheme: String, CaseIterable, Sendable {
        case http, https
    }

    package var kind: Kind
    package var scheme: Scheme
    /// TCP port at the device's address.
    package var port: UInt16
    /// Path and query, begins with "/".
    package var path: String
    /// The name sent as Host and checked in the certificate; nil: the address.
    package var host: String?
    /// Whether the certificate must be valid for the name.
    package var verifyCertificate: Bool

    package init(
        kind: Kind, scheme: Scheme = .http, port: UInt16 = 80, path: String = "/", host: String? = nil,
        verifyCertificate: Bool = true
    ) {
        self.kind = kind
        self.scheme = scheme
        self.port = port
        self.path = path
        self.host = host
        self.verifyCertificate = verifyCertificate
    }
}

/// A line between two interfaces.
package struct Link: Hashable, Sendable {
    package struct End: Hashable, Sendable {
        /// Id of the device.
        package var device: String
        /// The interface's ifName.
        package var interface: String

        package init(device: String, interface: String) {
            self.device = device
            self.interface = interface
        }
    }

    /// The label `link`.
    package var id: String
    package var name: LocalizedText
    package var a: End
    package var b: End
    /// Bits per second in each direction, as lines are sold.
    package var bitsPerSecond: Double
    /// Who provides the line, with their contract number: for the person who calls them.
    package var carrier: String?

    package init(
        id: String, name: LocalizedText, a: End, b: End, bitsPerSecond: Double, carrier: String? = nil
    ) {
        self.id = id
        self.name = name
        self.a = a
        self.b = b
        self.bitsPerSecond = bitsPerSecond
        self.carrier = carrier
    }
}

/// A videoconference room.
package struct Room: Hashable, Sendable {
    /// The label `room`.
    package var id: String
    package var name: LocalizedText
    package var site: String
    /// Id of the codec's device.
    package var device: String

    package init(id: String, name: LocalizedText, site: String, device: String) {
        self.id = id
        self.name = name
        self.site = site
        self.device = device
    }
}

/// What a resource is measured in: the ending of its metrics' names.
package enum ResourceUnit: String, CaseIterable, Sendable {
    case bytes
    case bytesPerSecond = "bytes_per_second"
    case cores, watts
    case rackUnits = "rack_units"
    case count
}

/// A resource whose use is planned: a storage pool, the budget of a switch that feeds phones, licences.
package struct Pool: Hashable, Sendable {
    /// The label `resource`.
    package var id: String
    package var name: LocalizedText
    /// The label `kind`: what sort of resource it is ("storage").
    package var kind: String
    /// Id of the device that reports it.
    package var device: String
    /// The row of the device that is this pool: its hrStorageDescr (HOST-RESOURCES-MIB), or the keys of a module's table.
    package var storage: String
    package var unit: ResourceUnit
    /// The share of the size, above 0 and at most 1, at which it counts as full.
    package var fullAt: Double
    /// What it was bought with in `unit`, for plans and for the simulated city; nil: not said. What is measured never comes from here.
    package var size: Double?

    package init(
        id: String, name: LocalizedText, kind: String = "storage", device: String, storage: String,
        unit: ResourceUnit = .bytes, fullAt: Double = 0.8, size: Double? = nil
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.device = device
        self.storage = storage
        self.unit = unit
        self.fullAt = fullAt
        self.size = size
    }
}

/// What a device needs in order to be reached or to work, beside the links.
package struct Dependency: Hashable, Sendable {
    package enum Need: Hashable, Sendable {
        case any, all
        /// At least this many, 1...parents.count.
        case atLeast(Int)
    }

    /// Id of the device that depends.
    package var device: String
    /// Ids of the devices it depends on, never empty.
    package var parents: [String]
    package var need: Need

    package init(device: String, parents: [String], need: Need) {
        self.device = device
        self.parents = parents
        self.need = need
    }
}

/// Where a secret is found. Configuration never holds the secret itself.
package enum SecretReference: Hashable, Sendable, CustomStringConvertible {
    case environment(String)
    /// A file whose content, without a final newline, is the secret.
    case file(String)
    /// A name below `$CREDENTIALS_DIRECTORY` (systemd `LoadCredential=`).
    case systemd(String)

    package var description: String {
        switch self {
        case .environment(let name): "environment variable \(name)"
        case .file(let path): "file \(path)"
        case .systemd(let name): "systemd credential \(name)"
        }
    }
}

/// What an SNMP agent wants to know of us.
package struct Credential: Hashable, Sendable {
    package enum Authentication: String, CaseIterable, Sendable {
        case md5 = "MD5", sha = "SHA", sha224 = "SHA-224", sha256 = "SHA-256", sha384 = "SHA-384", sha512 = "SHA-512"
    }

    package enum Privacy: String, CaseIterable, Sendable {
        case des = "DES", aes = "AES", aes192 = "AES-192", aes256 = "AES-256"
        case aes192Cisco = "AES-192-C", aes256Cisco = "AES-256-C"
    }

    /// A protocol and where its pass phrase is found.
    package struct Secret<Algorithm: Hashable & Sendable>: Hashable, Sendable {
        package var algorithm: Algorithm
        package var reference: SecretReference

        package init(_ algorithm: Algorithm, _ reference: SecretReference) {
            self.algorithm = algorithm
            self.reference = reference
        }
    }

    /// securityLevel (RFC 3411 section 3.4.3).
    package enum Security: Hashable, Sendable {
        /// Proves nothing and hides nothing.
        case noAuthNoPriv
        /// In clear on the wire.
        case authNoPriv(Secret<Authentication>)
        case authPriv(Secret<Authentication>, Secret<Privacy>)
    }

    package enum Scheme: Hashable, Sendable {
        /// In clear on the wire.
        case v1(community: SecretReference)
        /// In clear on the wire.
        case v2c(community: SecretReference)
        case v3(user: String, security: Security)

        /// Whether it is a user of SNMPv3 and no community.
        package var isUser: Bool {
            if case .v3 = self { true } else { false }
        }
    }

    package var id: String
    package var scheme: Scheme

    package init(id: String, scheme: Scheme) {
        self.id = id
        self.scheme = scheme
    }
}
