import Foundation
import Glibc
import Inventory
import Polling

extension Configuration {
    /// Reads and checks a directory.
    /// - Throws: `ConfigurationErrors` with everything that is wrong, not only the first.
    package static func load(directory: String) throws -> Configuration {
        let problems = ProblemList()
        let reader = ConfigurationDirectory(path: directory, problems: problems)
        let configuration = reader.read()
        guard let configuration, problems.problems.isEmpty else {
            throw ConfigurationErrors(problems: Array(Set(problems.problems)).sorted())
        }
        return configuration
    }
}

/// The files of a configuration directory. Blocks on files, so it is for start, reload and `haidang check`, off the
/// cooperative pool.
private final class ConfigurationDirectory {
    private let path: String
    private let problems: ProblemList
    /// No file had to be left out.
    private var isComplete = true

    init(path: String, problems: ProblemList) {
        self.path = path
        self.problems = problems
    }

    /// Nil after problems were reported that leave no configuration.
    func read() -> Configuration? {
        guard isDirectory(path) else {
            problems.report(Place(file: path), "expected a configuration directory, found none")
            return nil
        }
        refuseOtherNames()
        var draft = InventoryDraft()
        let service = document("haidang.yml", isRequired: true).flatMap { ServiceDraft($0, problems) }
        for file in yamlFiles(in: "inventory") {
            if let value = document(file) { draft.read(value, problems: problems) }
        }
        if let value = document("credentials.yml") {
            draft.readCredentials(value, problems: problems)
        }
        let own = yamlFiles(in: "modules").compactMap { file in document(file) }
        let modules = DeviceModule.overlay(shipped: DeviceModule.shipped(problems), own: own, problems)
        CrossChecks(draft: draft, service: service, modules: modules, problems: problems).run(isComplete: isComplete)
        guard let service else { return nil }
        let inventory = CityInventory(
            areas: draft.areas.elements, sites: draft.sites.elements, devices: draft.devices.elements,
            links: draft.links.elements, rooms: draft.rooms.elements, pools: draft.pools.elements,
            dependencies: draft.dependencies.elements, credentials: draft.credentials.elements.map(absolute),
            monitorSite: service.monitorSite)
        return Configuration(service: service.service, inventory: inventory, modules: modules)
    }

    // MARK: Files

    /// Nil when the file is empty, absent without being required, or could not be read.
    private func document(_ file: String, isRequired: Bool = false) -> YAMLValue? {
        let fullPath = "\(path)/\(file)"
        var info = stat()
        guard stat(fullPath, &info) == 0 else {
            let reason = errno
            if isRequired || reason != ENOENT {
                let found = reason == ENOENT ? "none" : String(cString: strerror(reason))
                problems.report(Place(file: file), "expected a file that can be read, found \(found)")
                isComplete = false
            }
            return nil
        }
        guard info.st_mode & S_IFMT == S_IFREG else {
            problems.report(Place(file: file), "expected a regular file, found something else")
            isComplete = false
            return nil
        }
        guard info.st_size <= YAMLDocument.maximumSize else {
            problems.report(
                Place(file: file), "expected at most \(YAMLDocument.maximumSize) bytes, found \(info.st_size)")
            isComplete = false
            return nil
        }
        guard let content = FileManager.default.contents(atPath: fullPath) else {
            problems.report(Place(file: file), "expected a file that can be read, found one that cannot")
            isComplete = false
            return nil
        }
        let before = problems.problems.count
        let value = YAMLDocument.parse([UInt8](content), file: file, problems: problems)
        if problems.problems.count > before { isComplete = false }
        if value == nil, isRequired, problems.problems.count == before {
            problems.report(Place(file: file), "expected keys, found an empty file")
        }
        return value
    }

    /// The `.yml` files of a folder, by name; none when there is no such folder.
    private func yamlFiles(in folder: String) -> [String] {
        guard isDirectory("\(path)/\(folder)") else { return [] }
        refuseOtherExtensions(in: folder)
        return names(in: folder).filter { $0.hasSuffix(".yml") && !$0.hasPrefix(".") }.map { "\(folder)/\($0)" }
    }

    /// A misspelt file would be passed over in silence.
    private func refuseOtherNames() {
        let known = ["haidang.yml", "credentials.yml"]
        refuseOtherExtensions(in: nil)
        for name in names(in: nil) where name.hasSuffix(".yml") && !name.hasPrefix(".") && !known.contains(name) {
            let suggestion = problems.suggestion(for: name, among: known)
            problems.report(
                Place(file: name),
                "expected \(known.joined(separator: " or ")), or a place below inventory or modules, found \(quoted(name))"
                    + suggestion)
            isComplete = false
        }
    }

    /// A file that looks like configuration but would not be read.
    private func refuseOtherExtensions(in folder: String?) {
        for name in names(in: folder) where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
            let file = folder.map { "\($0)/\(name)" } ?? name
            problems.report(Place(file: file), "expected a name that ends in .yml, found .yaml")
            isComplete = false
        }
    }

    private func names(in folder: String?) -> [String] {
        let fullPath = folder.map { "\(path)/\($0)" } ?? path
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: fullPath) else {
            problems.report(Place(file: folder ?? path), "expected a folder that can be read, found one that cannot")
            isComplete = false
            return []
        }
        return names.sorted()
    }

    private func isDirectory(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    // MARK: Paths

    /// File references relative to the directory become independent of where the service was started.
    private func absolute(_ credential: Credential) -> Credential {
        func absolute(_ reference: SecretReference) -> SecretReference {
            guard case .file(let file) = reference, !file.hasPrefix("/") else { return reference }
            return .file("\(path)/\(file)")
        }
        var credential = credential
        switch credential.scheme {
        case .v1(let community): credential.scheme = .v1(community: absolute(community))
        case .v2c(let community): credential.scheme = .v2c(community: absolute(community))
        case .v3(_, .noAuthNoPriv): break
        case .v3(let user, .authNoPriv(var authentication)):
            authentication.reference = absolute(authentication.reference)
            credential.scheme = .v3(user: user, security: .authNoPriv(authentication))
        case .v3(let user, .authPriv(var authentication, var privacy)):
            authentication.reference = absolute(authentication.reference)
            privacy.reference = absolute(privacy.reference)
            credential.scheme = .v3(user: user, security: .authPriv(authentication, privacy))
        }
        return credential
    }
}
