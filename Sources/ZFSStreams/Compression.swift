/// How a block was packed on the sender's disk, by its number in a record.
///
/// - SeeAlso: OpenZFS `enum zio_compress`.
struct Compression: Hashable, Sendable {
  let number: UInt8

  /// Only in WRITE_EMBEDDED records.
  static let off = Compression(number: 2)
  static let lzjb = Compression(number: 3)
  static let zle = Compression(number: 14)
  static let lz4 = Compression(number: 15)
  static let zstd = Compression(number: 16)
  /// One above the largest number.
  static let count = 17

  private init(number: UInt8) { self.number = number }

  /// - Throws: a ``Flaw`` for a number that stands for no way to pack a block (inherit, on, empty, unknown).
  init(_ number: UInt8, _ what: String) throws(Flaw) {
    guard number == 3 || (5...16).contains(number) else {
      throw .damaged("a \(what) with compression number \(number), which no sender writes")
    }
    self.number = number
  }

  /// As the property `compression` has it; `plain` for none.
  var name: String { Self.name(number) }

  static func name(_ number: UInt8) -> String {
    switch number {
    case 3: "lzjb"
    case 5...13: "gzip-\(number - 4)"
    case 14: "zle"
    case 15: "lz4"
    case 16: "zstd"
    default: "plain"
    }
  }

  /// The feature that a stream with such payloads must announce; nil: none beyond compressed or embedded blocks.
  var feature: Feature? {
    switch self {
    case .lz4: .lz4
    case .zstd: .zstd
    default: nil
    }
  }
}
