package import SNMP

/// Device knowledge as data: what to ask of which agents and what the answers are called.
///
/// Read from `modules/*.yml` by HaidangConfiguration.
package struct DeviceModule: Hashable, Sendable {
    /// When a module applies to an agent: any of the conditions; none of them given: always.
    package struct Match: Hashable, Sendable {
        /// The agent's sysObjectID starts with one of these.
        package var sysObjectIDs: [ObjectIdentifier] = []
        /// sysDescr contains one of these texts, compared without case.
        package var sysDescriptions: [String] = []
        /// The agent has something at or below one of these.
        package var probes: [ObjectIdentifier] = []

        package init() {}
    }

    package enum Kind: String, CaseIterable, Sendable {
        case gauge, counter
        /// Text: becomes a label, named like the object, of the info series of its table or module.
        case text
    }

    /// One object to read.
    package struct Metric: Hashable, Sendable {
        /// The MIB object's name, the metric's name.
        package var name: String
        /// Of the column (without index) or the scalar (without `.0`).
        package var oid: ObjectIdentifier
        package var kind: Kind
        package var help: String
        /// Multiplies the raw value; 1 when the raw value is exported as it is.
        package var scale: Double
        /// The common metric this object also feeds, as `device_temperature_celsius`; nil for none.
        package var common: String?

        package init(
            name: String, oid: ObjectIdentifier, kind: Kind, help: String = "", scale: Double = 1,
            common: String? = nil
        ) {
            self.name = name
            self.oid = oid
            self.kind = kind
            self.help = help
            self.scale = scale
            self.common = common
        }
    }

    /// A table: rows that share an index.
    package struct Table: Hashable, Sendable {
        package var name: String
        /// Labels of each row, by column: label name and column OID. The first non-empty of `columns` is taken.
        package struct KeyLabel: Hashable, Sendable {
            package var label: String
            package var columns: [ObjectIdentifier]

            package init(label: String, columns: [ObjectIdentifier]) {
                self.label = label
                self.columns = columns
            }
        }
        /// Made unique within the table by appending `_INDEX`; empty: the label `index` with the row's index.
        package var keys: [KeyLabel]
        package var metrics: [Metric]
        /// Name of the info series (value 1, one per row) that carries the row's `text` objects and its index as the label
        /// `index`; nil: none.
        package var info: String?

        package init(name: String, keys: [KeyLabel], metrics: [Metric], info: String? = nil) {
            self.name = name
            self.keys = keys
            self.metrics = metrics
            self.info = info
        }
    }

    package var name: String
    package var match: Match
    package var scalars: [Metric]
    package var tables: [Table]
    /// Name of the info series (value 1) that carries the `text` scalars; nil: none.
    package var info: String?

    package init(
        name: String, match: Match = Match(), scalars: [Metric] = [], tables: [Table] = [], info: String? = nil
    ) {
        self.name = name
        self.match = match
        self.scalars = scalars
        self.tables = tables
        self.info = info
    }
}
