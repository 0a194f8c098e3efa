import Foundation
import Model
import Reports

/// What one boot came to, for whoever plans further ones.
struct BootResult: Sendable {
  var boot: Boot
  var findings: [Finding]
}

/// Runs boots, as many at once as the machine carries; those of one instance one after the other.
struct BootRunner: Sendable {
  let settings: BootSettings
  let disks: BootDisks
  let journal: JournalWriter
  /// Instances at once.
  let jobs: Int
  /// Whether the disks that another boot went on from are kept, so that still others can.
  let keepsStarts: Bool

  /// - Returns: the results of all boots that were judged, in the order of `boots`.
  func run(_ boots: [Boot]) async throws -> [BootResult] {
    // The longest chain first, so that it does not run alone at the end.
    var waiting = chains(of: boots).sorted { $0.count > $1.count }[...]
    let results = try await withThrowingTaskGroup(of: [BootResult].self) { group in
      let slots = Slots(jobs)
      while let chain = waiting.popFirst() {
        await slots.take()
        if Task.isCancelled { break }
        group.addTask {
          let results = await run(chain: chain)
          await slots.release()
          return results
        }
      }
      return try await group.reduce(into: [String: BootResult]()) { all, some in
        for result in some { all[result.boot.id] = result }
      }
    }
    try Task.checkCancellation()
    return boots.compactMap { results[$0.id] }
  }

  /// One instance, from its first boot to its last, and those on copies of its disk; their trouble is their own: the other
  /// chains go on.
  private func run(chain: [Boot]) async -> [BootResult] {
    var results: [BootResult] = []
    /// How each boot has left its disk.
    var states: [String: InstanceState] = [:]
    for boot in chain {
      if case .lost(let why)? = boot.startsFrom.flatMap({ states[$0] }) {
        states[boot.id] = .lost(why)
        journal.append(.bootSkipped(BootSkipped(boot: boot.id, why: why)))
        continue
      }
      do {
        let run = BootRun(boot: boot, settings: settings, journal: journal)
        let isLast = !chain.contains { $0.startsFrom == boot.id }
        let (end, findings) = try await run.perform(on: disks, isLast: isLast)
        states[boot.id] = end
        results.append(BootResult(boot: boot, findings: findings))
      } catch is CancellationError {
        break
      } catch {
        if Task.isCancelled { break }
        journal.append(trouble: error, boot: boot.id)
        states[boot.id] = .lost("its boot before, \(boot.id), broke off")
      }
    }
    let kept = keepsStarts ? Set(chain.compactMap(\.startsFrom)) : []
    for boot in chain where !kept.contains(boot.id) { disks.remove(boot.id) }
    return results
  }
}

extension JournalWriter {
  /// Something went wrong outside of a check.
  func append(trouble error: any Error, boot: String?) {
    let code = (error as? VerifyError)?.code ?? .system
    append(.trouble(Trouble(boot: boot, code: code.description, message: "\(error)")))
  }
}

/// The boots of each instance, in order, with those on copies of its disk behind them: a boot comes after the one that it
/// starts from.
func chains(of boots: [Boot]) -> [[Boot]] {
  var chains: [[Boot]] = []
  for boot in boots {
    if let before = boot.startsFrom, let index = chains.firstIndex(where: { $0.contains { $0.id == before } }) {
      chains[index].append(boot)
    } else {
      chains.append([boot])
    }
  }
  return chains
}

/// A counted lock: as many hold it at once as it has places.
private actor Slots {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func release() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
