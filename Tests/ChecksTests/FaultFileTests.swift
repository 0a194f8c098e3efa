import Foundation
import Testing

@testable import Checks

/// The files `fault` of fixtures/faults name checks that exist. (That they are well formed: tools/test_faults.py.)
struct FaultFileTests {
  /// Their paths, `AREA/NAME/fault`.
  static let faults = {
    let entries = (try? FileManager.default.subpathsOfDirectory(atPath: repository + "fixtures/faults")) ?? []
    return entries.filter { $0.hasSuffix("/fault") }.sorted()
  }()

  @Test func thereAreFaults() { #expect(Self.faults.count >= 60) }

  @Test func eachNamesChecksThatExist() throws {
    let known = Set(try Catalogue.load(folders: [shippedChecks], hostChecks: BuiltIn.infos).infos.map(\.id))
    for path in Self.faults {
      let lines = try String(contentsOfFile: repository + "fixtures/faults/\(path)", encoding: .utf8).split(
        separator: "\n")
      let named = lines.filter { $0.hasPrefix("fails:") || $0.hasPrefix("may-fail:") }
        .flatMap { $0.split(separator: " ").dropFirst() }
      #expect(!named.isEmpty, "\(path)")
      for check in named { #expect(known.contains(String(check)), "\(path): there is no check \(check)") }
    }
  }
}
