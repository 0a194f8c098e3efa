internal import CSSH2
internal import Glibc
internal import Model

/// The bytes under one libssh2 session: its socket, what still waits to be sent, and what it may take and hold.
///
/// libssh2 moves bytes and takes memory only through here, which gives three guarantees that it lacks:
/// - A call returns: it takes at most ``turnLimit`` bytes from the socket before it has to wait, so a peer that
///   floods us cannot keep it inside.
/// - Sends always succeed. libssh2 1.10 fails with LIBSSH2_ERROR_BAD_USE when a half-sent packet is followed by
///   another one, which happens whenever input and window adjustments meet; here a packet is queued whole.
/// - A peer cannot make it hold more than ``memoryLimit``, whatever it sends (packets of unknown kinds are kept).
final class Wire {
  static let turnLimit = 256 << 10
  static let unsentLimit = 1 << 20
  static let memoryLimit = 32 << 20
  /// How much of the beginning is kept: banner and the peer's KEXINIT, which is at most 35000 bytes (RFC 4253, 6.1).
  static let openingLimit = 48 << 10

  let descriptor: CInt
  private var unsent: [UInt8] = []
  private var turnLeft = Wire.turnLimit
  private var memoryHeld = 0
  private var isAbandoned = false

  /// The peer ended the connection, or the network did.
  private(set) var hasEnded = false
  /// The reason the peer gave for ending it, printable and short.
  private(set) var lastWords: String?
  /// The peer made libssh2 hold or send more than the limits here.
  private(set) var exceeded: String?
  /// The first bytes that came, in the clear, until ``forgetOpening()``.
  private(set) var opening: [UInt8] = []
  private var keepsOpening = true
  /// When bytes came last.
  private(set) var lastHeard = ContinuousClock.now
  /// Keepalives sent since then.
  var unansweredKeepalives = 0
  /// Counts the turns that left something for other tasks to look at: bytes that came, bytes that wait to be sent.
  private var news: UInt64 = 0
  private var hasNews = false
  /// Answers the prompts of keyboard-interactive authentication.
  var password: [UInt8] = []

  /// Takes over a connected, non-blocking socket.
  init(owning descriptor: CInt) { self.descriptor = descriptor }

  deinit { Glibc.close(descriptor) }

  var unsentCount: Int { unsent.count }

  func forgetOpening() {
    keepsOpening = false
    opening = []
  }

  /// Does one step, in which libssh2 may take bytes, and wakes the other tasks if it took any: what one channel's step
  /// takes from the socket may be another channel's.
  func turn<Value>(_ step: () throws -> Value) rethrows -> Value {
    turnLeft = Wire.turnLimit
    defer {
      if hasNews {
        hasNews = false
        wake()
      }
    }
    return try step()
  }

  /// From now on every receive fails, so that no step of freeing the session waits for the peer.
  func abandon() { isAbandoned = true }

  private(set) var isHungUp = false

  /// Ends the connection in both directions; whoever waits for it wakes up.
  func hangUp() {
    isHungUp = true
    shutdown(descriptor, CInt(SHUT_RDWR))
    wake()
  }

  /// Lets every task that waits look again.
  func wake() {
    news += 1
    Poller.shared.nudge(descriptor)
  }

  /// Waits until bytes can be taken, some that waited to be sent have gone, or another task's ``turn(_:)`` had news.
  func wait(until deadline: Deadline) async throws {
    let waited = !unsent.isEmpty
    flush()
    if waited, unsent.isEmpty { return }
    let seen = news
    try await Poller.shared.wait(
      for: descriptor, unsent.isEmpty ? [.readable] : [.readable, .writable], until: deadline
    ) { news != seen }
    flush()
  }

