package import Model

/// A guest's first serial port: drained from power-on, logged with times, searched, and judged by rules.
///
/// Memory is bounded whatever the guest writes: the window of text, the alarms and the log's tail have fixed limits.
/// ``drain()`` must be running for anything else here to make progress.
package actor Console {
  /// Sizes, in bytes and pieces; the defaults suit a boot.
  package struct Limits: Sendable {
    /// Plain text that can be searched.
    package var window = 128 << 10
    package var logHead = 4 << 20
    package var logTail = 256 << 10
    package var alarms = 200
    /// How long nothing may come before the last text counts as complete.
    package var settle = Duration.milliseconds(200)
    package init() {}
  }

  private struct Waiter {
    var matcher: PatternMatcher
    var feed: AsyncThrowingStream<ConsoleMatch, any Error>.Continuation
  }

  private struct Capture {
    var cutter: OutputCapture
    var onOutput: @Sendable ([UInt8]) -> Void
    var feed: AsyncThrowingStream<Int32, any Error>.Continuation
    var result: AsyncThrowingStream<Int32, any Error>
  }

  private let stream: any ByteStream
  private let powerOn: ContinuousClock.Instant
  private let limits: Limits
  private var log: ConsoleLog?
  private var filter = TerminalFilter()
  private var window: TextWindow
  private var scanner: RuleScanner
  private var nextID = 0
  private var waiters: [Int: Waiter] = [:]
  private var alarmWaiters: [Int: AsyncThrowingStream<ConsoleAlarm, any Error>.Continuation] = [:]
  private var capture: Capture?
  private var isQuiet = false
  private var receiver: (@Sendable ([UInt8]) async -> Void)?

  /// Bytes that have come.
  package private(set) var byteCount: Int64 = 0
  /// Line feeds in the plain text that they gave.
  package private(set) var lineCount = 0
  /// When the last byte came; power-on before the first.
  package private(set) var lastByteAt: ContinuousClock.Instant
  /// Whether nothing will come any more.
  package private(set) var hasEnded = false
  /// Why the stream ended, if not by its regular end.
  package private(set) var endReason: String?
  /// What a terminal would show of all that has come.
  package private(set) var screen = Screen()
  /// What rules matched, oldest first; at most ``Limits/alarms``.
  package private(set) var alarms: [ConsoleAlarm] = []
  /// Alarms that were not kept.
  package private(set) var alarmsLeftOut = 0
  /// The first fatal alarm; nothing that comes later takes it back.
  package private(set) var fatal: ConsoleAlarm?

  /// - Throws: ``VerifyError`` `.system` when the log cannot be made.
  package init(
    stream: any ByteStream, logPath: String?, powerOn: ContinuousClock.Instant, rules: ConsoleRules = .standard,
    limits: Limits = Limits()
  ) throws {
    self.stream = stream
    self.powerOn = powerOn
    self.limits = limits
    log = try logPath.map { try ConsoleLog(path: $0, headLimit: limits.logHead, tailLimit: limits.logTail) }
    window = TextWindow(limit: limits.window)
    scanner = RuleScanner(rules)
    lastByteAt = powerOn
  }

  // MARK: Reading

  /// Reads until the stream ends or the task is cancelled; runs once, in a task beside everything else.
  package func drain() async {
    while !Task.isCancelled {
      do {
        // After the last text has settled there is nothing to be done at any time until more comes.
        let pause = isQuiet ? Duration.seconds(3600) : limits.settle
        let bytes = try await stream.read(atMost: 64 << 10, until: .after(pause))
        if bytes.isEmpty { break }
        receive(bytes)
        await receiver?(bytes)
        // A flood never makes read(2) wait: let the others have the actor in between.
        await Task.yield()
      } catch let error as VerifyError where error.code == .timedOut {
        isQuiet = true
        evaluate(onlyFatal: capture?.cutter.isInside == true)
      } catch {
        if !(error is CancellationError) { endReason = "\(error)" }
        break
      }
    }
    end()
  }

  /// From now on hands all bytes, as they come, to `receiver` too.
  ///
  /// Nothing more is read before it returns: a slow one slows the guest down, and nothing is lost.
  package func tap(_ receiver: @escaping @Sendable ([UInt8]) async -> Void) { self.receiver = receiver }

  private func receive(_ bytes: [UInt8]) {
    let now = ContinuousClock.now
    var isCaptured = capture?.cutter.isInside == true
    byteCount += Int64(bytes.count)
    lastByteAt = now
    isQuiet = false
    if var taking = capture {
      let status = taking.cutter.receive(bytes, taking.onOutput)
      capture = taking
      // Begin and end may come at once.
      if taking.cutter.isInside || status != nil { isCaptured = true }
      if let status { taking.feed.yield(status) }
    }
    screen.receive(bytes)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    filter.filter(bytes, into: &text)
    for byte in text where byte == 0x0A { lineCount += 1 }
    window.append(text)
    log?.append(text, at: now - powerOn)
    // What a script prints about the past is no alarm of now, unless it ends everything.
    evaluate(onlyFatal: isCaptured)
    window.trim()
  }

  private func evaluate(onlyFatal: Bool = false) {
    let time = lastByteAt - powerOn
    for hit in scanner.scan(window, quiet: isQuiet || hasEnded) {
      let rule = scanner.rules[hit.rule]
      if onlyFatal, rule.severity != .fatal { continue }
      if alarms.count >= limits.alarms, rule.severity != .fatal || fatal != nil {
        alarmsLeftOut += 1
        continue
      }
      raise(
        ConsoleAlarm(
          time: time, severity: rule.severity, category: rule.category, meaning: rule.meaning,
          line: decisiveLine(rule, hit.line)))
    }
    for (id, var waiter) in waiters {
      if var match = waiter.matcher.advance(window, quiet: isQuiet) {
        match.time = time
        waiter.feed.yield(match)
        waiters[id] = nil
      } else {
        waiters[id] = waiter
      }
    }
  }

  private func raise(_ alarm: ConsoleAlarm) {
    alarms.append(alarm)
    guard alarm.severity == .fatal, fatal == nil else { return }
    fatal = alarm
    for feed in alarmWaiters.values { feed.yield(alarm) }
  }

  /// The line at `offset`, or with it the nearest of the 30 lines before that gives the rule's reason.
  private func decisiveLine(_ rule: ConsoleRule, _ offset: UInt64) -> String {
    let line = window.text(from: offset, to: window.lineEnd(offset) ?? window.end)
    let short = String(line.prefix(500))
    guard !rule.reasons.isEmpty, offset > window.base else { return short }
    var at = offset
    for _ in 0..<30 where at > window.base {
      let start = window.lineStart(at - 1)
      let earlier = window.text(from: start, to: at - 1)
      if rule.reasons.contains(where: { earlier.contains($0) }) { return "\(earlier.prefix(500)) → \(short)" }
      at = start
    }
    return short
  }

  /// How the console stood at some moment.
  package struct Standing: Sendable {
    fileprivate var alarms: [ConsoleAlarm]
    fileprivate var leftOut: Int
    fileprivate var fatal: ConsoleAlarm?
    /// The line that was not finished, such as a prompt.
    fileprivate var line: [UInt8]
    fileprivate var screen: Screen
  }

  package var standing: Standing {
    let line = window.text(from: window.lineStart(window.end), to: window.end)
    return Standing(
      alarms: alarms, leftOut: alarmsLeftOut, fatal: fatal, line: Array(line.utf8), screen: screen)
  }

  /// The guest was put back to where the console stood as in `earlier`: forgets later alarms, and writes `note` as a
  /// line of its own, and the line of then, into text and log.
  package func putBack(to earlier: Standing, note: String) {
    let text = Array("\n\(note)\n".utf8) + earlier.line
    window.append(text)
    log?.append(text, at: ContinuousClock.now - powerOn)
    evaluate()
    (alarms, alarmsLeftOut, fatal) = (earlier.alarms, earlier.leftOut, earlier.fatal)
    screen = earlier.screen
  }

  private func end() {
    hasEnded = true
    isQuiet = true
    evaluate()
    log?.finish()
    let error = VerifyError(.closed, "the console ended\(endReason.map { ": \($0)" } ?? ""); \(lastSeen)")
    for waiter in waiters.values { waiter.feed.finish(throwing: error) }
    for feed in alarmWaiters.values { feed.finish() }
    capture?.feed.finish(throwing: error)
    waiters = [:]
    alarmWaiters = [:]
    // Closes the log's file.
    log = nil
  }

  // MARK: Waiting

  /// Behind all that has come.
  package var cursor: Cursor { Cursor(offset: window.end) }

  /// At the beginning of the line that is not finished: before a prompt that stands there.
  package var lineCursor: Cursor { Cursor(offset: window.lineStart(window.end)) }

  /// As ``lineCursor``, but not misled by kernel messages that were written right behind the prompt.
  var promptCursor: Cursor { Cursor(offset: window.lineStart(window.endBeforeKernelMessages)) }

  /// How long nothing has come.
  package var silence: Duration { ContinuousClock.now - lastByteAt }

  /// The last `count` lines that are not blank, oldest first, as far as the window reaches.
  package func tail(_ count: Int) -> [String] { window.lastLines(count) }

  /// Bytes of plain text that are kept to be searched.
  package var textHeld: Int { window.bytes.count }

  /// The last line and the silence since, as an error message tells them.
  package var lastSeen: String {
    guard let line = window.lastLines(1).first else {
      return "nothing was ever seen on the console in \(silence.forPeople)"
    }
    return "the last line seen was “\(line.suffix(200))”, \(silence.forPeople) ago"
  }

  /// Waits for `what` in the text that comes, or came, behind `from`; any number of tasks may wait.
  ///
  /// - Throws: ``VerifyError`` `.timedOut` when `deadline` passes, `.closed` when the stream ends before.
  package func expect(
    _ what: ConsolePattern, from: Cursor, until deadline: Deadline
  ) async throws -> ConsoleMatch {
    var matcher = PatternMatcher(what, from: from.offset)
    if var match = matcher.advance(window, quiet: isQuiet) {
      match.time = lastByteAt - powerOn
      return match
    }
    if hasEnded { throw VerifyError(.closed, "the console ended before \(what) came; \(lastSeen)") }
    let (matches, feed) = AsyncThrowingStream<ConsoleMatch, any Error>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let id = newID()
    waiters[id] = Waiter(matcher: matcher, feed: feed)
    defer { waiters[id] = nil }
    return try await first(of: matches, until: deadline, for: "waited for \(what)")
  }

  /// Waits for a fatal alarm; one that was raised before counts.
  ///
  /// - Returns: nil when `deadline` passes or the stream ends without one.
  package func fatalAlarm(until deadline: Deadline) async throws -> ConsoleAlarm? {
    if fatal != nil || hasEnded { return fatal }
    let (found, feed) = AsyncThrowingStream<ConsoleAlarm, any Error>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let id = newID()
    alarmWaiters[id] = feed
    defer { alarmWaiters[id] = nil }
    do {
      return try await withDeadline(deadline, for: "a fatal alarm") {
        for try await alarm in found { return alarm }
        try Task.checkCancellation()
        return nil
      }
    } catch let error as VerifyError where error.code == .timedOut {
      return fatal
    }
  }

  private func newID() -> Int {
    nextID += 1
    return nextID
  }

  private func first<T: Sendable>(
    of results: AsyncThrowingStream<T, any Error>, until deadline: Deadline, for what: String
  ) async throws -> T {
    let started = ContinuousClock.now
    do {
      return try await withDeadline(deadline, for: what) {
        for try await result in results { return result }
        throw CancellationError()
      }
    } catch let error as VerifyError where error.code == .timedOut {
      let waited = (ContinuousClock.now - started).forPeople
      throw VerifyError(.timedOut, "\(what) for \(waited) in vain; \(lastSeen)")
    }
  }

  // MARK: Writing

  /// Writes `text` as it is; one task at a time.
  package func send(_ text: String, until deadline: Deadline) async throws {
    try await send(Array(text.utf8), until: deadline)
  }

  /// Writes `bytes`; one task at a time.
  package func send(_ bytes: [UInt8], until deadline: Deadline) async throws {
    try await stream.write(bytes, until: deadline)
  }

  /// From now on hands the bytes between the lines `begin` and `end` to `onOutput`; see ``OutputCapture``.
  func startCapture(begin: String, end: String, onOutput: @escaping @Sendable ([UInt8]) -> Void) {
    let (result, feed) = AsyncThrowingStream<Int32, any Error>.makeStream(bufferingPolicy: .bufferingNewest(1))
    capture = Capture(
      cutter: OutputCapture(begin: begin, end: end), onOutput: onOutput, feed: feed, result: result)
    if hasEnded { feed.finish(throwing: VerifyError(.closed, "the console has ended; \(lastSeen)")) }
  }

  /// The exit status that the end marker of the capture under way carries; the capture is over then.
  func captureStatus(until deadline: Deadline) async throws -> Int32 {
    guard let capture else { throw VerifyError(.usage, "no capture is under way") }
    defer { self.capture = nil }
    return try await first(of: capture.result, until: deadline, for: "waited for a script to end")
  }
}
