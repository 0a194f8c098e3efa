package import Consoles
import Foundation
package import Hypervisors
package import Metadata
package import Model

/// A powered-on machine as a check may touch it: console, metadata, monitor, and where its evidence lies.
package struct Guest: Sendable {
  package let boot: Boot
  package let console: Console
  package let firmware: FirmwareLog
  package let metadata: MetadataService
  /// The wire of each NIC, in the order of the instance's NICs.
  package let wires: [Wire]
  package let stages: StageLog
  package let timeoutScale: Double
  /// Folder of this boot's files, and its path below the output folder.
  package let folder: String
  package let powerOn: ContinuousClock.Instant
  let machine: Machine
  let sshLook = SSHLook()

  /// Evidence: a file of this boot's folder.
  package func file(_ name: String) -> Evidence { Evidence(name: name, file: "boots/\(boot.id)/\(name)") }

  /// Evidence: the end of the console, its screen if that was drawn by position, and its whole log.
  package func consoleEvidence() async -> [Evidence] {
    let screen = await console.screen.evidence.map { [Evidence(name: $0.name, text: $0.text)] } ?? []
    return screen + [Evidence(name: "last lines on COM1", text: await console.lastLines), file("console.log")]
  }

  /// Evidence: the report that an alarm quotes, once it is whole.
  package func report(of alarm: ConsoleAlarm) async throws -> [Evidence] {
    let settled = try await console.settledAlarms(until: patience(5))
    let whole = settled.first { $0.serial == alarm.serial } ?? alarm
    return [Evidence(name: whole.category, text: whole.quote)]
  }

  /// How much processor time the machine has got of what it wanted so far.
  package var processorUse: ProcessorUse.Amount { machine.use.amount }

  /// Share of the processor time that the machine wanted so far and got; 1 when nothing was wanted.
  package var processorShare: Double { processorUse.share }

  /// Seconds of processor time that the machine has used so far.
  package var processorSeconds: Double { machine.use.amount.ran }

  /// Whether the guest has powered itself off.
  package var isOff: Bool {
    get async {
      await machine.monitor.events.contains { $0.name == "SHUTDOWN" && $0.data["guest"]?.bool == true }
    }
  }

  /// Whether QEMU has ended.
  package var hasEnded: Bool { get async { await machine.monitor.hasEnded } }

  /// A wait of `seconds` on a machine of full speed.
  package func patience(_ seconds: Int) -> Deadline { .after(.seconds(seconds) * timeoutScale) }

  /// What QEMU knows of the boot disk's driver.
  package func virtioDisk() async throws -> VirtioFacts? {
    let (device, queues): (String, Range<Int64>) =
      switch boot.layout.bootDisk.model {
      case .virtioBlk, .virtioBlkLegacy, .virtioBlkModern: ("bootdisk", 0..<1)
      // Queue 0 is for control, 1 for events, the rest for requests.
      case .virtioSCSI: ("scsi0", 0..<3)
      case .ide, .ahci, .nvme: ("", 0..<0)
      }
    guard !queues.isEmpty else { return nil }
    return try await VirtioFacts.query(device, queues: queues, monitor: machine.monitor, until: .after(.seconds(30)))
  }

  /// What QEMU knows of the driver of NIC `index`.
  package func virtioNIC(_ index: Int) async throws -> VirtioFacts? {
    guard boot.layout.nics[index].model != .e1000 else { return nil }
    return try await VirtioFacts.query(
      "nic\(index)", queues: 0..<2, monitor: machine.monitor, until: .after(.seconds(30)))
  }

  /// Presses the ACPI power button.
  ///
  /// - Returns: whether the guest powered itself off before `deadline`.
  /// - Throws: when QEMU ended without the guest's power-off.
  package func pressPowerButton(until deadline: Deadline) async throws -> Bool {
    try await machine.monitor.execute("system_powerdown", until: .after(.seconds(30)))
    do {
      let event = try await machine.monitor.event("power-off of the guest", until: deadline) {
        $0.name == "SHUTDOWN" && $0.data["guest"]?.bool == true
      }
      guard event != nil else {
        throw VerifyError(.hypervisorFailed, "QEMU ended while the guest was to power itself off")
      }
      return true
    } catch let error as VerifyError where error.code == .timedOut { return false }
  }

  /// Resets the machine from outside; the guest is not asked.
  package func reset() async throws {
    try await machine.monitor.execute("system_reset", until: .after(.seconds(30)))
    await metadata.guestWasReset()
  }

  /// Logs in on COM1, runs a script there, and logs out.
  package func runOverSerial(_ script: String) async throws -> String {
    let shell = try await SerialShell.login(
      console: console, user: "root", password: boot.instance.rootPassword, until: patience(60))
    let output = OutputBuffer(limit: 64 << 10)
    _ = try await shell.run(script, until: patience(60)) { output.append($0) }
    await shell.logout(until: patience(15))
    return output.text
  }

  /// Writes a picture of the screen to `screen.png`; not to be had is no trouble.
  package func takeScreenshot() async {
    _ = try? await machine.monitor.execute(
      "screendump", ["filename": .string("\(folder)/screen.png"), "format": "png"], until: .after(.seconds(10)))
  }
}

