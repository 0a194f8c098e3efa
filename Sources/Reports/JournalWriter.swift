import Foundation
import Glibc
package import Model
import Synchronization

/// Writes `journal.jsonl`: one JSON object a line, in the kernel's hands before ``append(_:)`` returns.
///
/// It keeps nothing in memory. When a line cannot be written (the disk is full), nothing more is written: the journal
/// then ends like that of a killed run, and no report made from it can say *accepted*.
package final class JournalWriter: Sendable {
  private struct State {
    var descriptor: CInt
    var failure: VerifyError?
  }
  private let state: Mutex<State>
  private let started = ContinuousClock.now
  private let onEntry: @Sendable (JournalEntry) -> Void

  /// Creates the journal at `path`, emptying what an earlier run has left there.
  ///
  /// - Parameter onEntry: Called for every entry, in the journal's order, one at a time; it must not append.
  /// - Throws: ``VerifyError`` `.system` when the file cannot be written, or another run is writing it right now.
  package init(path: String, onEntry: @escaping @Sendable (JournalEntry) -> Void = { _ in }) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw systemError("cannot write the journal \(path)") }
    // Two runs in one folder would mix their lines into one false report. EINVAL: a pipe or device, always empty.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, ftruncate(descriptor, 0) == 0 || errno == EINVAL else {
      let error =
        errno == EWOULDBLOCK
        ? VerifyError(.system, "another run is writing \(path); give each run its own --output")
        : systemError("cannot write the journal \(path)")
      Glibc.close(descriptor)
      throw error
    }
    state = Mutex(State(descriptor: descriptor))
    self.onEntry = onEntry
  }

  deinit { close() }

  /// Why the journal had to end early, or nil.
  package var failure: VerifyError? { state.withLock { $0.failure } }

  /// Seconds since the run began, in the journal's resolution of a millisecond.
  package var seconds: Double { sane(seconds: (ContinuousClock.now - started).inSeconds) }

  /// Appends what has just happened; texts are cut to what ``Report`` keeps.
  package func append(_ event: JournalEvent) {
    state.withLock { state in
      let entry = JournalEntry(seconds: seconds, event: event.bounded)
      if state.failure == nil, state.descriptor >= 0 {
        do {
          try write(try entry.jsonLine() + [UInt8(ascii: "\n")], to: state.descriptor)
        } catch {
          state.failure = error as? VerifyError ?? VerifyError(.system, "cannot write the journal", cause: error)
        }
      }
      onEntry(entry)
    }
  }

  /// Closes the file; entries that come later reach only the listener.
  package func close() {
    state.withLock { state in
      if state.descriptor >= 0 { Glibc.close(state.descriptor) }
      state.descriptor = -1
    }
  }
}

extension JournalEntry {
  /// The entry as one line of JSON, keys sorted, without the line end.
  package func jsonLine() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return [UInt8](try encoder.encode(self))
  }
}

extension JournalEvent {
  /// The event with the texts that checks and guests give cut to a bounded length.
  fileprivate var bounded: JournalEvent {
    switch self {
    case .finding(let finding): .finding(finding.bounded)
    case .trouble(let trouble): .trouble(trouble.bounded)
    case .explained(var explanation):
      .explained(
        {
          explanation.sentence = limited(explanation.sentence, atMost: 1024)
          return explanation
        }())
    case .stage(var stage):
      .stage(
        {
          stage.detail = limited(stage.detail, atMost: 1024)
          return stage
        }())
    case .standstill(var standstill):
      .standstill(
        {
          standstill.sentence = limited(standstill.sentence, atMost: 1024)
          standstill.lastLine = limited(standstill.lastLine, atMost: 1024)
          return standstill
        }())
    default: self
    }
  }
}

/// Writes all of `bytes` to a file.
func write(_ bytes: [UInt8], to descriptor: CInt) throws {
  var sent = 0
  while sent < bytes.count {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
    if count < 0 {
      if errno == EINTR { continue }
      throw systemError("write")
    }
    sent += count
  }
}

/// The error of the system call that has just failed.
func systemError(_ what: String) -> VerifyError { VerifyError(.system, "\(what): \(String(cString: strerror(errno)))") }
