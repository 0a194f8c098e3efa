import Consoles
import Guests
import Metadata
import Model

/// How a guest comes up once more after its machine was reset.
struct ComingUpAgain {
  private enum Sign: Sendable {
    case up(String)
    case down(String)
    /// This watcher has nothing more to tell.
    case nothing
  }

  /// What it was reset by, as `after 'reboot'`.
  var after: String
  /// How long a boot may take until it is up; already scaled.
  var limit: Duration

  /// Waits for a question to the metadata service or a login prompt; to be called right behind the reset.
  func judge(_ guest: Guest, notes: [String: String] = [:]) async throws -> Judgement {
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
    var notes = notes
    let found: String
    switch sign {
    case .up(let name):
      (notes["seconds"], notes["seen"]) = (String(Int((ContinuousClock.now - reset).inSeconds)), name)
      return Judgement(.passed, notes: notes)
    case .down(let why): found = why
    case .nothing: found = "nothing of the kind in \(limit.forPeople)"
    }
    return .failed(
      "\(after) the guest must ask for metadata or show a login prompt; \(found); \(await guest.console.lastSeen)",
      evidence: await guest.consoleEvidence() + [guest.file("mdata.jsonl")], notes: notes)
  }
}
