import Compression
import Foundation
import HaidangConfiguration
import Polling
import TestSupport
import Testing

@Suite("Import of snmp_exporter's snmp.yml")
struct ExporterImportTests {
    private static let file = """
        auths:
          plain: { community: s3cret, version: 2 }
          sealed:
            version: 3
            username: ops
            security_level: authPriv
            password: ${SNMP_PASSWORD}
            auth_protocol: SHA256
            priv_protocol: AES
            priv_password: hidden phrase
          odd: { version: 4 }
        modules:
          pumps:
            walk: [1.3.6.1.4.1.99999]
            metrics:
              - { name: pumpCount, oid: 1.3.6.1.4.1.99999.1.1, type: gauge, help: "Pumps." }
              - name: pumpFlow
                oid: 1.3.6.1.4.1.99999.2.1.3
                type: counter
                help: Litres.
                scale: 0.1
                indexes: [{ labelname: pumpIndex, type: gauge }]
                lookups:
                  - { labels: [pumpIndex], labelname: pumpName, oid: 1.3.6.1.4.1.99999.2.1.2, type: DisplayString }
                  - { labels: [], labelname: pumpIndex }
              - name: pumpState
                oid: 1.3.6.1.4.1.99999.2.1.4
                type: EnumAsStateSet
                help: State.
                indexes: [{ labelname: pumpIndex, type: gauge }]
                enum_values: { 1: "on", 2: "null" }
              - name: pumpMAC
                oid: 1.3.6.1.4.1.99999.3.1.2
                type: PhysAddress48
                help: Its address.
                indexes:
                  - { labelname: instance, type: DisplayString, implied: true }
              - name: pumpText
                oid: 1.3.6.1.4.1.99999.1.2
                type: DisplayString
                help: Pressure in a text.
                regex_extracts: { Bar: [{ value: "$1", regex: "^([0-9.]+) bar$" }] }
              - { name: pumpDate, oid: 1.3.6.1.4.1.99999.1.3, type: DateAndTime, help: Date. }
        """

    private func load(_ text: String) throws -> DeviceModule {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("import-\(UUID().uuidString).yml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        return try #require(DeviceModule.load(files: [file.path], over: []).first)
    }

    @Test("metrics keep their names, labels, scales and states; what is unknown here is told")
    func modules() throws {
        let found = try ExporterImport(Array(Self.file.utf8), file: "snmp.yml")
        #expect(found.modules.map(\.name) == ["pumps"])
        let module = try load(found.modules[0].text)
        #expect(module.isByNameOnly)
        #expect(module.scalars.map(\.name) == ["pumpCount", "pumpTextBar"])
        #expect(module.scalars[1].reading.pattern?.source == "^([0-9.]+) bar$")
        #expect(module.tables.map { $0.metrics.map(\.name) } == [["pumpFlow"], ["pumpState"], ["pumpMAC"]])
        #expect(module.tables[0].keys.map(\.label) == ["pumpName"], "the index is dropped as it is there")
        #expect(module.tables[0].metrics[0].reading.scale == 0.1)
        #expect(module.tables[1].keys == [DeviceModule.Key(label: "pumpIndex", source: .index(0))])
        #expect(module.tables[1].metrics[0].values == ["1": "on", "2": "null"])
        #expect(module.tables[2].keys[0].label == "exported_instance")
        #expect(module.tables[2].index == [IndexPart("exported_instance", .implied)])
        #expect(module.tables[2].metrics[0].format == .mac)
        #expect(found.notices.contains { $0.contains("pumpDate: its type DateAndTime is not known here") })
    }

    @Test("auths become credentials that refer to their secrets")
    func auths() throws {
        let found = try ExporterImport(Array(Self.file.utf8), file: "snmp.yml")
        let credentials = try #require(found.credentials)
        #expect(found.secrets.map(\.path) == ["secrets/plain-community", "secrets/sealed-privacy"])
        #expect(found.secrets.map(\.content) == ["s3cret", "hidden phrase"])
        #expect(!credentials.contains("s3cret") && !credentials.contains("hidden phrase"))
        #expect(credentials.contains("environment: SNMP_PASSWORD"))
        #expect(found.notices.contains { $0.contains("auth odd: expected version 1, 2 or 3, found 4") })
    }

    @Test("what is no such file is an error")
    func errors() {
        #expect(throws: ConfigurationErrors.self) { try ExporterImport(Array("a: 1\n".utf8), file: "x.yml") }
        #expect(throws: ConfigurationErrors.self) { try ExporterImport(Array("a: [".utf8), file: "x.yml") }
    }

    @Test(
        "every module that snmp_exporter ships is taken over and checked",
        .enabled(if: SharedData.isPresent, "the profiles beside the checkout are absent"))
    func shipped() throws {
        let directory = try #require(SharedData.directory)
        let file = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/profiles/snmp_exporter-snmp.yml.gz"))
        let found = try ExporterImport(Gzip.decompress([UInt8](file), limit: 16 << 20), file: "snmp.yml")
        #expect(found.modules.count == 52, "of one no metric can be taken over")
        let read = try found.modules.map { try load($0.text) }
        #expect(read.reduce(0) { $0 + $1.scalars.count + $1.tables.flatMap(\.metrics).count } > 4_600)
    }
}
