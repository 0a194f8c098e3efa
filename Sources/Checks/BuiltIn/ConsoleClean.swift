import Consoles
package import Guests
import Model

/// Nothing on the console speaks of trouble.
package struct ConsoleClean: BootCheck {
  package static let info = CheckInfo(
    id: "console.clean", title: "Nothing on the console speaks of trouble", level: .should, clauses: [9], kind: .host,
    remedy: "Look at the quoted line in the console log.",
    description: "Looks on COM1 for oopses, lockups, hung tasks, I/O and file-system errors, failed units and the like."
  )

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    let alarms = await guest.console.alarms.filter { $0.severity == .suspicious }
    guard let first = alarms.first else {
      return await guest.console.hasSpoken ? .passed : .skipped("nothing was said on COM1")
    }
    let more = alarms.count > 1 ? " (and \(alarms.count - 1) more)" : ""
    return .failed(
      first.description + more,
      evidence: [
        Evidence(name: "alarms", text: alarms.map(\.description).joined(separator: "\n")), guest.file("console.log"),
      ])
  }
}
