import Model
import Testing

@testable import Reports

@Suite struct ChangesTests {
  private let earlier = Report(Samples.rejected)

  /// A run of some of the sample's boots, which judge as told.
  private func replay(_ numbers: [Int], _ outcomes: [Int: [String: Outcome]] = [:]) -> Report {
    let boots = numbers.map { Samples.plan.boots[$0 - 1] }
    var events = [Samples.runStarted, Samples.intake, .planned(Plan(seed: 42, boots: boots))]
    for (number, boot) in zip(numbers, boots) { events += Samples.events(of: boot, outcomes[number] ?? [:]) }
    return Report(Samples.timed(events + [.runEnded]))
  }

  @Test func theSameAgain() {
    #expect(
      replay([1], [1: ["system.swap": .failed(reason: "no swap, in other words")]]).changes(since: earlier) == [
        "as before: system.swap failed; 5 passed"
      ])
  }

  @Test func whatWasMendedAndWhatBroke() {
    let now = replay([2], [2: ["boot.firmware": .failed(reason: "x"), "system.swap": .broken(error: "y")]])
    #expect(
      now.changes(since: earlier) == [
        "now passes: disk.root-found (failed); network.address (broken); network.hostname (failed); "
          + "system.failed-units (skipped)",
        "now fails: boot.firmware (passed)", "now breaks: system.swap (passed)",
      ])
  }

  @Test func severalBootsAreNamed() {
    let now = replay([2, 3], [2: ["disk.root-found": Samples.notFound], 3: ["disk.root-found": Samples.notFound]])
    let lines = now.changes(since: earlier)
    #expect(lines.first == "as before: disk.root-found failed in 02-qemu-q35, 03-qemu-q35; 6 passed")
    #expect(lines.contains { $0.contains("network.address (broken) in 02-qemu-q35;") })
  }

  @Test func whatWasNotJudgedBeforeOrIsNotNow() {
    let cut = Report(Samples.timed([Samples.runStarted, .planned(Samples.plan)]))
    let first = replay([1], [1: ["system.swap": .failed(reason: "no swap")]])
    #expect(first.changes(since: cut).contains("now fails: system.swap (was not judged)"))
    let none = Report(
      Samples.timed([
        Samples.runStarted, .planned(Samples.plan),
        .bootSkipped(BootSkipped(boot: "02-qemu-q35", why: "its boot before did not come up")), .runEnded,
      ]))
    #expect(
      none.changes(since: earlier) == [
        "not judged: boot 01-qemu-pc; boot 02-qemu-q35 (its boot before did not come up); boot 03-qemu-q35"
      ])
  }

  @Test func aRunWithoutBootsHasNothingToTell() {
    #expect(Report(Samples.timed([Samples.runStarted, .runEnded])).changes(since: earlier) == [])
  }
}
