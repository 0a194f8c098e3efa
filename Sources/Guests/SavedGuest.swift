import Consoles
package import Hypervisors
import Metadata
package import Model
package import SecureShell

/// A guest as it stood at one moment, kept inside its own disks, to be gone back to any number of times.
///
/// TCP connections do not survive: close SSH sessions before ``Guest/save(as:)``, and take new ones with
/// ``Guest/reconnect(key:until:)`` after ``Guest/restore(_:)``.
package struct SavedGuest: Sendable {
  package let machine: SavedMachine
  let standing: Console.Standing
}

extension Guest {
  /// Saves the guest, running or switched off.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words; the guest then goes on as if nothing had been.
  package func save(as name: String) async throws -> SavedGuest {
    let standing = await console.standing
    let saved = try await machine.monitor.saveMachine(name, until: patience(60))
    return SavedGuest(machine: saved, standing: standing)
  }

  /// Puts the guest back to where it was saved, its disks too; what was seen of it since is forgotten.
  ///
  /// A guest that was running runs on, with a clock that may jump; see ``QMPClient/restoreMachine(_:until:)``.
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words; the guest is then not fit to be judged.
  package func restore(_ saved: SavedGuest) async throws {
    try await machine.monitor.restoreMachine(saved.machine, until: patience(60))
    await console.putBack(to: saved.standing, note: "[imgverify: the guest is put back to its saved state]")
    await metadata.guestWasReset()
    if await !isOff { try await machine.monitor.execute("cont", until: patience(30)) }
  }

  /// Deletes a saved state: a disk with one in it cannot be resized, and would only grow.
  package func drop(_ saved: SavedGuest) async throws {
    try await machine.monitor.deleteSavedMachine(saved.machine, until: patience(60))
  }

  /// Whether the guest's power-off only pauses the machine, so that it can be restored; from the start it ends QEMU.
  package func staysAfterPowerOff(_ stays: Bool) async throws {
    try await machine.monitor.stayAfterPowerOff(stays, until: patience(30))
  }

  /// Ends QEMU, which first writes out all that it holds of the disks.
  ///
  /// - Throws: ``VerifyError`` `.timedOut` when it does not end.
  package func endMachine() async throws {
    do { try await machine.monitor.execute("quit", until: patience(30)) } catch let error as VerifyError
      where error.code == .hypervisorFailed
    {
      // It may end before it has answered.
      guard await hasEnded else { throw error }
    }
    _ = try await machine.monitor.event("QEMU's end", until: patience(60)) { _ in false }
  }

  /// A new SSH session as root.
  ///
  /// - Throws: ``VerifyError`` `.timedOut` with the last error as its cause.
  package func reconnect(key: KeyPair, until deadline: Deadline) async throws -> SecureShell {
    let port = try await machine.sshPort(until: .after(.seconds(30)))
    return try await SecureShell.connectRetrying(
      to: "127.0.0.1", port: port, user: "root", key: key, until: deadline, attemptLimit: .seconds(5) * timeoutScale)
  }
}
