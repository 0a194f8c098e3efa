package import Guests
package import Model
import Synchronization

extension CheckBundle {
  /// Runs the bundle in the guest, and says what each of its checks found.
  ///
  /// A guest that stops answering makes the rest of the checks `broken`, with the error as their text.
  /// - Parameter onEvent: told of each step as it comes, from whatever task reads the guest.
  /// - Throws: `CancellationError` only.
  package func judge(
    through shell: any GuestShell, boot: String, until deadline: Deadline,
    onEvent: @escaping @Sendable (CheckEvent) -> Void = { _ in }
  ) async throws -> [Finding] {
    let reader = Mutex(BundleReader(for: self))
    var failure: String?
    do {
      let status = try await shell.run(script, until: deadline) { bytes in
        for event in reader.withLock({ $0.receive(bytes) }) { onEvent(event) }
      }
      if status != 0 { failure = "the script that runs the checks ended with status \(status)" }
    } catch let error as CancellationError {
      throw error
    } catch {
      failure = "\(error)"
    }
    return findings(reader.withLock { $0 }, boot: boot, failure: failure)
  }

  /// One finding for each check, excluded ones too, sorted by id.
  ///
  /// - Parameter failure: why the script did not come to its end, if something is known of it.
  package func findings(_ reader: BundleReader, boot: String, failure: String? = nil) -> [Finding] {
    let run = checks.map { check in
      guard let result = reader.results[check.id] else { return missing(check, reader, boot, failure) }
      return finding(check, result, boot)
    }
    let skipped = excluded.map { check in
      check.info.finding(
        .skipped(
          why: "runs over \(check.transports.joined(separator: " or ")) only; this guest was reached over \(transport)"),
        boot: boot)
    }
    return (run + skipped).sorted { $0.check < $1.check }
  }

  private func finding(_ check: GuestCheck, _ result: CheckResult, _ boot: String) -> Finding {
    let last = lastLine(of: result.output)
    let said = [result.reason, last].first { !$0.isEmpty }
    let outcome: Outcome =
      switch result.status {
      case .exited(0): .passed
      case .exited(1): .failed(reason: said ?? "the check gave no reason")
      case .exited(77): .skipped(why: said ?? "the check gave no reason")
      case .exited(let code): .broken(error: "ended with status \(code): " + (said ?? "no output"))
      case .outOfTime:
        .broken(error: "no result within its time limit (\(result.seconds) s)" + (said.map { "; last: \($0)" } ?? ""))
      }
    var evidence: [Evidence] = []
    if !result.output.isEmpty { evidence.append(Evidence(name: "output", text: result.output)) }
    return check.info.finding(
      outcome, boot: boot, evidence: evidence, notes: result.notes, seconds: result.seconds)
  }

  private func missing(_ check: GuestCheck, _ reader: BundleReader, _ boot: String, _ failure: String?) -> Finding {
    let why = [reader.trouble, failure].compactMap(\.self).joined(separator: "; ")
    var evidence: [Evidence] = []
    if !reader.noise.isEmpty { evidence.append(Evidence(name: "other output of the guest", text: reader.noise)) }
    return check.info.finding(
      .broken(error: "no result came back" + (why.isEmpty ? "" : ": \(why)")), boot: boot, evidence: evidence)
  }

  private func lastLine(of text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
    return String((line ?? "").prefix(4096))
  }
}
