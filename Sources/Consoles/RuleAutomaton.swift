/// Finds all texts of all rules in one pass: each byte is one step through a table, whatever the rules and the text.
///
/// An automaton after Aho and Corasick. Texts never reach over a line feed, which leads back to the beginning.
struct RuleAutomaton: Sendable {
  /// A text that ends where the automaton stands.
  struct Found: Sendable {
    var rule: Int
    var length: Int
    /// Whether it makes the count of its rule start anew.
    var isAnew: Bool
  }

  /// Row of a state, column of a byte's class: where the next state's row begins.
  private let next: [UInt32]
  private let classOfByte: [UInt8]
  private let classes: Int
  /// From here on a row is an event: texts end in its state, or it is ``lineFeed``.
  private let firstEvent: Int
  private let found: [[Found]]
  /// The row of the state behind a line feed; also the one to begin with.
  let lineFeed: Int

  /// What ends in `state`; only for states that ``advance(_:_:from:)`` stopped in.
  func found(in state: Int) -> [Found] { state == lineFeed ? [] : found[(state - firstEvent) / classes] }

  /// Takes bytes until a text or a line ends.
  ///
  /// - Returns: the index of the byte with which that happened; nil when all were taken before.
  func advance(_ state: inout Int, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    next.withUnsafeBufferPointer { next in
      classOfByte.withUnsafeBufferPointer { classOfByte in
        Self.advance(&state, bytes, from: start, next, classOfByte, UInt(firstEvent))
      }
    }
  }

  /// Free of everything but pointers and registers: this runs for each byte of a flood.
  private static func advance(
    _ state: inout Int, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ next: UnsafeBufferPointer<UInt32>,
    _ classOfByte: UnsafeBufferPointer<UInt8>, _ firstEvent: UInt
  ) -> Int? {
    var row = UInt(bitPattern: state)
    var at = start
    let end = bytes.count
    while at < end {
      row = UInt(next[Int(bitPattern: row &+ UInt(classOfByte[Int(bytes[at])]))])
      if row >= firstEvent {
        state = Int(bitPattern: row)
        return at
      }
      at &+= 1
    }
    state = Int(bitPattern: row)
    return nil
  }

  init(_ rules: [ConsoleRule]) {
    let texts: [(bytes: [UInt8], found: Found)] = rules.enumerated().flatMap { index, rule in
      rule.texts.map { (Array($0.utf8), Found(rule: index, length: $0.utf8.count, isAnew: false)) }
        + rule.anew.map { (Array($0.utf8), Found(rule: index, length: $0.utf8.count, isAnew: true)) }
    }
    // Class 0: bytes of no text. Class 1: the line feed.
    var classOfByte = [UInt8](repeating: 0, count: 256)
    classOfByte[0x0A] = 1
    var classes = 2
    for byte in texts.joined(by: \.bytes) where classOfByte[Int(byte)] == 0 && classes < 256 {
      classOfByte[Int(byte)] = UInt8(classes)
      classes += 1
    }
    var tree = TextTree(texts, classOfByte: classOfByte, classes: classes)
    tree.close()

    // States in which something ends come last, and the line feed's behind them, so that one comparison tells.
    let plain = tree.found.indices.filter { tree.found[$0].isEmpty }
    let ends = tree.found.indices.filter { !tree.found[$0].isEmpty }
    var number = [Int](repeating: 0, count: tree.found.count)
    for (new, old) in (plain + ends).enumerated() { number[old] = new }
    let lineFeed = tree.found.count
    var next: [UInt32] = []
    next.reserveCapacity((tree.found.count + 1) * classes)
    // The line feed's row is that of the root.
    for old in plain + ends + [0] {
      for column in 0..<classes {
        next.append(UInt32((column == 1 ? lineFeed : number[tree.next[old * classes + column]]) * classes))
      }
    }
    (self.next, self.classOfByte, self.classes, self.lineFeed) = (next, classOfByte, classes, lineFeed * classes)
    firstEvent = plain.count * classes
    found = ends.map { tree.found[$0] }
  }
}

/// The texts as a tree of their beginnings; state 0 is the root.
private struct TextTree {
  let classes: Int
  /// By state and class; -1 until ``close()``: nowhere.
  var next: [Int]
  var found: [[RuleAutomaton.Found]] = [[]]

  init(_ texts: [(bytes: [UInt8], found: RuleAutomaton.Found)], classOfByte: [UInt8], classes: Int) {
    self.classes = classes
    next = [Int](repeating: -1, count: classes)
    for text in texts {
      var state = 0
      for byte in text.bytes {
        let cell = state * classes + Int(classOfByte[Int(byte)])
        if next[cell] < 0 {
          next[cell] = found.count
          next += [Int](repeating: -1, count: classes)
          found.append([])
        }
        state = next[cell]
      }
      found[state].append(text.found)
    }
  }

  /// Leads every step somewhere: to the longest beginning of a text that the bytes so far end with.
  mutating func close() {
    var fallback = [Int](repeating: 0, count: found.count)
    var queue = [0]
    var head = 0
    while head < queue.count {
      let state = queue[head]
      head += 1
      for column in 0..<classes {
        let cell = state * classes + column
        let other = state == 0 ? 0 : next[fallback[state] * classes + column]
        if next[cell] < 0 {
          next[cell] = other
        } else {
          fallback[next[cell]] = other
          found[next[cell]] += found[other]
          queue.append(next[cell])
        }
      }
    }
  }
}

extension Sequence {
  /// The elements of all the arrays at `path`, one behind the other.
  fileprivate func joined<T>(by path: KeyPath<Element, [T]>) -> [T] { flatMap { $0[keyPath: path] } }
}
