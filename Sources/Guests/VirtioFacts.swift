package import Hypervisors
package import Model

/// What QEMU knows of the driver behind a virtio device: proof that does not ask the guest.
///
/// SeaBIOS drives every virtio disk to DRIVER_OK, and a guest without a driver leaves it so. The signs used here are
/// those that only an operating system's driver gives.
/// - SeeAlso: `hypervisors.md` E.5, "Trap".
package struct VirtioFacts: Sendable, Hashable {
  /// Device statuses, guest features and transport features, as names without their explanations.
  package var statuses: Set<String>
  package var features: Set<String>
  package var transports: Set<String>
  /// The driver asked for interrupts on some queue; SeaBIOS polls.
  package var usesInterrupts: Bool

  /// Whether an operating system's driver drives this disk (virtio-blk or virtio-scsi).
  package var diskHasOSDriver: Bool {
    usesInterrupts
      || !transports.isDisjoint(with: ["VIRTIO_RING_F_EVENT_IDX", "VIRTIO_RING_F_INDIRECT_DESC"])
      || !features.isDisjoint(with: ["VIRTIO_BLK_F_FLUSH", "VIRTIO_BLK_F_CONFIG_WCE", "VIRTIO_SCSI_F_HOTPLUG"])
  }

  /// Whether a driver drives this NIC; SeaBIOS does not touch NICs without an option ROM.
  package var nicHasDriver: Bool { statuses.contains("VIRTIO_CONFIG_S_DRIVER_OK") }

  /// Asks QEMU for the device `id` of our own command line.
  ///
  /// - Returns: nil when this QEMU has no such query, which is no evidence either way.
  package static func query(_ id: String, queues: Range<Int64>, monitor: QMPClient, until deadline: Deadline)
    async throws -> VirtioFacts?
  {
    let path = JSONValue.string("/machine/peripheral/\(id)/virtio-backend")
    let status: JSONValue
    do { status = try await monitor.execute("x-query-virtio-status", ["path": path], until: deadline) } catch let error
      as VerifyError where error.code == .hypervisorFailed
    {
      if await monitor.hasEnded { throw error }
      return nil
    }
    func names(_ value: JSONValue?) -> Set<String> {
      Set((value?.array ?? []).compactMap { $0.string?.split(separator: ":").first.map(String.init) })
    }
    var facts = VirtioFacts(
      statuses: names(status["status"]?["statuses"]), features: names(status["guest-features"]?["dev-features"]),
      transports: names(status["guest-features"]?["transports"]), usesInterrupts: false)
    for queue in queues {
      let answer = try? await monitor.execute(
        "x-query-virtio-queue-status", ["path": path, "queue": .integer(queue)], until: deadline)
      if answer?["signalled-used-valid"]?.bool == true { facts.usesInterrupts = true }
    }
    return facts
  }
}
