import Consoles
import Foundation
import Hypervisors
import Metadata
package import Model

/// What was found when a guest that did not come up was looked at.
package struct Examination: Sendable {
  package var standstill: Standstill
  /// The sentence's grounds, the most telling first.
  package var evidence: [Evidence]
}

extension Guest {
  /// Looks at a guest that did not come up, for as long as it still stands there: at most half a minute on a machine of
  /// full speed. What it owns stays as it is, but for the answer to SysRq keys on its console.
  package func examine(_ awakening: Awakening) async -> Examination {
    // What is known at once is only looked at briefly: long enough for the last words to arrive.
    let isKnown = [.alarm, .prompt, .panicked, .poweredOff, .noBootDevice].contains(awakening.end.kind)
    var facts = StandstillFacts(end: awakening.end, waited: awakening.duration)
    let silence = await console.hasSpoken ? await console.silence : nil
    let (bytes, began) = (await console.byteCount, ContinuousClock.now)
    machine.use.sample()
    let ran = machine.use.amount.ran
    var looks = await lookAtRegisters(times: 5)
    if !isKnown {
      try? await Task.sleep(for: .seconds(3))
      looks += await lookAtRegisters(times: 5)
    }
    machine.use.sample()
    let span = max(0.001, (ContinuousClock.now - began).inSeconds)
    let load = (machine.use.amount.ran - ran) / span
    await takeScreenshot()
    facts.silence = silence
    facts.flow = Double(await console.byteCount - bytes) / span
    facts.lines = await console.tail(200)
    facts.wait = await console.wait
    facts.stage = stages.farthest
    facts.processor = ProcessorLook(looks)
    facts.promised = boot.instance.primaryNIC?.address
    facts.hasSSH = awakening.ssh != nil

    var evidence: [Evidence] = []
    if let session = awakening.ssh, let output = await askInside(session) {
      facts.inside = GuestWork(output: output)
      evidence.append(Evidence(name: "processes and jobs in the guest", text: output))
    } else if case .alarm = awakening.end {
      if let answer = await askShell() { evidence.append(answer) }
    } else if !isKnown, awakening.loginPrompt == nil, await runsLinux {
      evidence.append(await askKernel())
    }
    let slowness = await self.slowness
    let standstill = Standstill(
      boot: boot.id, sentence: facts.sentence, seconds: (began - powerOn).inSeconds,
      stage: facts.stage?.stage.rawValue, stageSeconds: facts.stage?.time.inSeconds,
      lastLine: facts.lastLine, silence: silence?.inSeconds,
      processor: facts.processor.behaviour, address: facts.processor.address.map { String($0, radix: 16) },
      isUserMode: facts.processor.isUserMode, load: load, starved: slowness)
    let grounds = standstill.facts(stages.all) + registerLines(looks)
    evidence.insert(
      contentsOf: [
        Evidence(name: "where it stood", text: grounds.joined(separator: "\n")),
        // From before anything was asked.
        Evidence(name: "last lines on COM1", text: facts.lines.suffix(25).joined(separator: "\n")),
      ], at: 0)
    if FileManager.default.fileExists(atPath: "\(folder)/screen.png") { evidence.append(file("screen.png")) }
    return Examination(standstill: standstill, evidence: evidence)
  }

  /// Why the guest cannot be blamed for being slow; nil: it can.
  ///
  /// Two signs: the hypervisor did not get the processor time that it wanted, or the guest's own clock fell behind.
  package var slowness: String? {
    get async {
      let use = processorUse
      if use.isStarved { return "the guest got \(Int(use.share * 100))% of the processor time it wanted" }
      if let rate = await console.kernelClock.rate, rate < 0.5 {
        return "the guest's kernel counted \(Int(rate * 100)) s in 100 s of ours"
      }
      return nil
    }
  }

  /// The registers of all processors at some moments, 150 ms apart; fewer when QEMU does not answer.
  func lookAtRegisters(times: Int) async -> [[Registers]] {
    var looks: [[Registers]] = []
    for _ in 0..<times {
      guard let registers = try? await machine.registers(until: .after(.seconds(3))) else { break }
      looks.append(registers)
      try? await Task.sleep(for: .milliseconds(150))
    }
    return looks
  }

  /// One line for each look.
  private func registerLines(_ looks: [[Registers]]) -> [String] {
    looks.enumerated().map { index, processors in
      let words = processors.prefix(8).map { registers in
        "0x\(String(registers.address, radix: 16))"
          + (registers.isHalted ? registers.takesInterrupts ? " halted" : " halted, interrupts off" : "")
          + (registers.isUserMode ? " user" : "")
      }
      return "processors, look \(index + 1): \(words.joined(separator: " | "))"
    }
  }
}

extension Awakening.End {
  enum Kind { case ready, alarm, bootLoop, noBootDevice, silent, prompt, panicked, poweredOff, deadline }

  var kind: Kind {
    switch self {
    case .ready: .ready
    case .alarm: .alarm
    case .bootLoop: .bootLoop
    case .noBootDevice: .noBootDevice
    case .silent: .silent
    case .prompt: .prompt
    case .panicked: .panicked
    case .poweredOff: .poweredOff
    case .deadline: .deadline
    }
  }
}

extension Standstill {
  /// The grounds, one a line.
  func facts(_ stages: [StageLog.Entry]) -> [String] {
    let way = stages.sorted { $0.time < $1.time }.map { "\($0.stage.rawValue) \($0.time.forPeople)" }
    var lines = ["way: " + (way.isEmpty ? "no stage was seen" : way.joined(separator: " · "))]
    lines.append(
      silence.map { "last line, \(Duration.seconds($0).forPeople) before: \(lastLine)" } ?? "nothing was said on COM1")
    let load = load.map { ", \(Int($0 * 100))% of one processor of ours used meanwhile" } ?? ""
    lines.append("processor: \(processor.rawValue)\(load)")
    lines.append("host: " + (starved.map { "too slow, \($0)" } ?? "fast enough"))
    return lines
  }
}
