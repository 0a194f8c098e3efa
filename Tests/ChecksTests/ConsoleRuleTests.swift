import Consoles
import Foundation
import Model
import Testing

@testable import Checks

/// The rules of checks/console.yaml.
struct ConsoleRuleTests {
  static let rules = Result { try Catalogue.load(folders: [shippedChecks]).consoleRules }

  /// What `text` raises, fed in pieces of `step` bytes.
  private func scan(_ text: String, step: Int = .max) throws -> [ConsoleAlarm] {
    var scan = LogScan(try Self.rules.get())
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: min(step, max(1, bytes.count))) {
      scan.feed(Array(bytes[start..<min(bytes.count, start + min(step, bytes.count))]))
    }
    scan.finish()
    return scan.found
  }

  @Test func everyRuleHasItsSamples() throws {
    let rules = try Self.rules.get().rules
    #expect(
      Set(rules.map(\.id)) == Set((ConsoleSamples.all + ConsoleSamples.ignored).map(\.rule)),
      "each rule needs a line in ConsoleSamples.swift, and each line a rule")
    let checks = Set(BuiltIn.bootChecks.map { $0.info.id })
    for rule in rules where rule.severity == .fatal {
      #expect(rule.stop.map { checks.contains($0.rawValue) } == true, "\(rule.id)")
    }
  }

  @Test(arguments: ConsoleSamples.all.indices)
  func matchesTheRealLineAndNotTheNearMiss(_ index: Int) throws {
    let sample = ConsoleSamples.all[index]
    for step in [Int.max, 1, 3] {
      let found = try scan("before\n\(sample.line)\nbehind\n", step: step)
      #expect(found.map(\.rule).contains(sample.rule), "in pieces of \(step)")
      #expect(try !scan("before\n\(sample.miss)\nbehind\n", step: step).map(\.rule).contains(sample.rule))
    }
    // The last line, not finished; with the times of our log.
    let stamped = "before\n\(sample.line)".split(separator: "\n").map { "[   12.345] \($0)" }.joined(separator: "\n")
    let found = try scan(stamped, step: 7).filter { $0.rule == sample.rule }
    #expect(found.count == 1)
    #expect(found.first?.time == .milliseconds(12345))
    #expect(found.first?.number == stamped.split(separator: "\n").count)
    #expect(found.first?.report.isEmpty == false)
  }

  @Test func ignoredLinesRaiseNothing() throws {
    for sample in ConsoleSamples.ignored {
      #expect(try scan("\(sample.line)\n").isEmpty, "\(sample.rule)")
      #expect(try !scan("\(sample.miss)\n").isEmpty, "\(sample.rule)")
    }
  }

  @Test func aFaultAndThePanicItCausesAreTwoFindingsWithTheWholeReport() throws {
    let found = try scan(
      """
      [    9.000000] all is well
      [   16.130095] BUG: kernel NULL pointer dereference, address: 0000000000000008
      [   16.138693] Oops: 0002 [#1] PREEMPT SMP NOPTI
      [   16.177858] Call Trace:
      [   16.267090] ---[ end trace 0000000000000000 ]---
      [   16.270271] RIP: 0010:write_to+0x5/0xf9c [trouble]
      [   16.300000] Kernel panic - not syncing: Fatal exception
      [   16.300001] Kernel Offset: 0x18000000
      [   16.300002] ---[ end Kernel panic - not syncing: Fatal exception ]---
      afterwards
      """)
    #expect(found.map(\.category) == ["kernel-oops", "kernel-panic"])
    #expect(found.map(\.report.count) == [4, 8])
    #expect(found.last?.report.last?.text.hasPrefix("[   16.300002] ---[ end Kernel panic") == true)
    #expect(found.last?.line.contains("Fatal exception") == true)
  }
}
