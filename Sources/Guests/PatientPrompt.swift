import Consoles
import Model

/// Something that waits for a person, for ever, and that nobody answers in a boot of ours.
///
/// What is a defect by itself, such as a rescue shell, is a fatal rule of the console; these here are only known by the
/// silence that follows.
package struct PatientPrompt: Sendable, Hashable {
  /// What waits, and for what: `GRUB's menu: waits for a key`.
  package var meaning: String
  /// Text of one of the last lines, and whether it must be in the very last.
  var text: String
  var isLastLine: Bool
  /// It is a boot loader's: no kernel has spoken yet.
  var isOfLoader = false
  /// Text in those lines that means that it does not wait.
  var unless: String

  static let all = [
    PatientPrompt(
      meaning: "GRUB's menu: waits for a key", text: "keys to select which entry is highlighted", isLastLine: false,
      isOfLoader: true, unless: "will be executed automatically in"),
    PatientPrompt(
      meaning: "GRUB: waits for a user name and a password", text: "Enter username:", isLastLine: true,
      isOfLoader: true, unless: ""),
    PatientPrompt(
      meaning: "the boot menu of SYSLINUX: waits for a key", text: "boot:", isLastLine: true, isOfLoader: true,
      unless: "login"),
    PatientPrompt(
      meaning: "the initramfs: waits for the passphrase of an encrypted disk", text: "Please unlock disk",
      isLastLine: true, unless: ""),
    PatientPrompt(
      meaning: "the boot: waits for a passphrase", text: "nter passphrase for", isLastLine: true, unless: ""),
    PatientPrompt(
      meaning: "the file system check: waits for an answer", text: "<y>?", isLastLine: true, unless: ""),
    PatientPrompt(
      meaning: "the file system check: waits for an answer", text: "(y/n)?", isLastLine: true, unless: ""),
  ]

  /// The first of all that `lines`, the last ones on a console, end with.
  ///
  /// - Parameter hasKernel: whether a kernel has spoken; a menu that was left is not waited in any more.
  static func find(in lines: [String], hasKernel: Bool) -> PatientPrompt? {
    all.first { prompt in
      if hasKernel, prompt.isOfLoader { return false }
      let places = prompt.isLastLine ? lines.suffix(1) : lines[...]
      return places.contains { $0.contains(prompt.text) }
        && (prompt.unless.isEmpty || !lines.contains { $0.contains(prompt.unless) })
    }
  }
}

extension Guest {
  /// Waits for a prompt of somebody who waits for a person, followed by silence.
  ///
  /// - Throws: ``VerifyError`` `.timedOut` when `deadline` passes without one.
  func patientPrompt(until deadline: Deadline) async throws -> PatientPrompt {
    let patience = Duration.seconds(15) * max(1, timeoutScale)
    while !deadline.hasPassed {
      if stages.all.contains(where: { $0.stage == .loginPrompt }) { break }
      if await console.hasSpoken, await console.silence >= patience {
        let hasKernel = stages.all.contains { $0.stage >= .kernel }
        if let prompt = PatientPrompt.find(in: await console.tail(40), hasKernel: hasKernel) { return prompt }
      }
      try await Task.sleep(for: .seconds(1))
    }
    throw VerifyError(.timedOut, "no prompt that waits for a person")
  }
}
