/// An amount of bytes, never negative.
package struct ByteCount: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package let bytes: Int64

  package init(bytes: Int64) {
    precondition(bytes >= 0, "a byte count is never negative")
    self.bytes = bytes
  }

  package init(from decoder: any Decoder) throws {
    let bytes = try decoder.singleValueContainer().decode(Int64.self)
    guard bytes >= 0 else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "negative byte count"))
    }
    self.bytes = bytes
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(bytes)
  }

  package static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: Int64(count) << 20) }
  package static func gibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: Int64(count) << 30) }

  /// Whole mebibytes, rounded down.
  package var mebibytes: Int { Int(bytes >> 20) }

  package static func < (a: ByteCount, b: ByteCount) -> Bool { a.bytes < b.bytes }

  /// `512 B`, `16.0 MiB`, `10.0 GiB`.
  package var description: String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    guard bytes >= 1024 else { return "\(bytes) B" }
    var value = Double(bytes) / 1024
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
