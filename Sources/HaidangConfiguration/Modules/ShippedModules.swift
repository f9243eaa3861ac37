import CShippedModules
import Foundation
package import Polling

extension DeviceModule {
    /// The modules that are part of the program, read once; the problems of those that cannot be read.
    private static let embedded: (modules: [DeviceModule], problems: [ConfigurationProblem]) = {
        let problems = ProblemList()
        let bytes = UnsafeBufferPointer(start: hd_shipped_modules, count: hd_shipped_modules_size)
        let modules = bytes.split(separator: 0).compactMap { content in
            YAMLDocument.parse(Array(content), file: "(shipped) modules", problems: problems)
                .flatMap { read($0, problems) }?.element
        }
        return (modules, problems.problems)
    }()

    /// The shipped modules.
    static func shipped(_ problems: ProblemList) -> [DeviceModule] {
        problems.add(embedded.problems)
        return embedded.modules
    }

    /// The modules of files, over others: a module of the same name is replaced.
    ///
    /// - Parameter modules: nil: the shipped ones.
    /// - Throws: `ConfigurationErrors` with everything that is wrong in the files.
    package static func load(files: [String], over modules: [DeviceModule]? = nil) throws -> [DeviceModule] {
        let problems = ProblemList()
        let documents = files.compactMap { file -> YAMLValue? in
            guard let content = FileManager.default.contents(atPath: file) else {
                problems.report(Place(file: file), "expected a module file that can be read, found none")
                return nil
            }
            let before = problems.problems.count
            let document = YAMLDocument.parse([UInt8](content), file: file, problems: problems)
            if document == nil, problems.problems.count == before {
                problems.report(Place(file: file), "expected a module, found an empty file")
            }
            return document
        }
        let result = overlay(shipped: modules ?? shipped(problems), own: documents, problems)
        guard problems.problems.isEmpty else {
            throw ConfigurationErrors(problems: Array(Set(problems.problems)).sorted())
        }
        return result
    }

    /// The shipped modules, each replaced by the one of the same name in a file, then those with new names.
    static func overlay(
        shipped: [DeviceModule], own files: [YAMLValue], _ problems: ProblemList
    ) -> [DeviceModule] {
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
            if let index = modules.firstIndex(where: { $0.name == name }) {
                modules[index] = module.element
            } else {
                modules.append(module.element)
            }
        }
        return modules
    }
}
