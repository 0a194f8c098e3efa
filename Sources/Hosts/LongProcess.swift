import Glibc
import Model
import Subprocess
import SystemPackage

/// A long-lived process of ours: it has a session of its own, so Ctrl-C reaches only us, and it dies with us.
package struct LongProcess: Sendable {
  package let pid: Int32
}

/// Runs `arguments` as a process for as long as `body` runs; afterwards it is asked to end (TERM), then killed.
///
/// The process is started through `setpriv --pdeathsig KILL`: it is killed by the kernel when we end, also by
/// SIGKILL. (The signal comes when the *thread* that started the process ends; swift-subprocess starts all processes
/// on one thread that lives as long as we do.)
/// - Parameter errorsTo: file that gets its standard output and error.
/// - Returns: the result of `body`, and how the process ended.
package func withProcess<T: Sendable>(
  _ arguments: [String], errorsTo path: String, grace: Duration = .seconds(5),
  _ body: @Sendable (LongProcess) async throws -> T
) async throws -> (T, ExitStatus) {
  try Tool.setpriv.require()
  let errors: FileDescriptor
  do {
    errors = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .truncate, .append], permissions: [.ownerReadWrite])
  } catch {
    throw VerifyError(.system, "cannot write \(path): \(error)")
  }
  defer { try? errors.close() }
  let ladder: [TeardownStep] = [.send(signal: .terminate, allowedDurationToNextStep: grace)]
  var options = PlatformOptions()
  options.createSession = true
  options.teardownSequence = ladder
  let result = try await Subprocess.run(
    .name("setpriv"), arguments: .init(["--pdeathsig", "KILL", "--"] + arguments), platformOptions: options,
    input: .none, output: .fileDescriptor(errors, closeAfterSpawningProcess: false),
    error: .fileDescriptor(errors, closeAfterSpawningProcess: false)
  ) { execution in
    let value = try await body(LongProcess(pid: execution.processIdentifier.value))
    await execution.teardown(using: ladder)
    return value
  }
  return (result.closureResult, ExitStatus(result.terminationStatus))
}

extension LongProcess {
  /// Whether the process has ended (it may still wait to be reaped).
  package var hasEnded: Bool {
    guard let file = fopen("/proc/\(pid)/stat", "re") else { return true }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = fread(&bytes, 1, bytes.count, file)
    // The state follows the program's name, which stands in parentheses and may hold any byte.
    guard let end = bytes.prefix(count).lastIndex(of: UInt8(ascii: ")")), end + 2 < count else { return true }
    return bytes[end + 2] == UInt8(ascii: "Z") || bytes[end + 2] == UInt8(ascii: "X")
  }
}
