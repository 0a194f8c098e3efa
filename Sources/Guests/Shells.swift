import Consoles
package import Model
package import SecureShell

/// A ``GuestShell`` over an SSH session.
package struct SSHGuestShell: GuestShell {
  package let transport = "ssh"
  private let session: SecureShell

  package init(_ session: SecureShell) { self.session = session }

  package func run(
    _ script: String, until deadline: Deadline, onOutput: @escaping @Sendable ([UInt8]) -> Void
  ) async throws -> Int32 {
    let result = try await session.run(
      "exec /bin/sh -s", input: Array(script.utf8), outputLimit: .mebibytes(16), until: deadline, onOutput: onOutput)
    return result.status ?? -1
  }
}

/// A ``GuestShell`` over the serial console: logs in for each script, and out again.
///
/// A login that hangs does not use up the time of the script.
package struct SerialGuestShell: GuestShell {
  package let transport = "serial"
  private let guest: Guest

  package init(_ guest: Guest) { self.guest = guest }

  package func run(
    _ script: String, until deadline: Deadline, onOutput: @escaping @Sendable ([UInt8]) -> Void
  ) async throws -> Int32 {
    let patience = Duration.seconds(120) * guest.timeoutScale
    let shell = try await SerialShell.login(
      console: guest.console, user: "root", password: guest.boot.instance.rootPassword,
      until: deadline.capped(at: patience))
    let status = try await shell.run(script, until: deadline, onOutput: onOutput)
    await shell.logout(until: guest.patience(15))
    return status
  }
}
