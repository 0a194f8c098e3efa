import Foundation
import Glibc
import Intake
import Model
import Reports
import Synchronization

/// Progress on standard error, so that standard output holds the summary alone.
final class ProgressPrinter: Sendable {
  private let mode: VerifyOptions.Progress
  /// Whether an unfinished line (the intake's bytes) stands on the terminal.
  private let open = Mutex(false)

  init(_ mode: VerifyOptions.Progress) {
    // A pipe or a CI log gets lines; a terminal too, its one moving line being that of the intake.
    self.mode = mode
  }

  func show(_ entry: JournalEntry) {
    switch mode {
    case .none: return
    case .json: write(ProgressLine.json(for: entry) + "\n")
    case .auto, .plain:
      guard let line = ProgressLine.line(for: entry) else { return }
      write((closeLine() ? "\n" : "") + line + "\n")
    }
  }

  /// The moving line of the intake; only on a terminal.
  func show(_ progress: IntakeProgress) {
    guard mode == .auto, isatty(STDERR_FILENO) == 1 else { return }
    open.withLock { $0 = true }
    write("\r\u{1b}[K" + intakeLine(progress))
  }

  /// A line that is worth while to know, and stands in no report.
  func note(_ text: String) {
    guard mode == .auto || mode == .plain else { return }
    write((closeLine() ? "\n" : "") + text + "\n")
  }

  func finish() {
    if closeLine() { write("\n") }
  }

  private func closeLine() -> Bool {
    open.withLock { open in
      defer { open = false }
      return open
    }
  }

  private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
