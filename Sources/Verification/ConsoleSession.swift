import Consoles
import Glibc
import Guests
import Model

/// How a person's time at a guest's console ended.
package enum SessionEnd: Hashable, Sendable {
  /// By Ctrl-], or because the terminal has gone.
  case left
  /// The guest powered itself off.
  case poweredOff
}

/// A person at a guest's console: what is typed on standard input goes to COM1, what comes from there to standard
/// output, through ``SafeTerminal``.
///
/// With a terminal on standard input that is raw, and Ctrl-] leaves. Anything else is passed through byte for byte,
/// and its end ends nothing.
struct ConsoleSession: Sendable {
  private let screen: Screen
  private let input: DescriptorStream?

  /// Ctrl-].
  private static let leave: UInt8 = 0x1D

  /// - Throws: ``VerifyError`` `.system` without a standard output.
  init() throws {
    screen = Screen(try ownStream(STDOUT_FILENO, O_WRONLY))
    input = try? ownStream(STDIN_FILENO, O_RDONLY)
  }

  /// For ``withGuest(_:launch:folder:authorizedKeys:timeoutScale:tap:_:)``: holds what comes back until ``run(_:)``.
  var tap: @Sendable ([UInt8]) async -> Void {
    let screen = screen
    return { await screen.show($0) }
  }

  /// Attaches the console until somebody leaves or the guest powers itself off.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` when QEMU ends by itself; `CancellationError` after a signal.
  func run(_ guest: Guest) async throws -> SessionEnd {
    defer { input?.close() }
    return try await withoutPipeSignal {
      try await withRawTerminal {
        await screen.open()
        let end: Result<SessionEnd, any Error>
        do { end = .success(try await pump(guest)) } catch { end = .failure(error) }
        await screen.leave()
        return try end.get()
      }
    }
  }

  private func pump(_ guest: Guest) async throws -> SessionEnd {
    let (typed, feed) = AsyncStream<[UInt8]>.makeStream(bufferingPolicy: .bufferingOldest(256))
    return try await withThrowingTaskGroup(of: SessionEnd?.self) { group in
      group.addTask { try await self.watchPower(guest) }
      group.addTask { try await self.tellPanic(guest) }
      group.addTask { try await self.screen.untilGone() }
      group.addTask { try await self.read(for: guest, feed) }
      group.addTask {
        for await bytes in typed { try await self.send(bytes, to: guest) }
        return nil
      }
      defer { group.cancelAll() }
      while let end = try await group.next() {
        if let end { return end }
      }
      throw CancellationError()
    }
  }

  private func watchPower(_ guest: Guest) async throws -> SessionEnd? {
    try await guest.powerOff()
    // The last of what it said is still on its way.
    let deadline = Deadline.after(.seconds(2))
    while await !guest.console.hasEnded, !deadline.hasPassed { try await Task.sleep(for: .milliseconds(20)) }
    return .poweredOff
  }

  private func tellPanic(_ guest: Guest) async throws -> SessionEnd? {
    if try await guest.panic() {
      tell("\r\n[the guest's kernel panicked and its machine is halted\(isTerminal ? "; Ctrl-] leaves" : "")]\r\n")
    }
    return nil
  }

  /// Reads what is typed. A guest that takes nothing must not keep us from seeing Ctrl-], so what a terminal gives is
  /// queued, and dropped when the queue is full; a pipe waits instead.
  private func read(for guest: Guest, _ feed: AsyncStream<[UInt8]>.Continuation) async throws -> SessionEnd? {
    guard let input else { return nil }
    while true {
      let bytes = try await input.read(atMost: 4096, until: .ofASession)
      if bytes.isEmpty { return isTerminal ? .left : nil }
      if isTerminal {
        if bytes.contains(Self.leave) { return .left }
        feed.yield(bytes)
      } else {
        try await send(bytes, to: guest)
      }
    }
  }

  private func send(_ bytes: [UInt8], to guest: Guest) async throws {
    // The console's end is told by who watches the machine.
    do { try await guest.console.send(bytes, until: .ofASession) } catch let error as VerifyError
      where error.code == .closed
    {}
  }

  private var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }
}

/// Standard output as the guest's screen: what is shown is safe, and undone at the end.
private actor Screen {
  private let output: DescriptorStream
  private var terminal = SafeTerminal(unicode: readsUnicode())
  private let signal = ChangeSignal()
  private var isOpen = false
  private var isGone = false

  init(_ output: DescriptorStream) { self.output = output }

  func open() {
    isOpen = true
    signal.notify()
  }

  /// Returns when all of it has been written, or there is nobody to see it.
  func show(_ bytes: [UInt8]) async {
    if !isOpen { try? await signal.value("the screen", until: .ofASession) { await self.isOpen ? () : nil } }
    guard isOpen, !isGone else { return }
    do { try await output.write(terminal.filter(bytes), until: .ofASession) } catch {
      isGone = true
      signal.notify()
    }
  }

  /// Returns once nothing can be written any more.
  func untilGone() async throws -> SessionEnd? {
    try await signal.value("the screen's end", until: .ofASession) { await self.isGone ? .left : nil }
  }

  /// Undoes what the guest has done to the terminal; nothing is shown afterwards.
  func leave() async {
    if !isGone, isatty(STDOUT_FILENO) == 1 {
      try? await output.write(terminal.restoring + Array("\r\n".utf8), until: .after(.seconds(1)))
    }
    isGone = true
    output.close()
  }
}

/// A stream over standard input or output. It has a description of its own where that can be had: to make the shared
/// one non-blocking would change it for everybody else who holds it, also when we are gone.
private func ownStream(_ number: CInt, _ access: CInt) throws -> DescriptorStream {
  var status = stat()
  guard fstat(number, &status) == 0 else {
    throw VerifyError(.system, "descriptor \(number) is closed: \(String(cString: strerror(errno)))")
  }
  let kind = status.st_mode & S_IFMT
  // A file has to be written where the others stopped; reading or writing it never waits.
  if kind == S_IFCHR || kind == S_IFIFO {
    let own = Glibc.open("/proc/self/fd/\(number)", access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    if own >= 0 { return DescriptorStream(owning: own) }
  }
  let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
  guard copy >= 0 else { throw VerifyError(.system, "fcntl: \(String(cString: strerror(errno)))") }
  return DescriptorStream(owning: copy)
}

/// Whether the locale says that the terminal reads UTF-8. One that does not would take parts of it for controls.
func readsUnicode() -> Bool {
  for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
    guard let value = getenv(name), value.pointee != 0 else { continue }
    let charset = String(cString: value).lowercased()
    return charset.hasSuffix("utf-8") || charset.hasSuffix("utf8")
  }
  return false
}
