import Foundation
package import Hosts
package import Model

/// A machine that is connected and halted: power it on with ``start(until:)`` once everybody listens.
package struct Machine: Sendable {
  package let boot: Boot
  /// COM1.
  package let console: any ByteStream
  /// COM2, the metadata port; nil when the machine is to have none.
  package let metadata: (any ByteStream)?
  /// SeaBIOS' debug port.
  package let firmware: any ByteStream
  /// What passes on the wire of each NIC, as a pcap file that has no end.
  package let packets: [any ByteStream]
  package let monitor: QMPClient
  package let use: ProcessorUse
  package let process: LongProcess

  /// Runs the first instruction.
  package func start(until deadline: Deadline) async throws {
    try await monitor.execute("cont", until: deadline)
  }

  /// The port on loopback that leads to port 22 of the primary NIC's promised address.
  package func sshPort(until deadline: Deadline) async throws -> UInt16 {
    let text =
      try await monitor.execute(
        "human-monitor-command", ["command-line": "info usernet"], until: deadline
      ).string ?? ""
    for line in text.split(whereSeparator: \.isNewline) where line.contains("TCP[HOST_FORWARD]") {
      // TCP[HOST_FORWARD]  11  127.0.0.1 43923  10.77.1.24  22  0  0
      let fields = line.split(separator: " ")
      if fields.count >= 4, let port = UInt16(fields[3]), port != 0 { return port }
    }
    throw VerifyError(.hypervisorFailed, "QEMU forwards no port to the guest; `info usernet` says: \(text)")
  }
}

/// Powers a machine up to its first instruction for as long as `body` runs; nothing of it is left afterwards.
///
/// - Parameters:
///   - sockets: an empty scratch folder.
///   - log: file that gets QEMU's own messages.
/// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words when it does not start, or ends by itself.
package func withMachine<T: Sendable>(
  _ boot: Boot, launch: Launch, log: String, until deadline: Deadline,
  _ body: @escaping @Sendable (Machine) async throws -> T
) async throws -> T {
  let files = launch.sockets
  let hasMetadata = boot.metadataFault != .absent
  let paths = [files.monitor, files.console, files.firmware] + (hasMetadata ? [files.metadata] : [])
  let listeners = try paths.map(UnixListener.init(path:))
  defer { for listener in listeners { listener.close() } }
  // Open on our side before QEMU starts, which would wait for it.
  let packets = try boot.instance.nics.indices.map { try openPipe(at: files.packets($0)) }
  defer { for pipe in packets { pipe.close() } }
  try Tool.qemu.require()
  do {
    let (result, _) = try await withProcess(launch.arguments, errorsTo: log) { process in
      var streams: [DescriptorStream] = []
      for listener in listeners {
        streams.append(try await accept(listener, from: process, log: log, until: deadline))
      }
      let opened = streams
      defer { for stream in opened { stream.close() } }
      let monitor = QMPClient(stream: opened[0])
      let use = ProcessorUse(pid: process.pid)
      let machine = Machine(
        boot: boot, console: opened[1], metadata: hasMetadata ? opened[3] : nil, firmware: opened[2],
        packets: packets, monitor: monitor, use: use, process: process)
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await monitor.run() }
        group.addTask { await use.watch() }
        defer { group.cancelAll() }
        try await monitor.handshake(until: deadline)
        return try await body(machine)
      }
    }
    return result
  } catch let error as VerifyError where error.code == .hypervisorFailed {
    throw VerifyError(.hypervisorFailed, "\(error.message)\(tail(of: log))", cause: error.cause)
  }
}

/// Takes QEMU's connection, or says at once that it has ended.
private func accept(_ listener: UnixListener, from process: LongProcess, log: String, until deadline: Deadline)
  async throws -> DescriptorStream
{
  while true {
    do { return try await listener.accept(until: deadline.capped(at: .milliseconds(250))) } catch let error
      as VerifyError
      where error.code == .timedOut
    {
      if process.hasEnded { throw VerifyError(.hypervisorFailed, "QEMU ended before the machine was made") }
      if deadline.hasPassed {
        throw VerifyError(.hypervisorFailed, "QEMU did not connect to \(listener.path) in time")
      }
    }
  }
}

/// The last of QEMU's own messages, for an error.
private func tail(of log: String) -> String {
  guard let data = FileManager.default.contents(atPath: log), !data.isEmpty else { return "" }
  return "; it said: "
    + String(decoding: data.suffix(1500), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
}
