import Foundation
import Glibc
import Testing

extension BootTests {
  /// A person at the console of one machine.
  @Suite(.serialized) struct BootCommand {
    /// `script` gives it a terminal whose other end are our two pipes, as a terminal's window would be.
    @Test func aPersonLogsInByConsoleAndSSHAndLeaves() throws {
      let guest = try GuestImage("tiny")
      let folder = try Program.temporaryFolder()
      let scratch = folder.appendingPathComponent("scratch")
      try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
      let logs = folder.appendingPathComponent("logs").path
      let command = "\(Program.binary) boot \(guest.image) \(guest.manifest) --no-cache --output \(logs)"
      let terminal = try Terminal(
        "stty -a >\(folder.path)/before; \(command); status=$?; stty -a >\(folder.path)/after; echo status=$status",
        environment: ["TMPDIR": scratch.path, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"])
      defer { terminal.end() }

      try terminal.wait(for: "Ctrl-] leaves")
      let password = try #require(terminal.text.firstMatch(of: /root's password: ([0-9a-f]+)/)?.1)
      let ssh = try #require(terminal.text.firstMatch(of: /ssh -i [^\r\n]+/)?.0)
      try terminal.wait(for: "login: ")
      terminal.type("root\r")
      try terminal.wait(for: "assword: ")
      terminal.type("\(password)\r")
      try terminal.wait(for: "# ")
      // Ctrl-C is the guest's: it ends the sleep there, not us.
      terminal.type("sleep 600\r")
      usleep(500_000)
      terminal.type("\u{03}echo console=$((6*7))\r")
      try terminal.wait(for: "console=42")
      // What the guest sends to rule the terminal does not arrive.
      terminal.type(#"printf 'x\033]0;evil\007y\033[6n\033[1mz\n'"# + "\r")
      try terminal.wait(for: "xy\u{1B}[1mz")
      #expect(!terminal.text.contains("\u{1B}]0;") && !terminal.text.contains("\u{1B}[6n"))

      let out = "\(folder.path)/ssh"
      #expect(
        try shell("timeout 120 \(ssh) -o BatchMode=yes 'hostname; echo ssh=$((6*7))' >\(out) 2>&1 </dev/null") == 0)
      let said = try String(contentsOfFile: out, encoding: .utf8)
      #expect(said.contains("ssh=42") && said.contains("imgv-"), "\(said)")
      let mode = try shell("test \"$(stat -c %a \(scratch.path)/*/key)\" = 600")
      #expect(mode == 0)

      terminal.type("\u{1D}")
      try terminal.wait(for: "status=0")
      #expect(terminal.text.contains("left; the machine was ended after"))
      terminal.end()
      #expect(try Program.leftovers(of: scratch.path) == [])
      let modes = try ["before", "after"].map { try String(contentsOfFile: "\(folder.path)/\($0)", encoding: .utf8) }
      #expect(modes[0] == modes[1] && modes[0].contains("isig"))
      for name in ["console.log", "mdata.jsonl", "firmware.log", "argv.txt"] {
        #expect(FileManager.default.fileExists(atPath: "\(logs)/\(name)"), "\(name)")
      }
    }
  }
}

/// A shell command on a terminal of its own.
private final class Terminal {
  private let process = Process()
  private let keyboard = Pipe()
  private let screen = Pipe()
  private(set) var text = ""
  /// Where the text begins in which nothing has been found yet.
  private var seen: String.Index

  init(_ command: String, environment: [String: String]) throws {
    seen = text.startIndex
    process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
    process.arguments = ["-qfec", command, "/dev/null"]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = keyboard
    process.standardOutput = screen
    process.standardError = screen
    try process.run()
  }

  func type(_ keys: String) { try? keyboard.fileHandleForWriting.write(contentsOf: Data(keys.utf8)) }

  /// Waits until `wanted` comes, behind what was found before.
  func wait(for wanted: String, seconds: Double = 300) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    let descriptor = screen.fileHandleForReading.fileDescriptor
    while Date() < end {
      if let found = text[seen...].range(of: wanted, options: .literal) {
        seen = found.upperBound
        return
      }
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard Glibc.poll(&poll, 1, 200) > 0 else { continue }
      let bytes = screen.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      let offset = seen.utf16Offset(in: text)
      text += String(decoding: bytes, as: UTF8.self)
      seen = String.Index(utf16Offset: offset, in: text)
    }
    Issue.record("'\(wanted)' never came: \(text.suffix(3000).debugDescription)")
    throw CocoaError(.fileReadUnknown)
  }

  func end() {
    try? keyboard.fileHandleForWriting.close()
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
  }
}
