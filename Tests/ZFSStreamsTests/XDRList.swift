/// An nvlist in XDR form, made by hand.
enum XDRList {
  enum Value: Sendable {
    case boolean, number(UInt64), string(String), numbers([UInt64]), strings([String]), bytes([UInt8]), int(UInt32)
    case list([(String, Value)]), lists([[(String, Value)]])
  }

  /// As BEGIN carries it.
  static func encoded(_ pairs: [(String, Value)]) -> [UInt8] { [1, 1, 0, 0] + list(pairs) }

  static func u32(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
  private static func u64(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
  }
  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
  }
  private static func string(_ text: String) -> [UInt8] { u32(text.utf8.count) + padded(Array(text.utf8)) }

  private static func list(_ pairs: [(String, Value)]) -> [UInt8] {
    u32(0) + u32(1) + pairs.flatMap(pair) + u32(0) + u32(0)
  }

  private static func pair(_ name: String, _ value: Value) -> [UInt8] {
    let (type, count, bytes): (Int, Int, [UInt8]) =
      switch value {
      case .boolean: (1, 0, [])
      case .number(let number): (8, 1, u64(number))
      case .string(let text): (9, 1, string(text))
      case .numbers(let numbers): (16, numbers.count, u32(numbers.count) + numbers.flatMap(u64))
      case .strings(let texts): (17, texts.count, texts.flatMap(string))
      case .bytes(let bytes): (10, bytes.count, padded(bytes))
      case .int(let number): (5, 1, u32(Int(number)))
      case .list(let pairs): (19, 1, list(pairs))
      case .lists(let lists): (20, lists.count, lists.flatMap(list))
      }
    let rest = string(name) + u32(type) + u32(count) + bytes
    return u32(rest.count + 8) + u32(rest.count + 8) + rest
  }
}

extension TakenApart {
  /// Gives BEGIN this nvlist, padded to 8 bytes as new senders do.
  mutating func setList(_ list: [UInt8]) {
    let padded = list + [UInt8](repeating: 0, count: (8 - list.count % 8) % 8)
    records[0].bytes.replaceSubrange(312..., with: padded)
    for index in 0..<4 { records[0].bytes[4 + index] = UInt8(truncatingIfNeeded: padded.count >> (8 * index)) }
  }
}
