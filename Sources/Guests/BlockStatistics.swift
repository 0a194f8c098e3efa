import Hypervisors
package import Model

/// What QEMU has done for one disk since power-on.
package struct BlockStatistics: Sendable, Hashable {
  package var reads: Int64
  package var writes: Int64
  package var bytesWritten: Int64
  package var flushes: Int64
  /// Pieces that the guest gave back (discard).
  package var unmaps: Int64

  package init(reads: Int64 = 0, writes: Int64 = 0, bytesWritten: Int64 = 0, flushes: Int64 = 0, unmaps: Int64 = 0) {
    (self.reads, self.writes, self.bytesWritten) = (reads, writes, bytesWritten)
    (self.flushes, self.unmaps) = (flushes, unmaps)
  }

  /// - Parameter answer: of `query-blockstats`.
  /// - Returns: nil when it tells of no such drive.
  package init?(drive: String, in answer: JSONValue) {
    guard let stats = answer.array?.first(where: { $0["device"]?.string == drive })?["stats"] else { return nil }
    func count(_ name: String) -> Int64 { stats[name]?.integer ?? 0 }
    self.init(
      reads: count("rd_operations"), writes: count("wr_operations"), bytesWritten: count("wr_bytes"),
      flushes: count("flush_operations"), unmaps: count("unmap_operations"))
  }
}

extension Guest {
  /// What QEMU has done so far for the boot disk.
  package func bootDiskStatistics() async throws -> BlockStatistics? { try await statistics(of: "disk0") }

  /// What QEMU has done so far for the extra disk.
  package func extraDiskStatistics() async throws -> BlockStatistics? { try await statistics(of: "disk1") }

  /// What the boot disk's overlay takes on the host's disk.
  ///
  /// - Returns: nil when QEMU does not say.
  package func bootDiskUse() async throws -> ByteCount? {
    let answer = try await machine.monitor.execute("query-block", until: .after(.seconds(30)))
    let disk = answer.array?.first { $0["device"]?.string == "disk0" }
    return disk?["inserted"]?["image"]?["actual-size"]?.integer.map { ByteCount(bytes: $0) }
  }

  private func statistics(of drive: String) async throws -> BlockStatistics? {
    let answer = try await machine.monitor.execute("query-blockstats", until: .after(.seconds(30)))
    return BlockStatistics(drive: drive, in: answer)
  }

  /// Whether the machine lets its guest discard blocks of the boot disk: virtio-blk of old machine types does not.
  ///
  /// - Returns: nil when QEMU does not say, as for disks on controllers that do not have the choice.
  package func bootDiskTakesDiscards() async throws -> Bool? {
    do {
      let answer = try await machine.monitor.execute(
        "qom-get", ["path": "/machine/peripheral/bootdisk", "property": "discard"], until: .after(.seconds(30)))
      return answer.bool
    } catch let error as VerifyError where error.code == .hypervisorFailed {
      if await hasEnded { throw error }
      return nil
    }
  }
}
