import Hypervisors
package import Model

/// What somebody needs who works in a guest by hand.
extension Guest {
  /// The port on loopback that leads to the guest's SSH server.
  package func sshPort(until deadline: Deadline) async throws -> UInt16 { try await machine.sshPort(until: deadline) }

  /// Waits for the guest to power itself off, however long that takes.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` when QEMU ends in another way.
  package func powerOff() async throws {
    let event = try await machine.monitor.event("the guest's power-off", until: .ofASession) {
      $0.name == "SHUTDOWN" && $0.data["guest"]?.bool == true
    }
    if event == nil { throw VerifyError(.hypervisorFailed, "QEMU ended by itself") }
  }

  /// Waits for the guest's kernel to tell QEMU of its panic, which halts the machine.
  ///
  /// - Returns: false when QEMU ended without one.
  package func panic() async throws -> Bool {
    try await machine.monitor.event("the guest's panic", until: .ofASession) { $0.name == "GUEST_PANICKED" } != nil
  }
}

extension Deadline {
  /// For what lasts as long as a person wants it to: a year.
  package static var ofASession: Deadline { .after(.seconds(86_400 * 365)) }
}
