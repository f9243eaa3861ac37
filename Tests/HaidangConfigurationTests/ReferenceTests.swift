import Foundation
import HaidangConfiguration
import Testing

@Suite("The configuration reference")
struct ReferenceTests {
    @Test(
        "Config/README.md describes every key, in the section of its mapping", arguments: ConfigurationReference.schemas
    )
    func everyKeyIsDescribed(schema: MappingSchema) throws {
        let text = try String(contentsOfFile: "\(ShippedConfiguration.directory)/README.md", encoding: .utf8)
        let sections = text.components(separatedBy: "\n#")
        let section = try #require(
            sections.first { $0.contains("<!-- \(schema.noun) -->") }, "no section is marked <!-- \(schema.noun) -->")
        for key in schema.keys {
            #expect(section.contains("| `\(key)` |"), "\(schema.noun): \(key)")
        }
        let rows = section.components(separatedBy: "\n| `").count - 1
        #expect(rows == schema.keys.count, "\(schema.noun): a row for a key that is not read")
    }
}
