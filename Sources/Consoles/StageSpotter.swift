package import Model

/// A line that showed a stage, or nearly so: what and when.
package struct Landmark: Sendable, Hashable {
  package var stage: Stage
  /// Since power-on.
  package var time: Duration
  package var line: String
}

/// Watches plain text for the lines that show how far a guest has come, what it waits for, and how its clock goes.
///
/// Memory is bounded: each stage once, one wait, lines up to ``longestLine`` bytes. The result does not depend on how
/// the text was cut.
struct StageSpotter: Sendable {
  /// Bytes of a line that are looked at.
  static let longestLine = 512

  private(set) var landmarks: [Landmark] = []
  private(set) var wait: ConsoleWait?
  private(set) var clock = KernelClock()
  private var missing = StageMark.all
  private var line: [UInt8] = []
  /// When the first byte of the line came.
  private var lineTime = Duration.zero
  /// The unfinished line was looked at already, at this length.
  private var settledAt = 0

  /// - Returns: whether there is a new landmark.
  mutating func receive(_ text: [UInt8], at time: Duration) -> Bool {
    let known = landmarks.count
    for piece in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if piece.offset > 0 { finish() }
      if line.isEmpty { lineTime = time }
      line += piece.element.prefix(max(0, Self.longestLine - line.count))
    }
    return landmarks.count > known
  }

  /// Nothing more comes for now: looks at the line that is not finished, such as a prompt.
  ///
  /// - Returns: whether there is a new landmark.
  mutating func settle() -> Bool {
    guard line.count > settledAt else { return false }
    let known = landmarks.count
    judge()
    settledAt = line.count
    return landmarks.count > known
  }

  private mutating func finish() {
    if line.count > settledAt { judge() }
    line.removeAll(keepingCapacity: true)
    settledAt = 0
  }

  private mutating func judge() {
    let whole = String(decoding: line, as: UTF8.self)
    let stamp = KernelClock.stamp(of: whole)
    if let stamp { clock.note(stamp.seconds, at: lineTime) }
    let text = Self.bare(stamp?.message ?? whole[...])
    if let mark = missing.first(where: { $0.matches(text, line) }) {
      landmarks.append(Landmark(stage: mark.stage, time: lineTime, line: whole))
      missing.removeAll { $0.stage == mark.stage }
    }
    let isOfWaiting = ConsoleWait.words.contains { line.firstOffset(of: $0, in: 0..<line.count) != nil }
    if wait != nil || isOfWaiting { ConsoleWait.follow(text, at: lineTime, &wait) }
  }

  /// Without what systemd puts before its messages: `[  OK  ] `, `         `, `systemd[1]: `.
  private static func bare(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " }
    if text.hasPrefix("[  OK  ] ") { text = text.dropFirst(9) }
    if text.hasPrefix("systemd[1]: ") { text = text.dropFirst(12) }
    return text
  }
}

/// How a kernel's time stamps go against ours: a guest whose host does not let it run falls behind.
package struct KernelClock: Sendable, Hashable {
  /// Seconds between our power-on and the kernel's zero, by the line that was the quickest to reach us.
  package private(set) var zero: Double?
  /// The latest stamp, and when it came, in seconds since power-on.
  package private(set) var latest = (stamp: 0.0, came: 0.0)

  package static func == (a: KernelClock, b: KernelClock) -> Bool { a.zero == b.zero && a.latest == b.latest }
  package func hash(into hasher: inout Hasher) { hasher.combine(zero) }

  package init() {}

  package mutating func note(_ stamp: Double, at time: Duration) {
    // What is printed again later, as dmesg does, says nothing of the time.
    guard stamp >= latest.stamp else { return }
    let came = time.inSeconds
    latest = (stamp, came)
    zero = min(zero ?? .infinity, came - stamp)
  }

  /// Seconds of the kernel's clock for each of ours, from its beginning to the latest stamp; nil when less than
  /// 10 s have passed by then.
  package var rate: Double? {
    guard let zero, latest.came - zero >= 10 else { return nil }
    return latest.stamp / (latest.came - zero)
  }

  /// The time stamp of a kernel's line, `[   12.345678] `, and what follows it, without a thread's `[    T1] `.
  static func stamp(of line: String) -> (seconds: Double, message: Substring)? {
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return nil }
    let inside = line[line.index(after: line.startIndex)..<end].drop { $0 == " " }
    let parts = inside.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count == 6, (1...9).contains(parts[0].count),
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), let seconds = Double(inside)
    else { return nil }
    var message = line[line.index(after: end)...].drop { $0 == " " }
    if message.hasPrefix("["), let thread = message.firstIndex(of: "]"),
      let kind = message.dropFirst().first(where: { $0 != " " }), kind == "T" || kind == "C",
      message.distance(from: message.startIndex, to: thread) < 12
    {
      message = message[message.index(after: thread)...].drop { $0 == " " }
    }
    return (seconds, message)
  }
}
