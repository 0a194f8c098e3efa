import Consoles
package import Guests
import Metadata
import Model
package import SecureShell

/// `reboot`, run by root, resets the machine, and the guest comes up again.
package struct PowerReboot: IntrusiveCheck {
  package static let info = CheckInfo(
    id: "power.reboot", title: "'reboot' from inside resets the machine, and the guest comes up again", level: .must,
    clauses: [53], kind: .host,
    remedy:
      "Look at the console log: a service that does not stop, a halt instead of a reset, a 'reboot=' quirk on the kernel's command line, or a second boot that waits for somebody.",
    description: """
      Runs 'reboot' over SSH, waits for the machine's reset, then for a question to the metadata service or a login \
      prompt on COM1. Starts from a guest that was saved when it was up; done in one boot of a run.
      """)

  private enum Sign: Sendable {
    case up(String)
    case down(String)
    /// This watcher has nothing more to tell.
    case nothing
  }

  package static func judge(
    _ guest: Guest, over session: SecureShell, _ terms: IntrusiveTerms
  ) async throws -> Judgement {
    let began = ContinuousClock.now
    // A second boot banner is bad unless it was asked for.
    await guest.console.note("[imgverify: the guest is told to restart]")
    let limit = Duration.seconds(60) * guest.timeoutScale
    let sign = try await guest.powerSign(after: "reboot", over: session, until: .after(limit))
    let found: String
    switch sign {
    case .restarted: return try await comesUp(guest, began: began, limit: terms.bootLimit)
    case .poweredOff: found = "it switched itself off instead"
    case .panicked: found = "the kernel panicked instead"
    case .halted: found = "the kernel halted instead"
    case nil: found = "it had not"
    }
    return .failed(
      "'reboot' must reset the machine within \(limit.forPeople); \(found); \(await guest.console.lastSeen)",
      evidence: await guest.consoleEvidence())
  }

  /// Judges what follows the reset.
  private static func comesUp(_ guest: Guest, began: ContinuousClock.Instant, limit: Duration) async throws -> Judgement
  {
    let reset = ContinuousClock.now
    let from = await guest.console.cursor
    let asked = await guest.metadata.transcript.entries.count
    let deadline = Deadline.after(limit)
    let sign = try await withThrowingTaskGroup(of: Sign.self) { group in
      group.addTask { try await guest.metadataAsked(after: asked, until: deadline) ? .up("metadata") : .nothing }
      group.addTask {
        do {
          _ = try await guest.console.expect(.loginPrompt, from: from, until: deadline)
          return .up("login prompt")
        } catch let error as VerifyError where [.timedOut, .closed].contains(error.code) { return .nothing }
      }
      group.addTask { try await guest.console.fatalAlarm(until: deadline).map { .down($0.meaning) } ?? .nothing }
      defer { group.cancelAll() }
      for try await sign in group {
        if case .nothing = sign { continue }
        return sign
      }
      return .nothing
    }
    var notes = ["seconds to reset": String(Int((reset - began).inSeconds))]
    let found: String
    switch sign {
    case .up(let name):
      (notes["seconds"], notes["seen"]) = (String(Int((ContinuousClock.now - reset).inSeconds)), name)
      return Judgement(.passed, notes: notes)
    case .down(let why): found = why
    case .nothing: found = "nothing of the kind in \(limit.forPeople)"
    }
    return .failed(
      "after 'reboot' the guest must ask for metadata or show a login prompt; \(found); \(await guest.console.lastSeen)",
      evidence: await guest.consoleEvidence() + [guest.file("mdata.jsonl")], notes: notes)
  }
}
