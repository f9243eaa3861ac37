extension MappingSchema {
    static let inventoryFile = MappingSchema(
        "an inventory file", optional: ["areas", "sites", "devices", "links", "rooms", "pools", "dependencies"])
    static let credentialFile = MappingSchema("the credential file", optional: ["credentials"])
}

extension InventoryDraft {
    /// Adds what one `inventory/*.yml` holds.
    mutating func read(_ file: YAMLValue, problems: ProblemList) {
        guard let file = MappingReader(file, .inventoryFile, problems) else { return }
        for value in file.list("areas") { readArea(value, problems) }
        for value in file.list("sites") { readSite(value, problems) }
        for value in file.list("devices") { readDevice(value, problems) }
        for value in file.list("links") { readLink(value, problems) }
        for value in file.list("rooms") { readRoom(value, problems) }
        for value in file.list("pools") { readPool(value, problems) }
        for value in file.list("dependencies") { readDependency(value, problems) }
    }

    /// Adds what `credentials.yml` holds.
    mutating func readCredentials(_ file: YAMLValue, problems: ProblemList) {
        guard let file = MappingReader(file, .credentialFile, problems) else { return }
        for value in file.list("credentials") { readCredential(value, problems) }
    }
}

extension Catalogue {
    /// Reads the id of an entry and takes note of it.
    mutating func declare(_ reader: MappingReader) -> String? {
        guard let id = reader.scalar("id", .identifier) else { return nil }
        declare(id, at: reader.place("id"), reader.problems)
        return id
    }
}
