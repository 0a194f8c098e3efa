import Glibc
import Model
import Synchronization

/// Where the signal handler writes; -1 while nobody listens.
private let signalPipe = Atomic<CInt>(-1)

/// Turns Ctrl-C, TERM and HUP into a cancel of `body`, so that every scope cleans up and the reports are written.
///
/// A second signal ends us at once; the hypervisors die with us and the reaper removes the scratch folder. The signals
/// are caught, not ignored: what is ignored stays so in every program that we start.
/// - Returns: the result of `body`, and the name of the signal that came first, if one came.
func withInterrupts<T: Sendable>(_ body: @escaping @Sendable () async -> T) async -> (T, signal: String?) {
  guard let (read, write) = try? DescriptorStream.rawPair() else { return (await body(), nil) }
  let listening = signalPipe.compareExchange(expected: -1, desired: write, ordering: .sequentiallyConsistent).exchanged
  let names: [CInt: String] = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"]
  var before: [CInt: sigaction] = [:]
  for number in names.keys where listening {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      let code = errno
      var byte = UInt8(truncatingIfNeeded: number)
      _ = Glibc.write(signalPipe.load(ordering: .relaxed), &byte, 1)
      errno = code
    }
    action.sa_flags = SA_RESTART
    var old = sigaction()
    sigaction(number, &action, &old)
    before[number] = old
  }

  let first = Mutex<String?>(nil)
  let task = Task { await body() }
  let stream = DescriptorStream(owning: read)
  let watcher = Task {
    while let byte = try? await stream.read(atMost: 1, until: .after(.seconds(86_400 * 365))).first {
      let again = first.withLock { seen in
        defer { seen = seen ?? names[CInt(byte)] ?? "signal \(byte)" }
        return seen != nil
      }
      if again {
        restoreTerminal()
        _exit(130)
      }
      task.cancel()
    }
  }
  let value = await task.value
  for (number, old) in before {
    var old = old
    sigaction(number, &old, nil)
  }
  if listening { signalPipe.store(-1, ordering: .sequentiallyConsistent) }
  watcher.cancel()
  await watcher.value
  Glibc.close(write)
  return (value, first.withLock { $0 })
}
