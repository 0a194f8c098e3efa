/// How the checks that run in a guest get into it.
package enum Transport: String, Sendable, CaseIterable {
  /// Over SSH; over the serial console when there is no session.
  case auto
  /// Over SSH alone.
  case ssh
  /// Over the serial console alone: SSH is not even tried.
  case serial
}
