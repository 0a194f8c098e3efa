/// Walks a stream as far as its records can be made out, and puts every checksum right.
///
/// A fuzzer never guesses a 256-bit sum; without this nothing behind the second header would be reached.
func mendChecksums(_ stream: inout [UInt8]) {
  let header = 312
  func u32(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(stream[at + $1]) << UInt32(8 * $1) } }
  func u64(_ at: Int) -> UInt64 { UInt64(u32(at)) | UInt64(u32(at + 4)) << 32 }
  var sum = [UInt64](repeating: 0, count: 4)
  func feed(_ range: Range<Int>) {
    for at in stride(from: range.lowerBound, to: range.upperBound - 3, by: 4) {
      sum[0] &+= UInt64(u32(at))
      sum[1] &+= sum[0]
      sum[2] &+= sum[1]
      sum[3] &+= sum[2]
    }
  }
  func put(_ at: Int) {
    for (index, value) in sum.enumerated() {
      for byte in 0..<8 { stream[at + 8 * index + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte)) }
    }
  }
  var at = 0
  while at + header <= stream.count {
    let type = u32(at)
    let payload: UInt64 =
      switch type {
      case 0: UInt64(u32(at + 4))
      case 1: UInt64(u32(at + 36) != 0 ? u32(at + 36) : (u32(at + 28) &+ 7) & ~7)
      case 3: stream[at + 50] != 0 ? u64(at + 96) : u64(at + 32)
      case 8: UInt64((u32(at + 52) &+ 7) & ~7)
      default: 0
      }
    if type == 0 {
      sum = [0, 0, 0, 0]
      feed(at..<(at + header))
    } else {
      if type == 5 { put(at + 8) }
      feed(at..<(at + 280))
      put(at + 280)
      feed((at + 280)..<(at + header))
    }
    at += header
    guard payload <= UInt64(stream.count - at) else { return }
    feed(at..<(at + Int(payload)))
    at += Int(payload)
  }
}
