package import Guests
import Metadata
import Model
import SecureShell

/// The guest is up within the budget.
package struct BootTime: BootCheck {
  package static let info = CheckInfo(
    id: "boot.time", title: "First byte, metadata, SSH and login prompt come within their budgets", level: .should,
    clauses: [11, 15, 45], kind: .host,
    remedy:
      "'systemd-analyze critical-chain' names what the boot waits for; the usual ones are waiting for DHCP, for the network to be online, and for devices that never come.",
    description: """
      From power-on: 30 s to the first byte on COM1, 90 s to the first line on COM2, 180 s to an SSH session and to \
      the login prompt. Budgets are multiplied by the measured slowness of the host, and of the time that passed \
      only the share counts in which the machine got the processor time that it wanted.
      """)

  /// A step of the boot, and its seconds on a fast machine.
  struct Step: Sendable {
    var name: String
    var budget: Double
    var took: Double?
  }

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard awakening.ssh != nil || awakening.loginPrompt != nil else {
      return .skipped("the boot did not get that far: \(awakening.end.sentence)")
    }
    let stages = guest.stages.all.filter { $0.stage >= .bootLoader && $0.stage < .metadata }
    return judge(
      [
        Step(name: "first word on COM1", budget: 30, took: stages.map(\.time.inSeconds).min()),
        Step(name: "first line on COM2", budget: 90, took: await guest.metadata.transcript.firstResetSeconds),
        Step(name: "SSH session", budget: 180, took: awakening.sshTime?.inSeconds),
        Step(name: "login prompt", budget: 180, took: awakening.loginPrompt?.inSeconds),
      ], timeoutScale: guest.timeoutScale, share: guest.processorShare)
  }

  /// - Parameter share: of the processor time that the machine wanted and got.
  static func judge(_ steps: [Step], timeoutScale: Double, share: Double) -> Judgement {
    var notes: [String: String] = [:]
    var problems: [String] = []
    for step in steps {
      guard let took = step.took else { continue }
      notes[step.name] = "\(Int(took)) s"
      let budget = step.budget * max(1, timeoutScale)
      guard took * share > budget else { continue }
      problems.append("expected the \(step.name) within \(Int(budget)) s of power-on, found it after \(Int(took)) s")
    }
    return .judged(problems, evidence: "all that was late", notes: notes)
  }
}
