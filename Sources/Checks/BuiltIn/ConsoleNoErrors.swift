import Consoles
package import Guests
import Model

/// No kernel fault, damaged file system, refused disk request or restart shows on the console.
package struct ConsoleNoErrors: BootCheck {
  package static let info = CheckInfo(
    id: "console.no-errors", title: "The console shows no kernel fault, file-system or disk error, or restart",
    level: .must, clauses: [9], kind: .host,
    remedy:
      "Look at the quoted report; a line that is harmless in your image gets an 'ignore' rule (checks/README.md).",
    description: """
      Looks on COM1 for what is wrong whatever the host does: oopses and kernel faults, file-system errors, a root that \
      turned read-only, I/O errors, memory or disk space that ran out, a second boot that nobody asked for; and for a \
      panic after the guest was up. The rules are those of severity 'bad' in console.yaml.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    // A fatal line that ended the boot is another check's.
    let alarms = try await guest.console.settledAlarms(until: guest.patience(5)).filter {
      $0.severity == .bad || $0.severity == .fatal && awakening.end == .ready
    }
    guard !alarms.isEmpty else {
      return await guest.console.hasSpoken ? .passed : .skipped("nothing was said on COM1")
    }
    return .failed(sentence(alarms), evidence: alarmEvidence(alarms) + [guest.file("console.log")])
  }
}

/// The first alarm, and which others there are.
func sentence(_ alarms: [ConsoleAlarm]) -> String {
  guard let first = alarms.first else { return "" }
  var others: [String] = []
  for category in alarms.dropFirst().map(\.category) where !others.contains(category) { others.append(category) }
  let named = others.prefix(5).joined(separator: ", ")
  return first.description + (alarms.count > 1 ? " (and \(alarms.count - 1) more: \(named))" : "")
}

/// The reports of the first alarms, one evidence for each category, and all alarms in one line each.
func alarmEvidence(_ alarms: [ConsoleAlarm]) -> [Evidence] {
  var seen: Set<String> = []
  let reports = alarms.filter { seen.insert($0.category).inserted }.prefix(4)
  let list = Evidence(name: "alarms", text: alarms.map(\.description).joined(separator: "\n"))
  return reports.map { Evidence(name: $0.category, text: $0.quote) } + (alarms.count > 1 ? [list] : [])
}
