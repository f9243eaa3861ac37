// swift-tools-version: 6.1
import PackageDescription

/// Every Swift target is compiled with the same checks: Swift 6 mode, imports that are internal unless a signature needs
/// them, and `any` spelled out.
let checks: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")

/// A library target of the product, in `Sources/<name>`.
func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: checks)
}

/// The tests of one target, in `Tests/<name>Tests`.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], exclude: exclude, swiftSettings: checks)
}

let package = Package(
    name: "haidang",
    products: [.executable(name: "haidang", targets: ["haidang"])],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C
        .target(name: "CPlatform", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CNetSNMP", linkerSettings: [.linkedLibrary("netsnmp")]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),
        // Config/modules, which is part of the program.
        .target(name: "CShippedModules"),
        // The charting library of Debian's libjs-dygraphs.
        .target(name: "CDygraphs"),
        .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .target(name: "CSnappy", linkerSettings: [.linkedLibrary("snappy")]),

        // vocabulary
        library("MonitoringModel"),
        library("Inventory", ["MonitoringModel"]),

        // protocols
        library("Threads", ["CPlatform"]),
        library("SNMP", ["CNetSNMP", "CPlatform", "Threads"]),
        library("Reachability", ["CPlatform", "Threads"]),
        library("HTTPTransport", ["CCurl", "CPlatform", "Threads"]),
        library("ExpositionFormat", ["MonitoringModel"]),
        library("AnswerFormat", ["MonitoringModel"]),
        library("PromQLSyntax", ["MonitoringModel"]),
        library("ChunkEncoding", ["MonitoringModel", "CPlatform"]),
        library("RE2", ["CRE2"]),
        library("Compression", ["CZlib"]),
        library("DatabaseFiles", [grdb]),

        // engines
        library("TimeSeriesStore", ["CPlatform", "MonitoringModel", "ChunkEncoding", "RE2", "DatabaseFiles", grdb]),
        library("PromQLEngine", ["MonitoringModel", "PromQLSyntax", "RE2"]),
        library("RemoteStorage", ["MonitoringModel", "CSnappy"]),
        library("AnswerDisplay", ["MonitoringModel", "PromQLSyntax"]),
        library("Forecasting"),
        library("ForecastLines", ["Forecasting", "MonitoringModel"]),

        // domain
        library("Polling", ["MonitoringModel", "Inventory", "ExpositionFormat", "SNMP", "HTTPTransport", "RE2"]),
        library("Incidents", ["MonitoringModel", "Inventory"]),
        library("AlertDispatch", ["MonitoringModel", "HTTPTransport"]),
        library("Access", ["MonitoringModel", "Inventory", crypto]),
        library("CapacityPlanning", ["MonitoringModel", "Inventory", "Forecasting"]),

        // edge
        library(
            "StateStore",
            [
                "MonitoringModel", "Inventory", "Incidents", "AlertDispatch", "Access", "CapacityPlanning",
                "Forecasting", "SNMP", "Polling", "DatabaseFiles", grdb,
            ]),
        library(
            "WebUI", ["MonitoringModel", "CDygraphs", mustache],
            resources: [
                .embedInCode("Resources/head.mustache"),
                .embedInCode("Resources/bar.mustache"),
                .embedInCode("Resources/switches.mustache"),
                .embedInCode("Resources/foot.mustache"),
                .embedInCode("Resources/marks.mustache"),
                .embedInCode("Resources/spark.mustache"),
                .embedInCode("Resources/fill.mustache"),
                .embedInCode("Resources/overview.mustache"),
                .embedInCode("Resources/map.mustache"),
                .embedInCode("Resources/incidents.mustache"),
                .embedInCode("Resources/incident.mustache"),
                .embedInCode("Resources/storage.mustache"),
                .embedInCode("Resources/targets.mustache"),
                .embedInCode("Resources/target.mustache"),
                .embedInCode("Resources/explore.mustache"),
                .embedInCode("Resources/chart.mustache"),
                .embedInCode("Resources/capacity.mustache"),
                .embedInCode("Resources/load.mustache"),
                .embedInCode("Resources/theme.js"),
                .embedInCode("Resources/print.js"),
                .embedInCode("Resources/overview.css"),
                .embedInCode("Resources/overview.js"),
                .embedInCode("Resources/explore.css"),
                .embedInCode("Resources/forecast.css"),
                .embedInCode("Resources/explore.js"),
                .embedInCode("Resources/explore-api.js"),
                .embedInCode("Resources/explore-field.js"),
                .embedInCode("Resources/explore-chart.js"),
                .embedInCode("Resources/explore-table.js"),
                .embedInCode("Resources/explore-format.js"),
                .embedInCode("Resources/vi.json"),
                .embedInCode("Resources/en.json"),
                .embedInCode("Resources/logo.svg"),
            ]),
        library(
            "HTTPAPI",
            [
                "MonitoringModel", "Inventory", "ExpositionFormat", "PromQLSyntax", "AnswerFormat", "RemoteStorage",
                "Compression", "Threads", "WebUI", "Access", "Polling", "Incidents", "AlertDispatch",
                "CapacityPlanning", "Forecasting", hummingbird,
                httpTypes,
                nioCore,
                logging,
            ],
            resources: [.embedInCode("Resources/openapi.json")]),

        // composition
        library(
            "HaidangConfiguration",
            [
                "MonitoringModel", "Inventory", "SNMP", "Reachability", "Polling", "AlertDispatch", "RE2",
                "CShippedModules", yams,
            ]),
        library(
            "CitySimulator",
            [
                "MonitoringModel", "Inventory", "SNMP", "HTTPTransport", "CPlatform", hummingbird, httpTypes, nioCore,
                logging, lifecycle,
            ]),
        library(
            "HaidangService",
            [
                "MonitoringModel", "Inventory", "SNMP", "HTTPTransport", "DatabaseFiles", "TimeSeriesStore",
                "PromQLEngine", "Polling", "Reachability", "Incidents", "AlertDispatch", "Access", "CapacityPlanning",
                "StateStore", "HTTPAPI",
                "HaidangConfiguration", "ExpositionFormat", "PromQLSyntax", "RemoteStorage", "AnswerFormat",
                "CitySimulator", logging, lifecycle, unixSignals, nioCore, nioPosix, nioHTTP1,
            ]),

        // command
        .executableTarget(
            name: "haidang",
            dependencies: [
                "HaidangService", "HaidangConfiguration", "CitySimulator", "Access", "Inventory", "SNMP",
                "MonitoringModel", "ExpositionFormat", "HTTPAPI", "Polling", "HTTPTransport", "Compression",
                "PromQLSyntax", "AnswerFormat", "AnswerDisplay", "ForecastLines",
                argumentParser, logging,
            ],
            swiftSettings: checks),

        // tests
        .target(
            name: "TestSupport", dependencies: ["MonitoringModel"], path: "Tests/TestSupport", swiftSettings: checks),
        tests("MonitoringModel", ["MonitoringModel"]),
        tests("ChunkEncoding", ["ChunkEncoding"]),
        tests("Inventory", ["Inventory"]),
        tests("SNMP", ["SNMP", "CNetSNMP", "SNMPWitness", "HostileAgents"]),
        .target(
            name: "SNMPWitness", dependencies: ["SNMP", "CNetSNMP", "TestSupport"], path: "Tests/SNMPWitness",
            swiftSettings: checks),
        .executableTarget(
            name: "SNMPFuzzer", dependencies: ["SNMPWitness", "TestSupport"], path: "Tests/SNMPFuzzer",
            swiftSettings: checks),
        .executableTarget(
            name: "HostileAgents", dependencies: ["SNMP", "SNMPWitness", "TestSupport"], path: "Tests/HostileAgents",
            swiftSettings: checks),
        tests("HTTPTransport", ["HTTPTransport"]),
        tests("ExpositionFormat", ["ExpositionFormat", "MonitoringModel"]),
        tests("AnswerFormat", ["AnswerFormat", "MonitoringModel"]),
        tests("AnswerDisplay", ["AnswerDisplay", "MonitoringModel", "PromQLSyntax"]),
        .executableTarget(
            name: "AnswerBenchmark", dependencies: ["AnswerFormat", "MonitoringModel", "TestSupport"],
            path: "Tests/Benchmarks/AnswerBenchmark", swiftSettings: checks),
        tests("PromQLSyntax", ["PromQLSyntax", "MonitoringModel"]),
        tests("PromQLEngine", ["PromQLEngine", "PromQLSyntax", "RE2", "MonitoringModel"], exclude: ["Scripts"]),
        tests("RemoteStorage", ["RemoteStorage", "MonitoringModel"]),
        tests(
            "TimeSeriesStore",
            [
                "TimeSeriesStore", "ChunkEncoding", "DatabaseFiles", "RE2", "MonitoringModel", "ExpositionFormat",
                "StoreWriter", grdb,
            ]),
        .executableTarget(
            name: "StoreWriter", dependencies: ["TimeSeriesStore", "MonitoringModel"], path: "Tests/StoreWriter",
            swiftSettings: checks),
        .executableTarget(
            name: "StoreVerifier", dependencies: ["TimeSeriesStore", "MonitoringModel", grdb],
            path: "Tests/StoreVerifier", swiftSettings: checks),
        .executableTarget(
            name: "StoreBenchmark", dependencies: ["TimeSeriesStore", "MonitoringModel", argumentParser],
            path: "Tests/Benchmarks/StoreBenchmark", swiftSettings: checks),
        .executableTarget(
            name: "CapacityBenchmark",
            dependencies: [
                "CapacityPlanning", "StateStore", "TimeSeriesStore", "PromQLEngine", "Inventory", "MonitoringModel",
                "TestSupport",
            ],
            path: "Tests/Benchmarks/CapacityBenchmark", swiftSettings: checks),
        .executableTarget(
            name: "RemoteWriteBenchmark", dependencies: ["RemoteStorage", "MonitoringModel"],
            path: "Tests/Benchmarks/RemoteWriteBenchmark", swiftSettings: checks),
        .executableTarget(
            name: "SweepBenchmark", dependencies: ["SNMP", argumentParser], path: "Tests/Benchmarks/SweepBenchmark",
            swiftSettings: checks),
        tests(
            "StateStore",
            [
                "StateStore", "Incidents", "AlertDispatch", "Access", "CapacityPlanning", "Forecasting", "Inventory",
                "SNMP", "Polling",
                "DatabaseFiles", "MonitoringModel", grdb,
            ]),
        tests(
            "Polling",
            [
                "Polling", "SNMP", "Inventory", "HTTPTransport", "HaidangConfiguration", "MonitoringModel", "RE2",
                "Compression",
            ], exclude: ["Fixtures"]),
        tests("Incidents", ["Incidents", "Inventory", "MonitoringModel"]),
        tests("AlertDispatch", ["AlertDispatch", "HTTPTransport", "MonitoringModel"]),
        tests("Access", ["Access", "Inventory", "MonitoringModel"]),
        tests(
            "CapacityPlanning",
            ["CapacityPlanning", "Forecasting", "Inventory", "PromQLEngine", "RE2", "MonitoringModel"]),
        tests("Forecasting", ["Forecasting"]),
        tests("ForecastLines", ["ForecastLines"]),
        tests("WebUI", ["WebUI", "MonitoringModel"]),
        tests("HTTPAPI", ["HTTPAPI", "Access", "CapacityPlanning", "Inventory", "MonitoringModel"]),
        tests(
            "HaidangConfiguration", ["HaidangConfiguration", "Inventory", "Polling", "SNMP", "Compression"],
            exclude: ["Fixtures"]),
        tests("CitySimulator", ["CitySimulator", "SNMP", "Inventory", "HTTPTransport", "MonitoringModel"]),
        tests("Reachability", ["Reachability"]),
        tests("HaidangService", ["HaidangService", "Inventory", "MonitoringModel"]),
    ],
    cxxLanguageStandard: .cxx17
)
