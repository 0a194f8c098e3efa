package import Model

/// A way to run a POSIX shell script as root in the guest: over SSH, or over the serial console.
package protocol GuestShell: Sendable {
  /// `ssh` or `serial`.
  var transport: String { get }

  /// Runs `script` with `sh` in the guest, and hands on its standard output as it comes.
  ///
  /// Line ends may arrive as CR LF, and lines that the script did not write may stand in between (kernel messages
  /// over serial): whoever parses the output marks its own lines.
  /// - Returns: the exit status of the script.
  /// - Throws: ``VerifyError`` `.timedOut` when `deadline` passes, `.closed` when the connection is lost.
  func run(
    _ script: String, until deadline: Deadline, onOutput: @escaping @Sendable ([UInt8]) -> Void
  ) async throws -> Int32
}
