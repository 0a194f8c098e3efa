package import Consoles
import Model

extension Screen {
  /// What stands on a screen that was drawn by position, such as a menu of GRUB; the name says what is selected there.
  ///
  /// Nil when the last lines of the console say all of it.
  package var evidence: (name: String, text: String)? {
    guard isDrawn, !text.isEmpty else { return nil }
    return ("screen on COM1" + (selected.map { ", selected: “\($0)”" } ?? ""), text)
  }
}

extension Console {
  /// Whether anything at all came.
  package var hasSpoken: Bool { byteCount > 0 }

  /// The last lines, for evidence.
  package var lastLines: String { tail(25).joined(separator: "\n") }
}
