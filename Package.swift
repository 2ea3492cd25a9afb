// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target of ours: Swift 6 mode, strict imports, warnings are errors.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  // Tests see internals in release too, so that programs and tests are one build.
  .unsafeFlags(["-enable-testing"]),
]

/// Programs carry the Swift runtime in themselves, so that a target machine needs no Swift.
let selfContained: [LinkerSetting] = [
  .unsafeFlags([
    "-static-stdlib", "-lFoundation", "-lCoreFoundation", "-lFoundationInternationalization", "-lFoundationEssentials",
    "-l_FoundationICU", "-l_FoundationCShims", "-l_FoundationCollections", "-lswiftSynchronization",
    "-lswift_RegexParser",
    "-lswift_StringProcessing", "-lswift_Concurrency", "-ldispatch", "-lBlocksRuntime", "-lstdc++",
  ])
]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// Where winnow-worker finds the engine's libraries: beside the installed programs, or in `.deps/` of a build tree.
let engine: [LinkerSetting] = [
  .unsafeFlags([
    "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN", "-Xlinker", "-rpath", "-Xlinker",
    "$ORIGIN/../../../.deps/openvino/lib",
  ])
]

func program(_ name: String, _ dependencies: [Target.Dependency], linking: [LinkerSetting] = []) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: selfContained + linking)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], linking: [LinkerSetting] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict, linkerSettings: linking)
}

