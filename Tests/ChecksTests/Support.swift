import Foundation
import Model
import Synchronization
import Testing

@testable import Checks

/// The repository's root, from this file's place.
let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path(percentEncoded: false)

let shippedChecks = repository + "checks"

/// The shells that guests have; those that this machine lacks are left out, dash or another sh is always there.
enum Shell: String, CaseIterable, Sendable {
  case dash = "/bin/dash"
  case busybox = "/bin/busybox"

  static let installed = allCases.filter { access($0.rawValue, X_OK) == 0 }
}

/// Runs a program to its end; standard error goes where standard output goes.
///
/// Not by Foundation's `Process`: that hands on whatever signals its thread has blocked, and a shell whose SIGCHLD is
/// blocked waits for ever.
func run(_ path: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> (
  status: Int32, output: [UInt8]
) {
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var (none, all) = (sigset_t(), sigset_t())
  sigemptyset(&none)
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

  // Files and not pipes: an end of a pipe that another test's child inherited would keep it open.
  let files = NSTemporaryDirectory() + "imgverify-run-\(CheckBundle.randomWord())"
  defer { for name in [files + ".in", files + ".out"] { unlink(name) } }
  try write(input, to: files + ".in")
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, files + ".in", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, files + ".out", O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0o600)
  posix_spawn_file_actions_adddup2(&actions, 1, 2)

  let variables = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"].merging(environment) { $1 }.map { "\($0)=\($1)" }
  var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
  var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
  defer { for word in argv + envp { free(word) } }
  var child = pid_t()
  let failed = posix_spawn(&child, path, &actions, &attributes, &argv, &envp)
  guard failed == 0 else { throw VerifyError(.system, "\(path): \(String(cString: strerror(failed)))") }
  var status: CInt = 0
  while waitpid(child, &status, 0) < 0, errno == EINTR {}
  let output = [UInt8](try Data(contentsOf: URL(filePath: files + ".out")))
  return (status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F, output)
}

/// A folder that exists as long as `body` runs.
func withFolder<T>(_ body: (String) throws -> T) throws -> T {
  let folder = NSTemporaryDirectory() + "imgverify-checks-\(CheckBundle.randomWord())"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

func write(_ text: String, to path: String) throws {
  let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try text.write(toFile: path, atomically: false, encoding: .utf8)
}

/// Runs `script` on standard input of the shell, in a PATH where with busybox every tool is busybox.
func runScript(_ script: String, in shell: Shell, temporary: String, environment: [String: String] = [:]) throws -> (
  status: Int32, output: [UInt8]
) {
  var environment = environment.merging(["TMPDIR": temporary]) { a, _ in a }
  let bin = temporary + "/bin"
  if !FileManager.default.fileExists(atPath: bin) {
    try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: bin + "/sh", withDestinationPath: shell.rawValue)
    if shell == .busybox {
      for tool in try run("/bin/busybox", ["--list"]).output.split(separator: 10) where tool != Array("sh".utf8)[...] {
        try? FileManager.default.createSymbolicLink(
          atPath: bin + "/" + String(decoding: tool, as: UTF8.self), withDestinationPath: shell.rawValue)
      }
    }
  }
  environment["PATH"] = shell == .busybox ? bin : bin + ":/usr/sbin:/usr/bin:/sbin:/bin"
  // Through a pipe, as over SSH.
  return try run("/bin/sh", ["-c", "/bin/cat | \"$1\" -s", "sh", bin + "/sh"], input: script, environment: environment)
}

let header = """
  #!/bin/sh
  # title: something holds
  # level: must
  # clause: 25, 28
  # transports: ssh serial
  # timeout: 30
  # remedy: mend it,
  #   and mend it well
  #
  # What is looked at.

  """

func fakeCheck(_ id: String, _ body: String, timeout: Int = 30, needs: [String] = [], transports: [String]? = nil)
  -> GuestCheck
{
  GuestCheck(
    info: CheckInfo(
      id: id, title: "title of \(id)", level: .must, clauses: [1], kind: .guest, remedy: "mend \(id)",
      description: "words"),
    transports: transports ?? ["ssh", "serial"], needs: needs, timeout: timeout,
    body: GuestCheck.helperLine + "\n" + body + "\n", path: "/checks/\(id).sh")
}

let boot = Boot(
  id: "01-qemu-pc", hypervisor: "qemu",
  instance: Instance(
    uuid: "7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10", hostname: "imgv-one", rootPassword: "secret",
    nics: [
      .init(
        interface: "net0", mac: "90:b8:d0:3e:5a:01", address: "10.77.1.24", prefix: 24, gateway: "10.77.1.2",
        resolver: "10.77.1.3", dhcpStart: "10.77.1.100", primary: true, mtu: nil),
      .init(
        interface: "net1", mac: "90:b8:d0:3e:5a:02", address: "10.77.2.30", prefix: 22, gateway: "10.77.2.2",
        resolver: "10.77.2.3", dhcpStart: "10.77.2.100", primary: false, mtu: 1400),
    ], nonce: "5f0f6a1e93c44b0e"),
  layout: Layout(
    machine: .pc, cpus: 2, memory: .mebibytes(512),
    bootDisk: .init(model: .virtioBlkLegacy, place: .init(slot: 5), serial: "S-1"),
    extraDisk: .init(order: .before, content: .decoy, place: .init(slot: 4), serial: "X-1", size: .mebibytes(64)),
    nics: [.init(place: .init(slot: 6)), .init(place: .init(slot: 7))]))

let rootKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFGbDesIOgTAA+r38sDYAVOZ7JlMUbPFHj7p+3N5dd/V imgverify"
let expectations = Expectations(boot: boot, rootKey: rootKey, diskSize: .gibibytes(1))
