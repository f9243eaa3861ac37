package import Inventory
import MonitoringModel
package import SNMP

/// Device knowledge as data: what to ask of which agents and what the answers are called.
///
/// Read from `modules/*.yml` by HaidangConfiguration.
package struct DeviceModule: Hashable, Sendable {
    package var name: String
    /// Made for agents of any maker: where another module says who made a device or how large its stores are, that is believed.
    package var isGeneric: Bool
    /// The module applies to agents for which any of these holds; empty: to all.
    package var match: [Condition]
    /// It applies where the inventory names it, and nowhere else.
    package var isByNameOnly = false
    package var identities: [Identity]
    package var scalars: [Metric]
    package var tables: [Table]
    /// Name of the info series (value 1) that carries the `text` scalars; nil: none.
    package var info: String?

    package init(
        name: String, isGeneric: Bool = false, match: [Condition] = [], identities: [Identity] = [],
        scalars: [Metric] = [], tables: [Table] = [], info: String? = nil
    ) {
        self.name = name
        self.isGeneric = isGeneric
        self.match = match
        self.identities = identities
        self.scalars = scalars
        self.tables = tables
        self.info = info
    }

    /// What must hold of an agent: of each list that is not empty, one element.
    package struct Condition: Hashable, Sendable {
        /// The agent's sysObjectID starts with one of these.
        package var sysObjectIDs: [ObjectIdentifier] = []
        /// sysDescr has one of these.
        package var sysDescriptions: [TextPattern] = []
        /// The agent has an object below one of these.
        package var probes: [ObjectIdentifier] = []

        package init() {}
    }

    package enum Kind: String, CaseIterable, Sendable {
        case gauge, counter
        /// Becomes a label, named like the metric, of the info series of its table or module.
        case text
        /// A series of its own for each of the metric's values, 1 for the one that holds and 0 for the others, with the value's
        /// name in a label named like the metric.
        case states
        /// A series of its own with the value 1 and the text in a label.
        case info
    }

    /// How bytes become text.
    package enum Format: String, CaseIterable, Sendable {
        /// As characters.
        case text
        /// `00:1a:2b:3c:4d:5e`.
        case mac
        /// `0x001A2B`.
        case hex
        /// An IP address of 4 or 16 bytes.
        case address
    }

    /// How well a part of a device is.
    package enum Health: String, CaseIterable, Sendable {
        case ok, warning, critical

        /// The value of `component_health` and `device_health`.
        package var number: Double {
            switch self {
            case .ok: 0
            case .warning: 1
            case .critical: 2
            }
        }
    }

    /// One object to read.
    package struct Metric: Hashable, Sendable {
        /// The MIB object's name, the metric's name.
        package var name: String
        /// Of the column (without index) or the scalar (without `.0`). Of several the first that has a value is taken, row by
        /// row: 64-bit counters before those of 32.
        package var oids: [ObjectIdentifier]
        /// The upper 32 bits of a number whose lower 32 bits are at `oids`.
        package var high: ObjectIdentifier?
        /// Columns of the same row that say what a number is to be multiplied by.
        package var factors = Factors()
        package var kind: Kind
        package var help: String
        package var reading: ValueReading
        /// What raw values are called, by number or text.
        package var values: [String: String]
        /// What raw values say of the part's health, `*` for all that are not listed; without it those say nothing.
        package var health: [String: Health]
        /// The common metric this object also feeds; nil for none.
        package var common: CommonInput?
        /// Of kinds `text` and `info`.
        package var format = Format.text
        /// Of kind `info`: the label; nil: the metric's name without `_info`.
        package var label: String?

        package init(
            name: String, oids: [ObjectIdentifier], kind: Kind, help: String = "",
            reading: ValueReading = ValueReading(),
            common: CommonInput? = nil
        ) {
            self.name = name
            self.oids = oids
            self.kind = kind
            self.help = help
            self.reading = reading
            self.common = common
            values = [:]
            health = [:]
        }
    }

    /// What a row says of the numbers in it.
    package struct Factors: Hashable, Sendable {
        /// The number is multiplied by the value of this column: allocation units.
        package var times: ObjectIdentifier?
        /// Decimal places of the number: EntitySensorPrecision (RFC 3433).
        package var precision: ObjectIdentifier?
        /// Its power of a thousand: EntitySensorDataScale (RFC 3433), 9 for units.
        package var prefix: ObjectIdentifier?

        package init() {}

        var isEmpty: Bool { self == Factors() }
    }

    /// A table: rows that share an index.
    package struct Table: Hashable, Sendable {
        package var name: String
        /// What a row is; nil: nothing in particular.
        package var component: Component?
        /// The parts of the index; empty: keys do not use them.
        package var index: [IndexPart]
        /// Made unique within the table by appending `_INDEX`; empty: the label `index` with the row's index.
        package var keys: [Key]
        /// All must hold for a row to be taken.
        package var conditions: [RowCondition]
        package var metrics: [Metric]
        /// Name of the info series (value 1, one per row) that carries the row's `text` objects and its index as the label
        /// `index`; nil: none.
        package var info: String?

        package init(
            name: String, keys: [Key], metrics: [Metric], info: String? = nil, component: Component? = nil,
            index: [IndexPart] = [], conditions: [RowCondition] = []
        ) {
            self.name = name
            self.keys = keys
            self.metrics = metrics
            self.info = info
            self.component = component
            self.index = index
            self.conditions = conditions
        }
    }

    /// A label that tells a table's rows apart, and where its text comes from.
    package struct Key: Hashable, Sendable {
        package enum Source: Hashable, Sendable {
            /// The first of these columns that is not empty.
            case columns([ObjectIdentifier])
            /// The part of the index with this number in `Table.index`.
            case index(Int)
            case text(String)
            /// The first of these columns of another table that is not empty, in the row whose index is what `Reference` says.
            case lookup([ObjectIdentifier], by: Reference)
        }

        package enum Reference: Hashable, Sendable {
            /// The parts of the index with these numbers, one after the other.
            case index([Int])
            /// The value of this column.
            case column(ObjectIdentifier)
        }

        package var label: String
        package var source: Source
        /// What of the text is taken: its first group, or all it matches; a text without a match is taken whole.
        package var pattern: TextPattern?
        /// What texts are called instead.
        package var values: [String: String] = [:]

        package init(label: String, source: Source, pattern: TextPattern? = nil) {
            self.label = label
            self.source = source
            self.pattern = pattern
        }

        package init(label: String, columns: [ObjectIdentifier]) {
            self.init(label: label, source: .columns(columns))
        }
    }

    /// Which rows of a table are taken: by the raw value of a column, or by a part of the index.
    package struct RowCondition: Hashable, Sendable {
        package enum Subject: Hashable, Sendable {
            case column(ObjectIdentifier)
            /// The part of the index with this number in `Table.index`.
            case index(Int)
        }

        package enum Test: Hashable, Sendable {
            case isOneOf(Set<String>)
            case isNoneOf(Set<String>)
            case matches(TextPattern)
            case doesNotMatch(TextPattern)
        }

        package var subject: Subject
        package var test: Test

        package init(_ subject: Subject, _ test: Test) {
            self.subject = subject
            self.test = test
        }
    }

    /// What a row of a table is.
    package enum Component: String, CaseIterable, Sendable {
        case interface, store, memory, processor, supply, fan, disk, battery, controller, sensor, outlet, feed, guest,
            member
        case tunnel, peripheral, license, radio, client
    }

    /// What a module says of who made a device. Of several the first whose condition holds is taken.
    package struct Identity: Hashable, Sendable {
        /// Without probes.
        package var condition = Condition()
        package var kind: Device.Kind?
        /// Of each the first source that has a text.
        package var vendor: [Source] = []
        package var model: [Source] = []
        package var software: [Source] = []
        package var serial: [Source] = []

        package init() {}

        package enum Source: Hashable, Sendable {
            case text(String)
            /// A scalar, or the first row of a column that is not empty and fulfils the condition.
            ///
            /// `values`: what raw values are called.
            case object(ObjectIdentifier, where: RowCondition?, pattern: TextPattern?, values: [String: String])
            /// What the pattern finds in sysDescr.
            case description(TextPattern)
            /// By what sysObjectID starts with; the longest counts.
            case objectID([ObjectIdentifier: String])
        }
    }
}
