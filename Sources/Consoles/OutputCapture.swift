/// Cuts what stands between two marker lines out of a stream of bytes as it comes.
///
/// Shape: `BEGIN` LF, output, LF `END` space status LF; the LF before `END` is not output, nor is a CR before that LF.
/// The output itself is not looked at otherwise; what is held back is never more than a marker's length.
struct OutputCapture: Sendable {
  private enum State { case before, inside, status, over }
  private let begin: [UInt8]
  private let end: [UInt8]
  private var held: [UInt8] = []
  private var state = State.before

  init(begin: String, end: String) {
    self.begin = Array(begin.utf8)
    // The CR may or may not be there: it is held back with the marker, and dropped with it.
    self.end = Array("\n\(end) ".utf8)
  }

  var isInside: Bool { state == .inside }
  /// Whether output was among the bytes received last.
  private(set) var wasInside = false

  /// Hands on what is output among `bytes`; returns the exit status once the end has been seen.
  mutating func receive(_ bytes: [UInt8], _ onOutput: ([UInt8]) -> Void) -> Int32? {
    wasInside = state == .inside
    guard state != .over else { return nil }
    held += bytes
    if state == .before {
      guard let hit = held.firstOffset(of: begin, in: 0..<held.count) else {
        held.removeFirst(max(0, held.count - begin.count))
        return nil
      }
      guard let line = held.firstOffset(of: [0x0A], in: hit + begin.count..<held.count) else {
        // Nothing belongs between the marker and its line's end; whatever comes is dropped.
        held = begin
        return nil
      }
      // The LF stays: it is the one before the end's marker when there is no output at all.
      held.removeFirst(line)
      state = .inside
      wasInside = true
      skipFirst = true
    }
    if state == .inside {
      let from = 0
      guard let hit = held.firstOffset(of: end, in: from..<held.count) else {
        let keep = end.count  // one more than a cut marker needs: the CR before it
        if held.count > keep { emit(held.count - keep, onOutput) }
        return nil
      }
      let output = hit > 0 && held[hit - 1] == 0x0D ? hit - 1 : hit
      emit(output, onOutput)
      held.removeFirst(hit - output + end.count)
      state = .status
    }
    guard held.firstOffset(of: [0x0A], in: 0..<held.count) != nil || held.count > 16 else { return nil }
    let digits = held.prefix { $0 >= 0x30 && $0 <= 0x39 }.prefix(6)
    state = .over
    held = []
    return Int32(String(decoding: digits, as: UTF8.self)) ?? -1
  }

  /// The LF that ends the begin marker's line is still to be dropped.
  private var skipFirst = false

  private mutating func emit(_ count: Int, _ onOutput: ([UInt8]) -> Void) {
    var output = Array(held.prefix(count))
    held.removeFirst(count)
    if skipFirst, !output.isEmpty {
      output.removeFirst()
      skipFirst = false
    }
    if !output.isEmpty { onOutput(output) }
  }
}