  /// Sends what the socket takes now.
  func flush() {
    var sent = 0
    while sent < unsent.count {
      let count = unsent.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, unsent.count - sent, CInt(MSG_NOSIGNAL))
      }
      if count > 0 {
        sent += count
      } else if errno != EINTR {
        // A broken connection shows itself in the next receive, after what the peer still had to say.
        if errno != EAGAIN { sent = unsent.count }
        break
      }
    }
    unsent.removeFirst(sent)
  }

  // MARK: What libssh2 calls

  /// Bytes taken; 0 at the end; minus an errno otherwise.
  fileprivate func receive(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    if isAbandoned { return -Int(ECONNABORTED) }
    if turnLeft <= 0 { return -Int(EAGAIN) }
    while true {
      let taken = recv(descriptor, buffer, min(count, turnLeft), 0)
      if taken > 0 {
        turnLeft -= taken
        lastHeard = .now
        unansweredKeepalives = 0
        hasNews = true
        if keepsOpening, opening.count < Wire.openingLimit {
          opening += UnsafeRawBufferPointer(start: buffer, count: taken).prefix(Wire.openingLimit - opening.count)
        }
        return taken
      }
      if taken < 0, errno == EINTR { continue }
      if taken < 0, errno == EAGAIN { return -Int(EAGAIN) }
      hasEnded = true
      hasNews = true
      return taken == 0 ? 0 : -Int(errno)
    }
  }

  fileprivate func send(_ buffer: UnsafeRawPointer, _ count: Int) -> Int {
    guard unsent.count + count <= Wire.unsentLimit else {
      exceeded = "it asks for answers and does not read them"
      return -Int(ENOBUFS)
    }
    unsent += UnsafeRawBufferPointer(start: buffer, count: count)
    flush()
    // Whoever waits only to read now has to wait for room as well.
    if !unsent.isEmpty { hasNews = true }
    return count
  }

  func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    guard count <= Wire.memoryLimit - memoryHeld else {
      exceeded = "it made us hold more than \(ByteCount(bytes: Int64(Wire.memoryLimit)))"
      return nil
    }
    let memory = malloc(count)
    memoryHeld += malloc_usable_size(memory)
    return memory
  }

  fileprivate func reallocate(_ old: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeMutableRawPointer? {
    guard let new = allocate(count) else { return nil }
    if let old { memcpy(new, old, min(count, malloc_usable_size(old))) }
    release(old)
    return new
  }

  fileprivate func release(_ memory: UnsafeMutableRawPointer?) {
    memoryHeld -= malloc_usable_size(memory)
    free(memory)
  }

  fileprivate func noteDisconnect(reason: CInt, _ message: UnsafeRawBufferPointer) {
    hasEnded = true
    lastWords = message.isEmpty ? "reason \(reason)" : printable(message, limit: 200)
  }
}

/// Makes a libssh2 session whose bytes and memory go through `wire`, which must outlive it.
func makeSession(over wire: Wire) -> OpaquePointer? {
  let session = libssh2_session_init_ex(
    { count, abstract in wireBehind(abstract).allocate(count) },
    { memory, abstract in wireBehind(abstract).release(memory) },
    { memory, count, abstract in wireBehind(abstract).reallocate(memory, count) },
    Unmanaged.passUnretained(wire).toOpaque())
  guard let session else { return nil }
  ssh2_on_receive(session) { _, buffer, count, _, abstract in wireBehind(abstract).receive(buffer!, count) }
  ssh2_on_send(session) { _, buffer, count, _, abstract in wireBehind(abstract).send(buffer!, count) }
  ssh2_on_disconnect(session) { _, reason, message, count, _, _, abstract in
    wireBehind(abstract).noteDisconnect(
      reason: reason, UnsafeRawBufferPointer(start: message, count: message == nil ? 0 : max(0, Int(count))))
  }
  return session
}

func wireBehind(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Wire {
  Unmanaged<Wire>.fromOpaque(abstract!.pointee!).takeUnretainedValue()
}

/// Bytes from outside as text for a message: printable ASCII, the rest as `.`, at most `limit` characters.
func printable(_ bytes: some Sequence<UInt8>, limit: Int) -> String {
  String(decoding: bytes.prefix(limit).map { (0x20...0x7e).contains($0) ? $0 : 0x2e }, as: UTF8.self)
}
