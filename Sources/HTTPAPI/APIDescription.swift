/// The description of everything that is served, for people and tools: OpenAPI 3.1.
package enum APIDescription {
    /// `Resources/openapi.json`, which is written by hand and compared with `EndpointTable` by a test.
    package static let json: [UInt8] = PackageResources.openapi_json
}