/// Powers a machine on and listens to all its ports for as long as `body` runs.
///
/// - Parameters:
///   - rules: what the console is judged by.
///   - folder: where console.log, firmware.log, mdata.jsonl, netN.pcap and qemu.log of this boot go.
///   - tap: gets the bytes of COM1 from the first one on; see ``Consoles/Console/tap(_:)``.
package func withGuest<T: Sendable>(
  _ boot: Boot, launch: Launch, rules: ConsoleRules, folder: String, authorizedKeys: [String], timeoutScale: Double,
  tap: (@Sendable ([UInt8]) async -> Void)? = nil, _ body: @escaping @Sendable (Guest) async throws -> T
) async throws -> T {
  let start = Deadline.after(.seconds(30) * max(1, timeoutScale))
  return try await withMachine(boot, launch: launch, log: "\(folder)/qemu.log", until: start) { machine in
    let powerOn = ContinuousClock.now
    let console = try Console(
      stream: machine.console, logPath: "\(folder)/console.log", powerOn: powerOn, rules: rules)
    if let tap { await console.tap(tap) }
    let firmware = FirmwareLog(stream: machine.firmware, logPath: "\(folder)/firmware.log")
    let metadata = try MetadataService(
      store: MetadataStore(boot: boot, authorizedKeys: authorizedKeys), powerOn: powerOn,
      log: "\(folder)/mdata.jsonl", fault: boot.metadataFault)
    let wires = zip(boot.instance.nics, machine.packets).enumerated().map { index, wire in
      Wire(stream: wire.1, path: "\(folder)/net\(index).pcap", network: wire.0.networkMACs)
    }
    let guest = Guest(
      boot: boot, console: console, firmware: firmware, metadata: metadata, wires: wires, stages: StageLog(),
      timeoutScale: timeoutScale,
      folder: folder, powerOn: powerOn, machine: machine)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await console.drain() }
      group.addTask { await firmware.drain() }
      for wire in wires { group.addTask { await wire.drain() } }
      if let port = machine.metadata {
        group.addTask { await metadata.serve(port) }
      } else {
        await metadata.tellFault()
      }
      group.addTask { await metadata.followResets(of: machine.monitor) }
      defer { group.cancelAll() }
      try await machine.start(until: start)
      return try await body(guest)
    }
  }
}

extension MetadataService {
  /// Forgets half a line whenever the guest resets its machine: what the new boot sends must not be glued to it.
  fileprivate func followResets(of monitor: QMPClient) async {
    var seen = 0
    while let count = try? await monitor.resets(beyond: seen, until: .ofASession) {
      seen = count
      guestWasReset()
    }
  }
}
