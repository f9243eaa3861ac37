/// Every key a configuration directory may hold, by the mapping it stands in. `Config/README.md` describes each; a test
/// compares the two.
package enum ConfigurationReference {
    package static let schemas: [MappingSchema] = [
        .service, .receiver,
        .inventoryFile, .area, .datedName, .datedParent, .site, .datedArea, .device, .snmpAccess, .httpCheck, .link,
        .linkEnd, .room, .pool, .dependency,
        .credentialFile, .credential, .protocolAndSecret, .secret,
        .module, .moduleMatch, .moduleIdentity, .moduleWhen, .moduleSource, .moduleMetric, .moduleTable, .moduleIndex,
        .moduleKey, .moduleWhere,
    ]
}
