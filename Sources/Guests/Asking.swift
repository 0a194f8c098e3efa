import Consoles
import Hypervisors
import Model
import SecureShell

/// Asking a guest that did not come up what it does; nothing that it owns is changed.
extension Guest {
  /// Asks over SSH what runs and what still starts.
  func askInside(_ session: SecureShell) async -> String? {
    let result = try? await session.run(
      "exec /bin/sh -s", input: Array(GuestWork.script.utf8), outputLimit: ByteCount(bytes: 64 << 10),
      until: patience(15))
    return result.map { String(decoding: $0.standardOutput, as: UTF8.self) }
  }

  /// Whether a Linux kernel has the console, as far as one can tell.
  var runsLinux: Bool {
    get async {
      guard let stage = stages.farthest, stage.stage >= .kernel else { return false }
      let line = await console.landmarks.first { $0.stage == .kernel }?.line
      return line?.contains("Linux") ?? true
    }
  }

  /// Asks the kernel for its blocked tasks and for all tasks, by SysRq keys behind a break on COM1.
  ///
  /// Many images forbid it; even then a living kernel says so.
  func askKernel() async -> Evidence {
    let standing = await console.standing
    let from = await console.cursor
    for key in ["w", "t"] {
      let limit = Deadline.after(.seconds(5) * min(3, max(1, timeoutScale)))
      let bytes = await console.byteCount
      do {
        try await machine.sendConsoleBreak(until: limit)
        try await console.send(key, until: limit)
        try await settle(after: bytes, until: limit)
      } catch { break }
    }
    let answer = await console.text(from: from, atMost: 12 << 10)
    // What the kernel prints because we asked is no trouble of its own.
    await console.putBack(to: standing, note: "[imgverify: so far the answer to SysRq w and t]")
    return Evidence(
      name: "the kernel's answer to SysRq w and t",
      text: answer.contains { !$0.isWhitespace } ? answer : "none: the kernel does not read its console any more")
  }

  /// A shell that needs no login, and what to ask it.
  private static let shells = [
    (prompt: "(initramfs)", question: "cat /proc/partitions /proc/cmdline"),
    (prompt: "dracut:/#", question: "cat /proc/partitions /proc/cmdline"),
    (prompt: "grub>", question: "ls"), (prompt: "grub rescue>", question: "ls"),
  ]

  /// Asks the shell in which the boot stopped which disks it sees; nil when there is none, or it does not answer.
  func askShell() async -> Evidence? {
    // The prompt may come some lines after what raised the alarm.
    let limit = Deadline.after(.seconds(5) * min(3, max(1, timeoutScale)))
    var question: String?
    while question == nil, !limit.hasPassed {
      let line = await console.tail(1).last ?? ""
      question = Guest.shells.first { line.hasPrefix($0.prompt) }?.question
      if question == nil { try? await Task.sleep(for: .milliseconds(200)) }
      if Task.isCancelled { return nil }
    }
    guard let question else { return nil }
    let standing = await console.standing
    let (from, bytes) = (await console.cursor, await console.byteCount)
    do {
      try await console.send(question + "\r", until: limit)
      try await settle(after: bytes, until: .after(.seconds(5) * min(3, max(1, timeoutScale))))
    } catch { return nil }
    let answer = await console.text(from: from, atMost: 12 << 10)
    await console.putBack(to: standing, note: "[imgverify: so far the answer to '\(question)']")
    return answer.isEmpty ? nil : Evidence(name: "what the shell answers to '\(question)'", text: answer)
  }

  /// Waits until something has come behind the first `bytes` on COM1, and then nothing more for a second.
  private func settle(after bytes: Int64, until limit: Deadline) async throws {
    while !limit.hasPassed, await console.byteCount == bytes { try await Task.sleep(for: .milliseconds(100)) }
    while !limit.hasPassed, await console.silence < .seconds(1) { try await Task.sleep(for: .milliseconds(100)) }
  }
}
