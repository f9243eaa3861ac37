import Access
import Foundation
import HTTPAPI
import Testing

/// `openapi.json` is written by hand, so it is compared with what is served.
@Suite("The description of the API")
struct APIDescriptionTests {
    private struct Description: Decodable {
        var paths: [String: [String: Operation]]
    }

    private struct Operation: Decodable {
        var operationId: String
        /// Names of roles by security scheme.
        var security: [[String: [String]]]
        var responses: [String: Response]
    }

    private struct Response: Decodable {}

    private let description: Description

    init() throws {
        description = try JSONDecoder().decode(Description.self, from: Data(APIDescription.json))
    }

    /// "GET /healthz" and the like.
    private var described: [String: Operation] {
        Dictionary(
            uniqueKeysWithValues: description.paths.flatMap { path, operations in
                operations.map { ("\($0.key.uppercased()) \(path)", $0.value) }
            })
    }

    @Test("everything that is served is described, and nothing else")
    func routes() {
        let served = EndpointTable.routes.map { "\($0.method) \($0.path)" }
        #expect(Set(served).count == served.count)
        #expect(Set(served).subtracting(described.keys) == [], "served and not described")
        #expect(Set(described.keys).subtracting(served) == [], "described and not served")
    }

    @Test("each operation names the least role that may do it")
    func roles() throws {
        for route in EndpointTable.routes {
            let name = "\(route.method) \(route.path)"
            guard let operation = described[name] else { continue }
            let expected: [[String: [String]]] =
                switch route.requirement {
                case .open: []
                case .role(let least), .cityWide(let least): [["token": [least.rawValue]]]
                }
            #expect(operation.security == expected, "\(name)")
        }
    }

    @Test("operations have names of their own, and answers")
    func operations() {
        let names = described.values.map(\.operationId)
        #expect(Set(names).count == names.count)
        #expect(described.allSatisfy { !$0.value.responses.isEmpty })
    }

    @Test("each reference leads to something")
    func references() throws {
        let document = try JSONSerialization.jsonObject(with: Data(APIDescription.json))
        let references = Self.references(in: document)
        #expect(!references.isEmpty)
        for reference in Set(references) {
            let target = reference.split(separator: "/").dropFirst().reduce(document as Any?) { place, name in
                (place as? [String: Any])?[String(name)]
            }
            #expect(reference.hasPrefix("#/") && target != nil, "\(reference)")
        }
    }

    private static func references(in value: Any) -> [String] {
        switch value {
        case let object as [String: Any]:
            [object["$ref"] as? String].compactMap { $0 } + object.values.flatMap { references(in: $0) }
        case let list as [Any]: list.flatMap { references(in: $0) }
        default: []
        }
    }
}
