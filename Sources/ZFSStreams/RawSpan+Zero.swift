extension RawSpan {
  /// Whether every byte is zero.
  package var isZero: Bool {
    withUnsafeBytes { raw in
      guard var at = raw.baseAddress else { return true }
      let words = raw.count / 8
      // Eight words a turn; most blocks show themselves in the first.
      for _ in 0..<words / 8 {
        var any: UInt64 = 0
        for index in 0..<8 { any |= at.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) }
        if any != 0 { return false }
        at += 64
      }
      return raw[(words / 8 * 64)...].allSatisfy { $0 == 0 }
    }
  }
}
