import Foundation
package import Model
import Yams

/// Reads a file of waivers: a YAML list of `check`, `boot` (optional), `reason`, `by`, `until`.
///
/// Shape: see `checks/README.md`.
package enum WaiverFile {
  static let maximumSize = 256 << 10
  static let maximumWaivers = 500

  /// - Parameter catalogue: all checks, those that are not selected too.
  /// - Throws: ``VerifyError`` `.cannotOpen`, or `.usage` with file and line.
  package static func read(_ path: String, catalogue: Catalogue) throws -> [Waiver] {
    try parse(try readFile(path, atMost: maximumSize + 1), path: path, ids: Set(catalogue.infos.map(\.id)))
  }

  static func parse(_ bytes: [UInt8], path: String, ids: Set<String>) throws -> [Waiver] {
    let place = YAMLPlace(path: path)
    guard let node = try place.compose(bytes, atMost: maximumSize) else { return [] }
    guard case .sequence(let entries) = node else {
      throw place.error(node, "waivers are a list, each entry behind '- '")
    }
    guard entries.count <= maximumWaivers else {
      throw VerifyError(.usage, "\(path): more than \(maximumWaivers) waivers")
    }
    var seen: [String: String] = [:]
    return try entries.map { node in
      let fields = try YAMLFields(node, place, known: ["check", "boot", "reason", "by", "until"], what: "a waiver")
      let here = node.mark.map { "\(path):\($0.line)" } ?? path
      let check = try fields.text("check")
      guard ids.contains(check) else {
        throw fields.error("check", "there is no check '\(check)'; 'imgverify checks list' shows all \(ids.count)")
      }
      if essential.contains(check) {
        throw fields.error("check", "\(check) cannot be waived: without it there is nothing to boot; mend the image")
      }
      var waiver = Waiver(
        check: check, reason: try fields.text("reason"), by: try fields.text("by"), until: try fields.text("until"),
        place: here)
      if fields.has("boot") {
        let boot = try fields.text("boot")
        guard (try? CheckPattern(boot)) != nil else {
          throw fields.error("boot", "'\(boot)' is no pattern for ids of boots; write '03-*' or '*-smartos-kvm'")
        }
        waiver.boot = boot
      }
      guard isDay(waiver.until) else {
        throw fields.error("until", "'\(waiver.until)' is no day; write it as 2027-01-31")
      }
      if let first = seen.updateValue(here, forKey: "\(check) \(waiver.boot ?? "")") {
        throw place.error(node, "\(check) is waived already at \(first); leave one of them")
      }
      return waiver
    }
  }

  /// Checks whose failure ends the run before any boot.
  package static let essential = Set([ManifestValid.info.id, ImageDigest.info.id, ImageStream.info.id])

  /// Whether `text` is a day that a calendar has, `YYYY-MM-DD`.
  private static func isDay(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return false }
    return DateComponents(calendar: Calendar(identifier: .gregorian), year: year, month: month, day: day).isValidDate
  }
}

extension Waiver {
  /// Whether it speaks of this check in this boot.
  package func covers(_ finding: Finding) -> Bool {
    guard finding.check == check else { return false }
    guard let pattern = boot else { return true }
    guard let id = finding.boot, let pattern = try? CheckPattern(pattern) else { return false }
    return pattern.matches(id)
  }
}
