import Consoles
import Hypervisors
import Metadata
package import Model
package import SecureShell

/// A guest as it stood at one moment, kept inside its own disks, to be gone back to any number of times.
///
/// TCP connections do not survive: close SSH sessions before ``Guest/save()``, and take new ones with
/// ``Guest/reconnect(key:until:)`` after ``Guest/restore(_:)``. The guest's clock goes on from the moment of the save,
/// so it is behind by what has passed since.
package struct SavedGuest: Sendable {
  /// Of memory and devices, in the boot disk's overlay.
  package let size: ByteCount
  let standing: Console.Standing

  static let name = "imgverify-ready"
}

extension Guest {
  /// Saves the guest. Until ``drop(_:)``, its power-off pauses the machine and does not end QEMU.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words; the guest then goes on as if nothing had been.
  package func save() async throws -> SavedGuest {
    let standing = await console.standing
    let size = try await machine.monitor.saveMachine(SavedGuest.name, until: patience(60))
    try await machine.monitor.stayAfterPowerOff(true, until: patience(30))
    return SavedGuest(size: size, standing: standing)
  }

  /// Puts the guest back to where it was saved: its disks too, and what was seen of it since is forgotten.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words; the guest is then not fit to be judged.
  package func restore(_ saved: SavedGuest) async throws {
    try await machine.monitor.restoreMachine(SavedGuest.name, until: patience(60)) {
      await console.putBack(to: saved.standing, note: "[imgverify: the guest is put back to its saved state]")
      await metadata.guestWasReset()
    }
  }

  /// Deletes the saved state; from now on the guest's power-off ends QEMU again.
  package func drop(_ saved: SavedGuest) async throws {
    try await machine.monitor.deleteSavedMachine(SavedGuest.name, until: patience(60))
    try await machine.monitor.stayAfterPowerOff(false, until: patience(30))
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
