package import Model

/// Runs shell scripts in a guest over its serial console.
///
/// After the login one line is typed to the interactive shell, whose line editor would take TABs for commands. It
/// turns the echo off and starts a plain `sh` that reads and runs line by line: from then on the terminal is in
/// canonical mode, and each line is answered by a marker before the next one is sent, so the terminal's 4095 bytes
/// are never full. Markers are written in two halves, so that the echo of a command never looks like its answer.
/// (`cat | sh` would be shorter, but with the interactive shell of busybox 1.35 it got stuck when the first line came
/// right behind the marker.)
package actor SerialShell {
  private enum State { case ready, lost, closed }

  private let console: Console
  private let left: String
  private let right: String
  private var serial = 0
  private var directory = "/tmp"
  /// What the guest had before us, and gets back: the level of kernel messages on the console, the terminal's columns.
  private var kernelLogLevel: Int?
  private var columns: Int?
  private var state = State.lost

  /// How long an answer may take that needs no work to speak of.
  private let answerTime = Duration.seconds(60)

  private init(console: Console) {
    self.console = console
    let digits = String(UInt64.random(in: .min ... .max), radix: 36)
    left = "iv\(digits.prefix(6))"
    right = "x\(digits.dropFirst(6))z"
  }

  /// Logs in on `console` and gets a shell ready.
  ///
  /// - Throws: ``VerifyError`` `.authenticationRefused`, `.timedOut`, `.closed`.
  package static func login(
    console: Console, user: String = "root", password: String?, until deadline: Deadline
  ) async throws -> SerialShell {
    try await login(console: console, by: .unix(user: user, password: password), until: deadline)
  }

  /// Logs in by a dialogue of one's own.
  package static func login(
    console: Console, by dialogue: LoginDialogue, until deadline: Deadline
  ) async throws -> SerialShell {
    try await console.follow(dialogue, until: deadline)
    let shell = SerialShell(console: console)
    do { try await shell.prepare(until: deadline) } catch {
      // The next one is to find a login prompt, and a kernel that speaks.
      await shell.logout(until: .after(.seconds(10)))
      throw error
    }
    return shell
  }

  /// Runs `script` with `sh` as a file of its own, its input empty; standard output and error come in one.
  ///
  /// Shape: UTF-8 without NUL, at most 256 KiB; `onOutput` gets bytes as they come, kernel messages of the highest
  /// level may stand in between.
  /// - Returns: the script's exit status.
  /// - Throws: ``VerifyError`` `.timedOut` when `deadline` passes (the script is then interrupted), `.closed` when the
  ///   console ends, `.protocolViolation` when the script does not get across whole.
  package func run(
    _ script: String, until deadline: Deadline, onOutput: @escaping @Sendable ([UInt8]) -> Void
  ) async throws -> Int32 {
    guard state != .closed else { throw VerifyError(.closed, "the serial shell has been logged out") }
    let transfer = ScriptTransfer(bytes: Array(script.utf8))
    guard transfer.bytes.count <= ScriptTransfer.longestScript else {
      throw VerifyError(.limitExceeded, "a script of \(transfer.bytes.count) bytes for a serial shell; 256 KiB at most")
    }
    guard !transfer.bytes.contains(0) else { throw VerifyError(.usage, "a script with a NUL byte") }
    if state == .lost { try await recover(until: deadline) }
    do {
      serial += 1
      let file = "\(directory)/\(left)\(right).\(serial)"
      try await put(transfer, to: file, until: deadline)
      serial += 1
      await console.startCapture(
        begin: "\(left)\(right).\(serial)", end: "\(left)\(right)-\(serial)", onOutput: onOutput)
      try await console.send(
        "echo \(left)\"\"\(right).\(serial);sh \(file) </dev/null 2>&1;"
          + "printf '\\n%s %d\\n' \(left)\"\"\(right)-\(serial) $?;rm -f \(file)\n", until: deadline)
      return try await console.captureStatus(until: deadline)
    } catch {
      state = .lost
      throw error
    }
  }

  /// Ends the session, so that the next one finds a login prompt; best effort.
  package func logout(until deadline: Deadline) async {
    guard state != .closed else { return }
    let wasReady = state == .ready
    state = .closed
    do {
      if wasReady {
        for command in restoring { _ = try await ask(command, until: deadline) }
        let from = await console.cursor
        // End of input for the loop: the login shell is back.
        try await console.send("\u{04}", until: deadline)
        _ = try await console.expect(.prompt(LoginDialogue.shellPrompts), from: from, until: deadline)
      } else {
        try await interrupt(until: deadline)
        for command in restoring {
          let from = await console.cursor
          try await console.send(" \(command)\r", until: deadline)
          _ = try await console.expect(.prompt(LoginDialogue.shellPrompts), from: from, until: deadline)
        }
      }
      let from = await console.cursor
      try await console.send("exit\r", until: deadline)
      _ = try await console.expect(.loginPrompt, from: from, until: deadline)
    } catch {
      // The session ends with the machine at the latest.
    }
  }

  /// Commands that give the guest back what it had.
  private var restoring: [String] {
    [kernelLogLevel.map { Self.setLevel($0) }, columns.map { "stty cols \($0)" }].compactMap(\.self)
  }

  /// The file needs no program; where it cannot be written, the program may.
  private static func setLevel(_ level: Int) -> String {
    "(echo \(level) >/proc/sys/kernel/printk)2>/dev/null||dmesg -n \(level)"
  }

  // MARK: The shell behind the shell

  private func prepare(until deadline: Deadline) async throws {
    serial += 1
    // Each command in a subshell of its own: one that arrives damaged is a syntax error, and no more.
    let line =
      " stty -echo -onlcr;echo \(left)\"\"\(right).\(serial);sh -c 'while read -r l;do (eval \"$l\");done'"
    var tries = 0
    while true {
      tries += 1
      let from = await console.cursor
      let echo = try await console.type(line, echoTime: .seconds(20), until: deadline)
      if echo == nil, tries < 3 {
        try await console.send("\u{03}\u{15}\r", until: deadline)
        continue
      }
      // A line editor that shows less than it takes is believed in the end: the answer decides.
      try await console.send("\r", until: deadline)
      do {
        let answer = ConsolePattern.line("\(left)\(right).\(serial)")
        _ = try await console.expect(answer, from: from, until: deadline.capped(at: answerTime))
        break
      } catch let error as VerifyError where error.code == .timedOut {
        guard tries < 3, !deadline.hasPassed else {
          throw VerifyError(.timedOut, "logged in on the console, but the shell does not answer", cause: error)
        }
        try await console.send("\u{03}\u{15}\r", until: deadline)
      }
    }
    let level = try await ask(
      "read -r p q </proc/sys/kernel/printk", answer: "$p", until: deadline)
    // After a script that was interrupted the level is ours, and not the one to give back.
    kernelLogLevel = kernelLogLevel ?? Int(level).flatMap { (1...15).contains($0) ? $0 : nil }
    if kernelLogLevel != nil { _ = try await ask(Self.setLevel(1), until: deadline) }
    let size = try await ask("s=$(stty size 2>/dev/null)", answer: "$s", until: deadline)
    // No program is to break its lines for us; 4096 is as long as a line gets that we keep whole.
    columns = columns ?? size.split(separator: " ").last.flatMap { Int($0) }
    if columns != nil { _ = try await ask("stty cols 4096", until: deadline) }
    let place = try await ask(
      "for d in /tmp /run /dev/shm /var/tmp;do (umask 077;:>$d/\(left)) 2>/dev/null&&rm -f $d/\(left)&&break;done",
      answer: "$d", until: deadline)
    guard ["/tmp", "/run", "/dev/shm", "/var/tmp"].contains(place) else {
      throw VerifyError(
        .protocolViolation, "the guest's shell answered “\(place.prefix(80))” where a folder was asked for")
    }
    directory = place
    state = .ready
  }

  /// Gets back to a shell after a script that did not end, or a line that was lost.
  private func recover(until deadline: Deadline) async throws {
    try await interrupt(until: deadline)
    try await prepare(until: deadline)
  }

  /// Ends the loop and a script in it; back is the login shell, whose line editor needs its echo.
  private func interrupt(until deadline: Deadline) async throws {
    let from = await console.cursor
    try await console.send("\u{03}", until: deadline)
    _ = try await console.expect(.prompt(LoginDialogue.shellPrompts), from: from, until: deadline)
    // Taken before the line is sent: the answer may be there before we look again.
    let next = await console.cursor
    try await console.send(" stty sane\r", until: deadline)
    _ = try await console.expect(.prompt(LoginDialogue.shellPrompts), from: next, until: deadline)
  }

  /// Runs one line and waits for its answer: the marker and, behind it, what `answer` expands to.
  private func ask(_ command: String, answer: String = "$?", until deadline: Deadline) async throws -> String {
    serial += 1
    let from = await console.cursor
    try await console.send("\(command);echo \(left)\"\"\(right).\(serial) \(answer) .\n", until: deadline)
    let match = try await console.expect(
      .line("\(left)\(right).\(serial) "), from: from, until: deadline.capped(at: answerTime))
    guard let capture = match.capture, let end = capture.lastIndex(of: ".") else { return match.capture ?? "" }
    return capture[..<end].trimmingSpaces
  }

  private func put(_ transfer: ScriptTransfer, to file: String, until deadline: Deadline) async throws {
    let wanted = transfer.checksum
    var seen = ""
    for _ in 0..<3 {
      do {
        _ = try await ask("(umask 077;:>\(file))", until: deadline)
        for piece in transfer.pieces { _ = try await ask("printf '\(piece)'>>\(file)", until: deadline) }
        seen = try await ask("s=$(cksum <\(file) 2>/dev/null||wc -c <\(file))", answer: "$s", until: deadline)
        let numbers = seen.split(separator: " ").compactMap { Int($0) }
        if numbers == [Int(wanted.sum), wanted.length] || numbers == [wanted.length] { return }
      } catch let error as VerifyError where error.code == .timedOut {
        if deadline.hasPassed { throw error }
        // The line's end was lost: end it, and begin anew.
        seen = "no answer"
        try await console.send("\n", until: deadline)
      }
    }
    throw VerifyError(
      .protocolViolation,
      "a script of \(wanted.length) bytes did not get across the serial console whole in 3 tries; last seen: \(seen)")
  }
}

extension Substring {
  /// Without spaces at both ends.
  fileprivate var trimmingSpaces: String {
    var rest = self
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
