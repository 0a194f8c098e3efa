import Consoles
package import Guests
import Model

/// Nothing on the console speaks of trouble that a slow host may cause as well.
package struct ConsoleClean: BootCheck {
  package static let info = CheckInfo(
    id: "console.clean", title: "Nothing on the console speaks of trouble", level: .should, clauses: [9], kind: .host,
    remedy: "Look at the quoted line in the console log; a slow host may be the cause of a lockup or a stall.",
    description: """
      Looks on COM1 for lockups, stalls, hung tasks, failed units and the like. The rules are those of severity \
      'suspicious' in console.yaml.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    let alarms = try await guest.console.settledAlarms(until: guest.patience(5)).filter { $0.severity == .suspicious }
    guard !alarms.isEmpty else {
      return await guest.console.hasSpoken ? .passed : .skipped("nothing was said on COM1")
    }
    return .failed(sentence(alarms), evidence: alarmEvidence(alarms) + [guest.file("console.log")])
  }
}
