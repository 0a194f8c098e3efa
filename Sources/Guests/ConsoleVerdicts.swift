package import Consoles
import Model

extension Console {
  /// Whether anything at all came.
  package var hasSpoken: Bool { byteCount > 0 }

  /// The last lines, for evidence.
  package var lastLines: String { tail(25).joined(separator: "\n") }
}
