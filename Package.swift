// swift-tools-version: 6.2
import PackageDescription

/// One settings array for every Swift target, so that no target is held to less than another.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// A library target with the common settings.
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of a target, mirroring its files.
func tests(_ name: String, _ more: [Target.Dependency] = []) -> Target {
  let tested: [Target.Dependency] = name == "Model" ? ["Model"] : [.byName(name: name), "Model"]
  return .testTarget(name: "\(name)Tests", dependencies: tested + more, swiftSettings: settings)
}

let package = Package(
  name: "imgverify",
  products: [.executable(name: "imgverify", targets: ["imgverify"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries.
    .systemLibrary(name: "CSSH2", pkgConfig: "libssh2", providers: [.apt(["libssh2-1-dev"])]),
    .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
    .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),
    .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"])]),
    .systemLibrary(name: "CExt2FS", pkgConfig: "ext2fs", providers: [.apt(["libext2fs-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // The way through, station by station (../docs/ARCHITECTURE.md).
    library("Model", [system]),
    library("ZFSStreams", ["Model", "CZlib", "CZstd", "CLZ4"]),
    library(
      "Intake",
      ["Model", "ZFSStreams", "DiskFormats", "Hosts", "CISAL", "CZstd", "CBzip2", "CLZMA", "CCrypto", system]),
    // Partition tables, file systems, qcow2 headers: pure over bytes.
    library("DiskFormats", ["Model", "CZlib"]),
    // The files on a disk, read by a child of ours without booting it.
    library("FileTrees", ["Model", "DiskFormats", "Hosts", "CExt2FS"]),
    library("Planning", ["Model"]),
    // Ethernet, IP, ARP, DHCP, DNS and pcap files: pure over bytes.
    library("Packets", []),
    library("Hosts", ["Model", subprocess, system]),
    library("Hypervisors", ["Model", "Hosts", system]),
    library("Metadata", ["Model"]),
    library("Consoles", ["Model"]),
    library("SecureShell", ["Model", "CSSH2", "CCrypto", system]),
    library("Guests", ["Model", "Consoles", "Metadata", "SecureShell", "Hypervisors", "Hosts", "Packets"]),
    library(
      "Checks", ["Model", "FileTrees", "Guests", "Consoles", "Metadata", "SecureShell", "Intake", "Packets", yams]),
    library("Reports", ["Model"]),
    library(
      "Verification",
      [
        "Model", "Intake", "DiskFormats", "FileTrees", "Planning", "Hosts", "Hypervisors", "Guests", "Checks",
        "Reports", "SecureShell", "Metadata",
        "Consoles",
      ]),
    .executableTarget(
      name: "imgverify",
      dependencies: ["Verification", "Intake", "Planning", "Checks", "Reports", "Model", argumentParser],
      swiftSettings: settings),

    tests("Model"),
    tests("ZFSStreams", ["CCrypto", "CZlib"]),
    tests("DiskFormats", ["CZlib"]),
    tests("FileTrees", ["DiskFormats", "Hosts", "imgverify"]),
    tests("Intake"),
    tests("Planning"),
    tests("Packets"),
    tests("Hosts"),
    tests("Hypervisors"),
    tests("Metadata"),
    tests("Consoles"),
    tests("SecureShell"),
    tests("Guests", ["Checks", "Consoles", "Hypervisors", "Packets"]),
    tests("Checks", ["FileTrees", "Intake", "Metadata", "SecureShell", "Guests", "Packets"]),
    tests("Reports"),
    tests("Verification", ["FileTrees", "Hypervisors", "Planning", "Reports"]),
    // Boots real guests: needs QEMU and the images that fixtures/guests/ builds.
    .testTarget(name: "BootTests", dependencies: ["Model", "Reports", "imgverify"], swiftSettings: settings),
  ]
)

// The fuzz targets need libFuzzer in everything they touch: only `tools/fuzz` builds them, in a folder of its own.
if Context.environment["IMGVERIFY_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["ZFSStreams", "Intake", "DiskFormats", "Model"], path: "Fuzzing",
      swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]))
}

// The covering arrays against the problems of the field, and the checks of a boot against a script by hand: only
// `make bench` builds them.
if Context.environment["IMGVERIFY_BENCH"] != nil {
  package.targets.append(
    .executableTarget(
      name: "batching-bench", dependencies: ["Checks", "Guests", "SecureShell", "Model"], path: "Benchmarks/Batching",
      swiftSettings: settings))
  package.targets.append(
    .executableTarget(
      name: "covering-bench", dependencies: ["Planning", "Model"], path: "Benchmarks/Covering",
      swiftSettings: settings))
}
