package import Consoles
package import Hypervisors
import Model

/// What was seen of a guest that did not come up, and what it means in one sentence.
package struct StandstillFacts: Sendable {
  package var end: Awakening.End
  /// From power-on to the end of the waiting.
  package var waited: Duration
  /// The farthest stage.
  package var stage: StageLog.Entry?
  /// The last lines on COM1, oldest first, at most 200.
  package var lines: [String] = []
  /// Since the last byte on COM1; nil: none ever came.
  package var silence: Duration?
  package var wait: ConsoleWait?
  package var processor = ProcessorLook()
  /// Bytes that came on COM1 per second while it was looked at.
  package var flow = 0.0
  /// The address that metadata promises to the primary NIC.
  package var promised: String?
  package var hasSSH = false
  /// What the guest itself says of its processes; nil: nobody could ask.
  package var inside: GuestWork?

  package init(end: Awakening.End, waited: Duration) { (self.end, self.waited) = (end, waited) }

  /// One sentence of at most about 200 characters, without a full stop.
  package var sentence: String {
    let text = whole
    return text.count <= 220 ? text : text.prefix(219) + "…"
  }

  private var whole: String {
    switch end {
    case .alarm(let alarm): stopped(by: alarm)
    case .prompt(let prompt): "stopped in \(prompt.meaning)\(silence.map { " since \($0.forPeople)" } ?? "")"
    case .panicked: "kernel panic: \(panicWords ?? "the guest told QEMU of it")"
    case .poweredOff(let reason): "the guest powered itself off (\(reason)) before a login prompt\(lastWords)"
    case .noBootDevice: "SeaBIOS found no bootable device: no disk has a boot sector"
    case .bootLoop(let times):
      "boot loop: SeaBIOS jumped to the boot sector \(times) times, and nothing came of it; it holds no boot code"
    case .silent: nothingSaid
    case .ready: hasSSH ? noGetty : missed
    case .deadline: silence == nil ? nothingSaid : missed
    }
  }

  // MARK: Stopped for good

  private func stopped(by alarm: ConsoleAlarm) -> String {
    let place: String
    let reason: String?
    switch alarm.category {
    case "initramfs-shell", "root-not-found":
      (place, reason) = ("stopped in the initramfs", missingDevice)
    case "dracut-shell": (place, reason) = ("stopped in dracut's emergency shell", missingDevice)
    case "emergency-mode": (place, reason) = ("emergency mode", failedDependency)
    case "grub-rescue": (place, reason) = ("stopped in GRUB's rescue shell", quoted(last("error: ")))
    case "grub-prompt":
      (place, reason) = ("stopped at GRUB's prompt: no configuration was found", quoted(last("error: ")))
    case "kernel-panic": (place, reason) = ("kernel panic", panicWords)
    case "init-froze": (place, reason) = ("systemd itself stopped", quoted(alarm.line))
    case "no-bootable-device": (place, reason) = ("no boot code was found", quoted(alarm.line))
    default: (place, reason) = (alarm.meaning, quoted(alarm.line))
    }
    return "\(place): \(reason ?? quoted(alarm.line))"
  }

  private var panicWords: String? {
    guard let line = last("Kernel panic - not syncing: ") ?? last("panic[cpu") ?? last("panic: ") else { return nil }
    let words = line.firstRange(of: "not syncing: ").map { String(line[$0.upperBound...]) } ?? line
    return words.hasSuffix("]---") ? short(words.replacing(" ]---", with: "")) : short(words)
  }

  /// What an initial RAM disk misses.
  private var missingDevice: String? {
    guard let line = last(" does not exist") else {
      return (last("Unable to find") ?? last("Gave up waiting for") ?? last("Mounting from")).map { quoted($0) }
    }
    let upTo = line.firstRange(of: " does not exist")!.upperBound
    var words = line[..<upTo].drop { $0 == " " }
    for head in ["ALERT!", "Warning:", "dracut-initqueue"] {
      if let range = words.firstRange(of: head) { words = words[range.upperBound...].drop { $0 == " " || $0 == ":" } }
    }
    return short(String(words))
  }

  /// What systemd missed: the first mount that failed is the cause, not the check of its file system before it, nor
  /// what hangs on it later. On a narrow console systemd cuts names, so a line that is whole is taken if there is one.
  private var failedDependency: String? {
    var parts: [String] = []
    let failed = lines.filter { $0.contains("Dependency failed for ") && !$0.contains("File Systems") }
    if let line = failed.first(where: { $0.contains(" - /") && !$0.contains("fsck@") }) ?? failed.first {
      parts.append("dependency failed for " + behind("Dependency failed for ", in: line))
    } else if let line = lines.first(where: { $0.contains("Failed to mount ") || $0.contains("Failed to start ") }) {
      parts.append("failed to " + behind("Failed to ", in: line))
    }
    let late = lines.filter { $0.contains("Timed out waiting for device ") }
    if let line = late.first(where: { $0.contains(" - /") }) ?? late.first {
      parts.append("no device " + behind("Timed out waiting for device ", in: line))
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// The rest of a line of systemd, without the full stop: of `data.mount - /data.` what it describes, `/data`.
  private func behind(_ mark: String, in line: String) -> String {
    var rest = line.firstRange(of: mark).map { line[$0.upperBound...] } ?? line[...]
    if let dash = rest.firstRange(of: " - ") { rest = rest[dash.upperBound...] }
    return short(String(rest.hasSuffix(".") ? rest.dropLast() : rest), 80)
  }

  // MARK: Stopped without a word

  private var nothingSaid: String {
    guard let stage, stage.stage >= .bootSector else {
      return "the firmware did not get as far as a boot sector in \(waited.forPeople)\(busyWords)"
    }
    if stage.stage > .bootLoader { return missed }
    return "the boot sector was started, and then nothing was said on either serial port for \(waited.forPeople)"
      + busyWords
  }

  // MARK: Time is over

  /// The guest is reached over SSH and has no login prompt.
  private var noGetty: String {
    guard let inside else { return "no login prompt: sshd answers, but COM1 shows none\(lastWords)" }
    if !inside.jobs.isEmpty {
      let names = inside.jobs.prefix(3).joined(separator: ", ")
      return "no login prompt: sshd answers, but these units still start: \(names)"
        + (inside.jobs.count > 3 ? " and \(inside.jobs.count - 3) more" : "")
    }
    if let getty = inside.gettys.first(where: { $0.contains("ttyS0") }) {
      return "no login prompt: sshd answers, and a getty runs on ttyS0 (\(short(getty, 60))), but writes no prompt"
    }
    return "no login prompt: sshd answers, but no getty runs on ttyS0"
      + (inside.gettys.isEmpty ? "" : ", only elsewhere (\(short(inside.gettys[0], 60)))")
  }

  private var missed: String {
    if let wait, let waiting = describe(wait) { return waiting }
    let silence = silence ?? waited
    if flow > 4096 {
      return "no login prompt within \(waited.forPeople): the console is flooded\(lastWords)"
    }
    let place = stage?.stage ?? .firmware
    switch place {
    case .firmware, .bootSector, .bootLoader:
      return "stopped in the boot loader: silent since \(silence.forPeople)\(lastWords)\(busyWords)"
    case _ where silence < .seconds(10):
      return "no login prompt within \(waited.forPeople), but the guest is still at work (\(whereItIs))\(lastWords)"
    case .kernel: return "stuck in the kernel: silent since \(silence.forPeople)\(lastWords)\(busyWords)"
    case .initramfs: return "stuck in the initramfs: silent since \(silence.forPeople)\(lastWords)\(busyWords)"
    default:
      return "no login prompt within \(waited.forPeople): \(whereItIs), silent since \(silence.forPeople)"
        + "\(lastWords)\(busyWords)"
    }
  }

  private var whereItIs: String {
    guard let stage else { return "no stage seen" }
    return "last stage: \(stage.stage.rawValue) after \(stage.time.forPeople)"
  }

  private func describe(_ wait: ConsoleWait) -> String? {
    // A lease that is still asked for in the background keeps nobody.
    if let stage, stage.stage >= .sshd, stage.time > wait.since { return nil }
    let since = (waited - wait.since).forPeople
    let promise = promised.map { ", though the static address \($0) was promised" } ?? ""
    switch wait.kind {
    case .dhcp(let client, let device):
      return "waits for DHCP\(device.map { " on \($0)" } ?? "") since \(since) (\(client))\(promise)"
    case .job(let name, let limit):
      let rest = "“\(short(name, 80))” runs since \(since)\(limit.map { " (limit: \($0))" } ?? "")"
      let isNetwork = name.lowercased().contains("network")
      return isNetwork ? "waits for the network: systemd's job \(rest)\(promise)" : "systemd waits: its job \(rest)"
    }
  }

  // MARK: Words

  /// The last line, at most 200 characters of it; empty: there is none.
  var lastLine: String { short(lines.last ?? "", 200) }

  private var lastWords: String { lines.last.map { ", after “\(short($0, 80))”" } ?? "" }

  /// What the processor does, to be put behind a sentence.
  private var busyWords: String {
    let mode = processor.isUserMode.map { $0 ? "user mode" : "kernel mode" } ?? ""
    let place = processor.address.map { " at 0x" + String($0, radix: 16) } ?? ""
    switch processor.behaviour {
    case .unknown: return ""
    case .halted: return "; the processor is halted for good, with interrupts off"
    case .idle: return "; the processor is idle"
    case .spinning: return "; the processor spins\(place)" + (processor.isRealMode ? "" : " in \(mode)")
    case .busy: return "; the processor is busy" + (processor.isRealMode ? "" : " in \(mode)")
    }
  }

  private func last(_ text: String) -> String? { lines.last { $0.contains(text) } }

  private func quoted(_ line: String) -> String { "“\(short(line))”" }
  private func quoted(_ line: String?) -> String? { line.map { quoted($0) } }

  private func short(_ text: String, _ limit: Int = 110) -> String {
    let text = text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    return text.count <= limit ? text : text.prefix(limit - 1) + "…"
  }
}

/// What a guest says of its own work.
package struct GuestWork: Sendable, Hashable {
  /// Command lines of processes that offer a login on a terminal, with the terminal.
  package var gettys: [String]
  /// Units that systemd still starts.
  package var jobs: [String]

  package init(gettys: [String] = [], jobs: [String] = []) { (self.gettys, self.jobs) = (gettys, jobs) }

  /// What to run in the guest; read by ``init(output:)``.
  static let script = """
    echo ==processes; ps -e -o pid,tty,args 2>/dev/null || ps
    echo ==jobs; systemctl list-jobs --no-legend --no-pager 2>/dev/null
    echo ==failed; systemctl list-units --failed --no-legend --no-pager 2>/dev/null
    """

  package init(output: String) {
    self.init()
    var part = ""
    for line in output.split(whereSeparator: \.isNewline).prefix(4096) {
      if line.hasPrefix("==") {
        part = String(line.dropFirst(2))
        continue
      }
      let words = line.split(separator: " ")
      if part == "processes", words.contains(where: { $0.hasSuffix("getty") || $0.hasSuffix("getty:") }) {
        gettys.append(words.dropFirst().joined(separator: " "))
      } else if part == "jobs", words.count >= 2 {
        jobs.append(String(words[1].prefix(80)))
      }
    }
  }
}
