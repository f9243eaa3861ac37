import Polling

extension DeviceModule {
    /// The modules embedded in the program: file name and content.
    private static let embedded: [(file: String, content: [UInt8])] = [
        ("entity-sensor.yml", PackageResources.entity_sensor_yml),
        ("host-resources.yml", PackageResources.host_resources_yml),
        ("interfaces.yml", PackageResources.interfaces_yml),
        ("system.yml", PackageResources.system_yml),
        ("ups.yml", PackageResources.ups_yml),
    ]

    /// Reads the shipped modules.
    static func shipped(_ problems: ProblemList) -> [Entry<DeviceModule>] {
        embedded.compactMap { file, content in
            YAMLDocument.parse(content, file: "(shipped) modules/\(file)", problems: problems)
                .flatMap { read($0, problems) }
        }
    }

    /// The shipped modules, each replaced by the directory's own of the same name, then the own ones with new names.
    static func overlay(
        shipped: [Entry<DeviceModule>], own files: [YAMLValue], _ problems: ProblemList
    ) -> [Entry<DeviceModule>] {
        var modules = shipped
        var places: [String: Place] = [:]
        for file in files {
            guard let module = read(file, problems) else { continue }
            let name = module.element.name
            if let first = places[name] {
                problems.report(
                    module.place("name"),
                    "expected the name of a module that no other file has, found \(quoted(name)) again (first at \(first))"
                )
                continue
            }
            places[name] = module.place("name")
            if let index = modules.firstIndex(where: { $0.element.name == name }) {
                modules[index] = module
            } else {
                modules.append(module)
            }
        }
        return modules
    }
}
