import Foundation
import Glibc
import Model
import Subprocess
import SystemPackage

/// A folder for overlays and sockets that is gone when the run is over, however it ends.
package struct Scratch: Sendable {
  package let path: String

  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a folder in it.
  package func folder(_ name: String) throws -> Scratch {
    let inner = Scratch(path: file(name))
    guard mkdir(inner.path, 0o700) == 0 else {
      throw VerifyError(.system, "cannot make the folder \(inner.path): \(String(cString: strerror(errno)))")
    }
    return inner
  }
}

/// Gives `body` a scratch folder, and removes it afterwards, also when we are killed.
///
/// A small shell (the reaper) waits on a pipe that only we hold; when the pipe ends, because we are done or dead, it
/// removes the folder. It has a session of its own and ignores the signals of a terminal.
/// - Parameter parent: where to make the folder; nil: `TMPDIR`, else `/var/tmp` (disks may be large, `/tmp` small).
package func withScratch<T: Sendable>(in parent: String? = nil, _ body: @Sendable (Scratch) async throws -> T)
  async throws -> T
{
  let environment = ProcessInfo.processInfo.environment
  let base = parent ?? environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/var/tmp"
  var template = Array("\(base)/imgverify-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else {
    throw VerifyError(
      .system, "cannot make a scratch folder in \(base): \(String(cString: strerror(errno))); set TMPDIR to another")
  }
  let scratch = Scratch(path: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  defer { try? FileManager.default.removeItem(atPath: scratch.path) }
  let script = #"trap "" INT TERM HUP QUIT; cat >/dev/null 2>&1; rm -rf -- "$1""#
  var options = PlatformOptions()
  options.createSession = true
  // Cancelling must not kill the reaper before it has done its work: it ignores this signal, and ends by itself.
  options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(60))]
  let result = try await Subprocess.run(
    .path("/bin/sh"), arguments: ["-c", script, "imgverify-reaper", scratch.path], platformOptions: options,
    input: .inputWriter, output: .discarded, error: .discarded
  ) { execution in
    let outcome: Result<T, any Error>
    do { outcome = .success(try await body(scratch)) } catch { outcome = .failure(error) }
    try? await execution.standardInputWriter.finish()
    return outcome
  }
  return try result.closureResult.get()
}