let package = Package(
  name: "winnow",
  products: [
    .executable(name: "winnowd", targets: ["winnowd"]),
    .executable(name: "winnowctl", targets: ["winnowctl"]),
    .executable(name: "winnow-worker", targets: ["winnow-worker"]),
    .executable(name: "winnow-lab", targets: ["winnow-lab"]),
    .executable(name: "winnow-trainer", targets: ["winnow-trainer"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // System libraries and shims.
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenVINO", pkgConfig: "openvino-c"),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CWinnowTorch"),
    .target(name: "CWinnowLinux"),
    .target(
      name: "CWinnowImage",
      linkerSettings: [
        .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("webp"), .linkedLibrary("webpdemux"),
        .linkedLibrary("heif"), .linkedLibrary("gif"), .linkedLibrary("raw_r"), .linkedLibrary("lcms2"),
      ]),

    // Values.
    module("WinnowCore", [system]),

    // Ground.
    module("WinnowFiles", ["WinnowCore", "CWinnowLinux", "CNettle", system]),
    module("WinnowWire", ["WinnowCore"]),
    module("WinnowGraph", ["WinnowCore"]),

    module("WinnowDrawing", []),
    module("WinnowWeights", ["WinnowCore", "WinnowGraph"]),

    // Parts.
    module("WinnowConfig", ["WinnowCore", .product(name: "Yams", package: "Yams"), system]),
    module("WinnowBundle", ["WinnowCore", "WinnowFiles", system]),
    module("WinnowImaging", ["WinnowCore", "CWinnowImage"]),
    module(
      "WinnowLedger",
      [
        "WinnowCore", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"), system,
      ]),
    module("WinnowSupervision", ["WinnowCore", "WinnowWire", "WinnowFiles", "CWinnowLinux", system]),
    module("WinnowControlAPI", ["WinnowCore", system]),
    module("WinnowEvaluation", ["WinnowCore"]),

    module("WinnowTorch", ["WinnowCore", "WinnowGraph", "CWinnowTorch", system]),

    // Flow.
    module(
      "WinnowPipeline",
      [
        "WinnowCore", "WinnowFiles", "WinnowWire", "WinnowEvaluation", "WinnowSupervision", "WinnowLedger",
        "CWinnowLinux", system,
      ]),
    module(
      "WinnowInference",
      ["WinnowCore", "WinnowBundle", "WinnowImaging", "WinnowFiles", "WinnowWire", "COpenVINO", "CWinnowLinux", system]),

    module(
      "WinnowImport",
      [
        "WinnowCore", "WinnowFiles", "WinnowWire", "WinnowGraph", "WinnowWeights", "WinnowBundle", "WinnowSupervision",
        "WinnowControlAPI", system,
      ]),

    module(
      "WinnowDataset",
      [
        "WinnowCore", "WinnowFiles", "WinnowWire", "WinnowSupervision", "WinnowControlAPI", "WinnowDrawing",
        "CWinnowLinux", system,
      ]),

    module("WinnowJobProgram", ["WinnowCore", "WinnowSupervision", "WinnowControlAPI"]),

    // Learning.
    module(
      "WinnowTraining",
      [
        "WinnowCore", "WinnowFiles", "WinnowGraph", "WinnowBundle", "WinnowSupervision", "WinnowControlAPI",
        "WinnowEvaluation", "WinnowDrawing", "WinnowImport", "WinnowDataset", "WinnowWeights", "WinnowTorch",
        "COpenBLAS", system,
      ]),

    module(
      "WinnowReport",
      [
        "WinnowCore", "WinnowFiles", "WinnowBundle", "WinnowSupervision", "WinnowControlAPI", "WinnowEvaluation",
        "WinnowDrawing", "WinnowImport", "WinnowDataset", system,
      ]),

    // Edges.
    module(
      "WinnowControlServer", ["WinnowCore", "WinnowControlAPI", nioCore, nioPosix, nioHTTP1, system]),
    module("WinnowControlClient", ["WinnowCore", "WinnowControlAPI", system]),

    // Programs, and what they are put together from.
    module(
      "WinnowDaemon",
      [
        "WinnowCore", "WinnowFiles", "WinnowWire", "WinnowConfig", "WinnowEvaluation", "WinnowLedger", "WinnowBundle",
        "WinnowSupervision", "WinnowPipeline", "WinnowControlAPI", "WinnowControlServer", "CWinnowLinux", system,
      ]),
    module(
      "WinnowCrawl",
      ["WinnowCore", "WinnowFiles", "WinnowSupervision", "WinnowControlAPI", "WinnowDataset", "CCurl", system]),
    module("WinnowHooks", ["WinnowCore", "WinnowSupervision", "WinnowControlAPI", "CCurl", system]),
    module(
      "WinnowLab",
      [
        "WinnowCore", "WinnowFiles", "WinnowBundle", "WinnowSupervision", "WinnowControlAPI", "WinnowImport",
        "WinnowDataset", "WinnowJobProgram", "WinnowReport", "WinnowCrawl", "WinnowHooks", system,
      ]),
    module(
      "WinnowTrainer",
      [
        "WinnowCore", "WinnowBundle", "WinnowSupervision", "WinnowControlAPI", "WinnowJobProgram", "WinnowTraining",
        "WinnowReport", "CWinnowLinux", system,
      ]),
    program("winnowd", ["WinnowCore", "WinnowConfig", "WinnowDaemon", arguments, system]),
    program("winnow-worker", ["WinnowInference"], linking: engine),
    program("winnow-lab", ["WinnowLab"]),
    program("winnow-trainer", ["WinnowTrainer"]),
    program(
      "winnowctl",
      [
        "WinnowCore", "WinnowControlAPI", "WinnowControlClient", "WinnowConfig", arguments, system,
      ]),
    // Tests.
    module("WinnowTestSupport", ["WinnowCore", "WinnowFiles", system]),
    tests("WinnowCoreTests", ["WinnowCore", "WinnowTestSupport", system]),
    tests("WinnowFilesTests", ["WinnowCore", "WinnowFiles", "WinnowTestSupport", "CWinnowLinux", system]),
    tests("WinnowWireTests", ["WinnowCore", "WinnowWire"]),
    tests("WinnowGraphTests", ["WinnowCore", "WinnowGraph"]),
    tests("WinnowImagingTests", ["WinnowCore", "WinnowImaging", "WinnowTestSupport"]),
    tests("WinnowConfigTests", ["WinnowCore", "WinnowConfig", "WinnowTestSupport", system]),
    tests(
      "WinnowLedgerTests", ["WinnowCore", "WinnowLedger", .product(name: "GRDB", package: "GRDB.swift"), system]),
    tests(
      "WinnowSupervisionTests",
      ["WinnowCore", "WinnowFiles", "WinnowWire", "WinnowSupervision", "WinnowTestSupport", system]),
    tests("WinnowBundleTests", ["WinnowCore", "WinnowFiles", "WinnowBundle", "WinnowTestSupport", system]),
    tests(
      "WinnowControlTests",
      [
        "WinnowCore", "WinnowControlAPI", "WinnowControlServer", "WinnowControlClient", "WinnowTestSupport", system,
      ]),
    .target(name: "CSandboxProbe", dependencies: ["CWinnowLinux"], path: "Tests/CSandboxProbe"),
    tests(
      "WinnowInferenceTests",
      [
        "WinnowCore", "WinnowFiles", "WinnowWire", "WinnowBundle", "WinnowImaging", "WinnowInference", "CWinnowLinux",
        "CSandboxProbe", system,
      ], linking: engine),
    tests(
      "WinnowImportTests",
      [
        "WinnowCore", "WinnowFiles", "WinnowWire", "WinnowGraph", "WinnowBundle", "WinnowSupervision",
        "WinnowControlAPI", "WinnowImport", "WinnowTestSupport", system,
      ]),
    tests("WinnowDrawingTests", ["WinnowDrawing"]),
    tests("WinnowReportTests", ["WinnowEvaluation", "WinnowReport"]),
    tests("WinnowWeightsTests", ["WinnowCore", "WinnowGraph", "WinnowWeights"]),
    tests("WinnowEvaluationTests", ["WinnowCore", "WinnowEvaluation"]),
    tests(
      "WinnowTrainingTests",
      ["WinnowCore", "WinnowGraph", "WinnowSupervision", "WinnowDataset", "WinnowEvaluation", "WinnowTraining"]),
    tests("WinnowTorchTests", ["WinnowCore", "WinnowGraph", "WinnowWeights", "WinnowTorch", system]),
    tests("WinnowPipelineTests", ["WinnowCore", "WinnowPipeline"]),
    tests(
      "WinnowDatasetTests",
      [
        "WinnowCore", "WinnowFiles", "WinnowSupervision", "WinnowControlAPI", "WinnowImaging", "WinnowDataset",
        "WinnowTestSupport", system,
      ]),
    tests(
      "WinnowCrawlTests",
      ["WinnowCore", "WinnowFiles", "WinnowSupervision", "WinnowDataset", "WinnowCrawl", "WinnowTestSupport", system]),
    tests("WinnowHooksTests", ["WinnowCore", "WinnowSupervision", "WinnowControlAPI", "WinnowHooks", system]),
    tests("ProcessTests", ["WinnowCore", "WinnowFiles", "WinnowControlAPI", "WinnowTestSupport", system]),
    tests("ArchitectureTests", ["WinnowCore"]),
    tests("CrashTests", ["WinnowCore", "WinnowFiles", "WinnowTestSupport", system]),
  ]
)
