package import Consoles
import Model

extension Screen {
  /// What stands on a screen that was drawn by position, such as a menu of GRUB; the name says what is selected there.
  ///
  /// Nil when the last lines of the console say all of it.
  package var evidence: (name: String, text: String)? {
    guard isDrawn, !text.isEmpty else { return nil }
    let marked = highlighted.map { rows[$0].split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
    let selected = marked.first.map { ", selected: “\($0.prefix(80))”" } ?? ""
    return ("screen on COM1\(selected)", text)
  }
}

extension Console {
  /// Whether anything at all came.
  package var hasSpoken: Bool { byteCount > 0 }

  /// The last lines, for evidence.
  package var lastLines: String { tail(25).joined(separator: "\n") }
}
