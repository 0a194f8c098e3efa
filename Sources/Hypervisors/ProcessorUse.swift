import Foundation
import Model
import Synchronization

/// Measures how much processor time a machine got of what it wanted.
///
/// A guest on a starved host misses its own time-outs (systemd gives a serial port 90 s to appear); what it then does
/// wrong says nothing about the image. Three kinds of waiting count: threads that were ready and did not run
/// (`/proc/PID/task/TID/schedstat`), a process that was stopped, and time that the host of our own virtual machine
/// took away (`steal` in `/proc/stat`).
package final class ProcessorUse: Sendable {
  /// Seconds of processor time.
  package struct Amount: Sendable, Hashable {
    /// Got.
    package var ran = 0.0
    /// Ready to run, but not run.
    package var waited = 0.0

    package init(ran: Double = 0, waited: Double = 0) { (self.ran, self.waited) = (ran, waited) }

    /// Share of the wanted time that was got; 1 when nothing was wanted.
    package var share: Double { ran + waited <= 0 ? 1 : ran / (ran + waited) }

    /// Whether the guest may have missed its own time-outs for want of processor time: it wanted more than a few
    /// seconds and got less than half of them.
    package var isStarved: Bool { ran + waited > 5 && share < 0.5 }
  }

  private struct State {
    var total = Amount()
    var lastSample: ContinuousClock.Instant?
    var threads: [String: (ran: Double, waited: Double)] = [:]
    var ticks: (busy: Double, steal: Double)?
  }

  private let pid: Int32
  private let state = Mutex(State())

  package init(pid: Int32) { self.pid = pid }

  package var amount: Amount { state.withLock { $0.total } }

  /// Samples once a second until the task is cancelled.
  package func watch() async {
    while !Task.isCancelled {
      sample()
      try? await Task.sleep(for: .seconds(1))
    }
    sample()
  }

  /// Samples now: what was used until this moment counts.
  package func sample() {
    let threads = readThreads()
    let stopped = isStopped()
    let ticks = readTicks()
    state.withLock { state in
      let now = ContinuousClock.now
      var ran = 0.0
      var waited = 0.0
      for (id, thread) in threads {
        let before = state.threads[id] ?? (0, 0)
        ran += max(0, thread.ran - before.ran)
        waited += max(0, thread.waited - before.waited)
      }
      if let last = state.lastSample {
        let wall = (now - last).inSeconds
        if stopped { waited += max(0, wall - ran - waited) }
        if let before = state.ticks, let ticks {
          let steal = max(0, ticks.steal - before.steal)
          let busy = max(0, ticks.busy - before.busy) + steal
          // Of the time that seemed to run, this part was taken away from our own machine.
          let taken = busy > 0 ? ran * steal / busy : 0
          ran -= taken
          waited += taken
        }
      }
      state.total.ran += ran
      state.total.waited += waited
      if !threads.isEmpty { state.threads = threads }
      state.ticks = ticks
      state.lastSample = now
    }
  }

  /// Seconds run and seconds waited of each thread.
  private func readThreads() -> [String: (ran: Double, waited: Double)] {
    let folder = "/proc/\(pid)/task"
    var threads: [String: (ran: Double, waited: Double)] = [:]
    for id in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard let text = try? String(contentsOfFile: "\(folder)/\(id)/schedstat", encoding: .utf8) else { continue }
      let fields = text.split(separator: " ").prefix(2).compactMap { Double($0.filter { !$0.isNewline }) }
      if fields.count == 2 { threads[id] = (fields[0] / 1e9, fields[1] / 1e9) }
    }
    return threads
  }

  private func isStopped() -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return false }
    return text[end...].dropFirst(2).first == "T"
  }

  private func readTicks() -> (busy: Double, steal: Double)? {
    guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let line = text.split(separator: "\n").first
    else { return nil }
    let f = line.split(separator: " ").dropFirst().compactMap { Double($0) }
    guard f.count >= 8 else { return nil }
    // user nice system idle iowait irq softirq steal
    return (f[0] + f[1] + f[2] + f[5] + f[6], f[7])
  }
}
