import Glibc
import Synchronization

/// How the terminal on standard input was before; global, since a signal handler has to find it.
private nonisolated(unsafe) let before: UnsafeMutablePointer<termios> = {
  let pointer = UnsafeMutablePointer<termios>.allocate(capacity: 1)
  pointer.initialize(to: termios())
  return pointer
}()
private let isRaw = Atomic<Bool>(false)

/// Gives the terminal back as it was, if it is raw; may be called at any time, also from a signal handler.
func restoreTerminal() {
  guard isRaw.exchange(false, ordering: .sequentiallyConsistent) else { return }
  let code = errno
  tcsetattr(STDIN_FILENO, TCSADRAIN, before)
  errno = code
}

/// Runs `body` with the terminal on standard input in raw mode, if there is one: every key is a byte, Ctrl-C included.
///
/// It is restored when `body` is done or throws, and by ``restoreTerminal()`` before a signal ends us.
func withRawTerminal<T>(_ body: () async throws -> T) async throws -> T {
  guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, before) == 0 else { return try await body() }
  let handlers = restoringOnCrash()
  defer { for (number, var old) in handlers { sigaction(number, &old, nil) } }
  var raw = before.pointee
  cfmakeraw(&raw)
  isRaw.store(true, ordering: .sequentiallyConsistent)
  defer { restoreTerminal() }
  tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)
  return try await body()
}

/// Signals that end us on the spot give the terminal back first. Those that a person sends are ``withInterrupts(_:)``'s.
///
/// - Returns: what was done about them until now.
private func restoringOnCrash() -> [(CInt, sigaction)] {
  [SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE].map { number in
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      restoreTerminal()
      raise(number)
    }
    // The second time it is not caught, and ends us.
    action.sa_flags = CInt(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
    var old = sigaction()
    sigaction(number, &action, &old)
    return (number, old)
  }
}

/// Runs `body` so that writing to a pipe that nobody reads any more is an error, not a signal that ends us.
///
/// Caught, not ignored: what is ignored stays so in every program that we start.
func withoutPipeSignal<T>(_ body: () async throws -> T) async throws -> T {
  var action = sigaction()
  action.__sigaction_handler.sa_handler = { _ in }
  var old = sigaction()
  sigaction(SIGPIPE, &action, &old)
  defer { sigaction(SIGPIPE, &old, nil) }
  return try await body()
}
