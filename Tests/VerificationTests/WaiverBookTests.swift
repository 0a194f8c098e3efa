import Model
import Testing

@testable import Verification

/// Which findings waivers change, and what is remembered of each.
struct WaiverBookTests {
  private func waiver(_ check: String, boot: String? = nil, until: String = "2030-06-15") -> Waiver {
    Waiver(check: check, boot: boot, reason: "known", by: "ops", until: until, place: "w.yaml:1")
  }
  private func finding(_ outcome: Outcome, _ boot: String? = "01-x") -> Finding {
    Finding(check: "a.b", title: "t", level: .must, boot: boot, outcome: outcome, remedy: "mend it")
  }
  private let failed = Outcome.failed(reason: "no b")

  @Test func onlyAFailureIsWaived() {
    let book = WaiverBook([waiver("a.b")], today: "2030-06-15")
    #expect(
      book.applied(to: finding(failed)).outcome
        == .waived(reason: "known (it failed with: no b)", until: "2030-06-15", by: "ops"))
    for outcome in [Outcome.passed, .skipped(why: "w"), .broken(error: "e")] {
      #expect(book.applied(to: finding(outcome)) == finding(outcome))
    }
    #expect(book.read(isOver: false)?.records.map(\.findings) == [nil])
    #expect(book.read(isOver: true)?.records.map(\.findings) == [1])
  }

  @Test func whatHasExpiredDoesNotApply() {
    let book = WaiverBook([waiver("a.b")], today: "2030-06-16")
    #expect(book.applied(to: finding(failed)).outcome == failed)
    #expect(book.read(isOver: true)?.records == [WaiverRecord(waiver("a.b"), isExpired: true, findings: 0)])
  }

  @Test func theOneOfTheBootApplies() {
    let book = WaiverBook([waiver("a.b", boot: "01-*"), waiver("a.c")], today: "2030-01-01")
    #expect(book.applied(to: finding(failed)).outcome.name == "waived")
    #expect(book.applied(to: finding(failed, "02-x")).outcome == failed)
    #expect(book.read(isOver: true)?.records.map(\.findings) == [1, 0])
  }

  @Test func withoutWaiversThereIsNothingToTell() throws {
    #expect(WaiverBook.none.read(isOver: true) == nil)
    #expect(WaiverBook.none.applied(to: finding(failed)) == finding(failed))
  }
}
