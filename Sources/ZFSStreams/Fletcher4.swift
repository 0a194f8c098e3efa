/// The running Fletcher-4 sum of a send stream: four 64-bit sums over 32-bit words in the stream's byte order.
///
/// Words may be cut by the borders of the pieces given; up to three bytes wait for the rest of their word.
/// - SeeAlso: OpenZFS `fletcher_4_incremental_native`, `fletcher_4_incremental_byteswap`.
struct Fletcher4: Sendable {
  /// The four sums, named as in ZFS.
  struct Sum: Hashable, Sendable {
    var a: UInt64 = 0
    var b: UInt64 = 0
    var c: UInt64 = 0
    var d: UInt64 = 0
    var isZero: Bool { a | b | c | d == 0 }
  }

  private(set) var sum = Sum()
  /// Whether words are big-endian.
  let bigEndian: Bool
  private var partial: UInt32 = 0
  private var partialCount = 0

  init(bigEndian: Bool) { self.bigEndian = bigEndian }

  mutating func update(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { raw in
      var rest = raw[...]
      while partialCount > 0, let byte = rest.popFirst() { take(byte) }
      let words = rest.count / 4
      if words > 0 { addWords(UnsafeRawBufferPointer(rebasing: rest).baseAddress!, words) }
      rest = rest.dropFirst(words * 4)
      while let byte = rest.popFirst() { take(byte) }
    }
  }

  /// Takes the bytes `range` of `header`.
  mutating func update(_ header: RecordHeader, _ range: Range<Int>) {
    update(header.bytes.span.bytes.extracting(range))
  }

  /// Takes one byte of a word that a border cuts.
  private mutating func take(_ byte: UInt8) {
    partial |= UInt32(byte) << UInt32(8 * partialCount)
    partialCount += 1
    guard partialCount == 4 else { return }
    add(bigEndian ? partial.byteSwapped : partial)
    (partial, partialCount) = (0, 0)
  }

  private mutating func add(_ word: UInt32) {
    sum.a &+= UInt64(word)
    sum.b &+= sum.a
    sum.c &+= sum.b
    sum.d &+= sum.c
  }

  /// The inner loop: sums in locals, four words a turn; it is faster than gzip can be undone.
  private mutating func addWords(_ start: UnsafeRawPointer, _ count: Int) {
    var (a, b, c, d) = (sum.a, sum.b, sum.c, sum.d)
    var at = start
    let swapped = bigEndian
    for _ in 0..<count / 4 {
      let (v0, v1) = (at.loadUnaligned(as: UInt64.self), at.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      var (w0, w1) = (UInt32(truncatingIfNeeded: v0), UInt32(truncatingIfNeeded: v0 >> 32))
      var (w2, w3) = (UInt32(truncatingIfNeeded: v1), UInt32(truncatingIfNeeded: v1 >> 32))
      if swapped { (w0, w1, w2, w3) = (w0.byteSwapped, w1.byteSwapped, w2.byteSwapped, w3.byteSwapped) }
      a &+= UInt64(w0)
      b &+= a
      c &+= b
      d &+= c
      a &+= UInt64(w1)
      b &+= a
      c &+= b
      d &+= c
      a &+= UInt64(w2)
      b &+= a
      c &+= b
      d &+= c
      a &+= UInt64(w3)
      b &+= a
      c &+= b
      d &+= c
      at += 16
    }
    for _ in 0..<count % 4 {
      let word = at.loadUnaligned(as: UInt32.self)
      a &+= UInt64(swapped ? word.byteSwapped : word)
      b &+= a
      c &+= b
      d &+= c
      at += 4
    }
    sum = Sum(a: a, b: b, c: c, d: d)
  }
}
