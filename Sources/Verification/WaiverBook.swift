import Checks
import Foundation
import Model
import Synchronization

/// The waivers of a run: turns failures that are accepted into such, and counts them.
final class WaiverBook: Sendable {
  private let records: Mutex<[WaiverRecord]>

  /// - Parameter today: `YYYY-MM-DD`; a waiver whose last day is before it does not apply.
  init(_ waivers: [Waiver], today: String) {
    records = Mutex(waivers.map { WaiverRecord($0, isExpired: $0.until < today) })
  }

  static var none: WaiverBook { WaiverBook([], today: "") }

  /// Of a file; without one there are none.
  ///
  /// - Throws: ``VerifyError`` as ``WaiverFile/read(_:catalogue:)``.
  convenience init(file: String?, catalogue: Catalogue) throws {
    let today = Date().formatted(.iso8601.year().month().day())
    self.init(try file.map { try WaiverFile.read($0, catalogue: catalogue) } ?? [], today: today)
  }

  /// What became of each so far; nil where there are none.
  ///
  /// - Parameter isOver: whether nothing is judged any more, so that the counts are the last word.
  func read(isOver: Bool) -> WaiversRead? {
    let records = records.withLock { $0 }
    guard !records.isEmpty else { return nil }
    return WaiversRead(
      records: records.map {
        WaiverRecord($0.waiver, isExpired: $0.isExpired, findings: isOver ? $0.findings ?? 0 : nil)
      })
  }

  /// The finding, waived if it failed and a waiver of its check and boot applies. What broke is not waived: nobody knows
  /// what it would have said.
  func applied(to finding: Finding) -> Finding {
    guard case .failed(let reason) = finding.outcome else { return finding }
    return records.withLock { records in
      guard let index = records.firstIndex(where: { !$0.isExpired && $0.waiver.covers(finding) }) else {
        return finding
      }
      records[index].findings = (records[index].findings ?? 0) + 1
      let waiver = records[index].waiver
      var finding = finding
      finding.outcome = .waived(
        reason: "\(waiver.reason) (it failed with: \(reason))", until: waiver.until, by: waiver.by)
      return finding
    }
  }
}
