import Foundation
import Glibc
package import Hosts
package import Model

/// Which accelerator the user asked for.
package enum AcceleratorRequest: String, Sendable, CaseIterable { case auto, kvm, tcg }

/// A boot sector that tells how fast a machine runs guest code.
///
/// It enters 32-bit protected mode, writes `A` to port 0xE9, runs a loop of 200 million rounds (multiply, add, and a
/// read-modify-write of memory), writes `B`, and ends QEMU through isa-debug-exit. Source and recipe:
/// `fixtures/probe/probe.S`.
private let probeSector: [UInt8] = [
  0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0, 0xbc, 0x00, 0x7c, 0x0f, 0x01, 0x16, 0x78, 0x7c, 0x0f, 0x20, 0xc0, 0x0c,
  0x01, 0x0f, 0x22, 0xc0, 0xea, 0x1c, 0x7c, 0x08, 0x00, 0x66, 0xb8, 0x10, 0x00, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0,
  0xb0, 0x41, 0xe6, 0xe9, 0xb9, 0x00, 0xc2, 0xeb, 0x0b, 0xbf, 0x00, 0x80, 0x00, 0x00, 0x31, 0xc0, 0x69, 0xc0, 0x0d,
  0x66, 0x19, 0x00, 0x05, 0x5f, 0xf3, 0x6e, 0x3c, 0x89, 0xc3, 0x81, 0xe3, 0xfc, 0x0f, 0x00, 0x00, 0x01, 0x04, 0x1f,
  0x49, 0x75, 0xe7, 0xb0, 0x42, 0xe6, 0xe9, 0x66, 0xba, 0x01, 0x05, 0xb0, 0x01, 0xee, 0xf4, 0xeb, 0xfd, 0x8d, 0x76,
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x9a, 0xcf, 0x00, 0xff, 0xff,
  0x00, 0x00, 0x00, 0x92, 0xcf, 0x00, 0x17, 0x00, 0x60, 0x7c,
]

/// Finds out by trying which accelerator to use, and how fast the guests will be.
///
/// That `/dev/kvm` opens proves nothing: there are hosts whose KVM interprets the guest's code, a hundred times slower
/// than TCG. So the probe is run under both, and KVM is taken only if it is the faster one.
package func chooseAccelerator(_ request: AcceleratorRequest, scratch: Scratch) async throws -> AcceleratorChoice {
  try Tool.qemu.require()
  let version = try await Tool.qemu.run(["--version"], until: .after(.seconds(60)))
  let hypervisor = String(version.prefix { !$0.isNewline })
  let disk = scratch.file("probe.raw")
  // SeaBIOS reads no disk of one single sector.
  let image =
    probeSector + [UInt8](repeating: 0, count: 510 - probeSector.count) + [0x55, 0xaa]
    + [UInt8](repeating: 0, count: (1 << 20) - 512)
  guard FileManager.default.createFile(atPath: disk, contents: Data(image)) else {
    throw VerifyError(.system, "cannot write \(disk)")
  }

  if request == .kvm {
    let time = try await runProbe(.kvm, disk: disk, scratch: scratch, limit: .seconds(60))
    return choice(.kvm, "asked for; the probe took \(time.forPeople)", time, hypervisor)
  }
  let tcg = try await runProbe(.tcg, disk: disk, scratch: scratch, limit: .seconds(120))
  if request == .tcg { return choice(.tcg, "asked for; the probe took \(tcg.forPeople)", tcg, hypervisor) }
  guard access("/dev/kvm", R_OK | W_OK) == 0 else {
    let why =
      errno == ENOENT ? "there is no /dev/kvm" : "/dev/kvm cannot be opened (\(String(cString: strerror(errno))))"
    return choice(.tcg, "\(why); the probe took \(tcg.forPeople)", tcg, hypervisor)
  }
  do {
    let kvm = try await runProbe(.kvm, disk: disk, scratch: scratch, limit: max(.seconds(3), tcg * 2))
    if kvm < tcg {
      return choice(.kvm, "the probe took \(kvm.forPeople) under KVM, \(tcg.forPeople) under TCG", kvm, hypervisor)
    }
    return choice(
      .tcg, "/dev/kvm opens, but the probe took \(kvm.forPeople) under KVM and \(tcg.forPeople) under TCG", tcg,
      hypervisor)
  } catch let error as VerifyError {
    return choice(
      .tcg, "/dev/kvm opens, but KVM did not finish the probe (\(error.message)); TCG took \(tcg.forPeople)", tcg,
      hypervisor)
  }
}

/// Time-outs are made for a machine with working KVM. TCG takes four times as long for a typical boot; a host on
/// which the probe is slower than on the reference machine gets proportionally more.
private func choice(_ accelerator: Accelerator, _ reason: String, _ time: Duration, _ hypervisor: String)
  -> AcceleratorChoice
{
  let (base, reference) = accelerator == .kvm ? (1.0, 0.35) : (4.0, 0.6)
  let scale = min(20, base * max(1, time.inSeconds / reference))
  return AcceleratorChoice(
    accelerator: accelerator.rawValue, reason: reason, timeoutScale: (scale * 10).rounded() / 10, hypervisor: hypervisor
  )
}

/// Time between `A` and `B`.
private func runProbe(_ accelerator: Accelerator, disk: String, scratch: Scratch, limit: Duration) async throws
  -> Duration
{
  let listener = try UnixListener(path: scratch.file("probe-\(accelerator.rawValue)"))
  defer { listener.close() }
  let log = scratch.file("probe-\(accelerator.rawValue).log")
  let arguments = [
    "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc", "-m", "64",
    "-accel", accelerator == .tcg ? "tcg,tb-size=64" : "kvm", "-device", "isa-debug-exit,iobase=0x501,iosize=2",
    "-chardev", "socket,id=port,path=\(listener.path)", "-device", "isa-debugcon,iobase=0xe9,chardev=port",
    "-drive", "file=\(disk),format=raw,if=none,id=disk,readonly=on",
    "-device", "virtio-blk-pci,drive=disk,bootindex=0",
  ]
  let deadline = Deadline.after(limit)
  let (time, _) = try await withProcess(arguments, errorsTo: log, grace: .milliseconds(200)) { process in
    var peer: DescriptorStream?
    while peer == nil {
      do { peer = try await listener.accept(until: deadline.capped(at: .milliseconds(250))) } catch let error
        as VerifyError
        where error.code == .timedOut && !deadline.hasPassed && !process.hasEnded
      { continue }
    }
    guard let stream = peer else { throw VerifyError(.hypervisorFailed, "the probe did not start") }
    defer { stream.close() }
    var began: ContinuousClock.Instant?
    while true {
      let bytes: [UInt8]
      do { bytes = try await stream.read(atMost: 16, until: deadline) } catch let error as VerifyError
        where error.code == .timedOut
      {
        throw VerifyError(.timedOut, "not done after \(limit.forPeople)")
      }
      if bytes.isEmpty { throw VerifyError(.hypervisorFailed, "QEMU ended in the middle of the probe") }
      for byte in bytes {
        if byte == UInt8(ascii: "A") { began = .now }
        if byte == UInt8(ascii: "B"), let began { return ContinuousClock.now - began }
      }
    }
  }
  return time
}
