/// Walks an nvlist in XDR form, as BEGIN carries it; nothing of it is kept.
///
/// Shape: big-endian always; depth at most ``depthLimit``; every length is checked against the bytes left. What follows
/// the list (padding to 8 bytes) is ignored.
/// - SeeAlso: OpenZFS `nvs_xdr_nvp_op`, `data_type_t`.
struct NVList {
  /// One pair, named from the outermost list inwards.
  struct Pair {
    let path: [String]
    /// Of a uint64.
    let number: UInt64?
  }

  static let depthLimit = 20

  private let bytes: [UInt8]
  private var at = 0
  private var path: [String] = []

  /// Calls `visit` for every pair, a list before what is in it.
  /// - Throws: a ``Flaw`` `.damaged` for what is no nvlist.
  static func walk(_ bytes: [UInt8], _ visit: (Pair) -> Void) throws(Flaw) {
    var list = NVList(bytes: bytes)
    let encoding = try list.take(4, before: bytes.count)
    guard bytes[encoding] == 1 else { throw .damaged("BEGIN's nvlist is not in XDR form (\(bytes[encoding]))") }
    try list.list(before: bytes.count, visit)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// A list: version, flags, pairs, and a pair of size 0.
  private mutating func list(before end: Int, _ visit: (Pair) -> Void) throws(Flaw) {
    guard path.count < Self.depthLimit else { throw .damaged("BEGIN's nvlist is deeper than \(Self.depthLimit)") }
    guard try u32(before: end) == 0 else { throw .damaged("BEGIN's nvlist has a version other than 0") }
    _ = try u32(before: end)
    while true {
      let start = at
      let (size, decoded) = (try u32(before: end), try u32(before: end))
      if size == 0, decoded == 0 { return }
      guard size >= 20, size % 4 == 0, size <= end - start else {
        throw .damaged("BEGIN's nvlist has a pair of \(size) bytes at \(start), where \(end - start) are left")
      }
      try pair(before: start + size, visit)
      at = start + size
    }
  }

  private mutating func pair(before end: Int, _ visit: (Pair) -> Void) throws(Flaw) {
    let name = try string(before: end)
    let (type, count) = (try u32(before: end), try u32(before: end))
    path.append(String(decoding: bytes[name], as: UTF8.self))
    let value = at
    visit(Pair(path: path, number: type == 8 && end - value >= 8 ? bytes.u64(at: value, bigEndian: true) : nil))
    switch type {
    case 1: break
    case 2...6, 21...23: _ = try take(4, before: end)
    case 7, 8, 18, 27: _ = try take(8, before: end)
    case 9: _ = try string(before: end)
    case 10: _ = try take(Self.padded(count), before: end)
    case 11...16, 24...26:
      let elements = try u32(before: end)
      _ = try take(elements * (type == 15 || type == 16 ? 8 : 4), before: end)
    case 17: for _ in 0..<count { _ = try string(before: end) }
    case 19: try list(before: end, visit)
    case 20: for _ in 0..<count { try list(before: end, visit) }
    default: throw .damaged("BEGIN's nvlist has a pair of type \(type) at \(value); known are 1 to 27")
    }
    path.removeLast()
  }

  private mutating func string(before end: Int) throws(Flaw) -> Range<Int> {
    let count = try u32(before: end)
    let start = try take(Self.padded(count), before: end)
    return start..<(start + count)
  }

  private mutating func u32(before end: Int) throws(Flaw) -> Int {
    Int(bytes.u32(at: try take(4, before: end), bigEndian: true))
  }

  /// Passes over `count` bytes that must end before `end`; gives where they begin.
  private mutating func take(_ count: Int, before end: Int) throws(Flaw) -> Int {
    guard count <= end - at else {
      throw .damaged("BEGIN's nvlist wants \(count) bytes at \(at), where \(end - at) are left")
    }
    defer { at += count }
    return at
  }

  /// `count` is at most 2^32, so that nothing overflows.
  private static func padded(_ count: Int) -> Int { (count + 3) & ~3 }
}
