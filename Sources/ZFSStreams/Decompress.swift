import CLZ4
import CZlib

extension Compression {
  /// Unpacks `packed` into the first `size` bytes of `block`, exactly.
  ///
  /// Shape: `packed` is a payload as it stands in the record; zeros behind its own end (up to the sector of the
  /// sender's pool) are ignored. Its first 8 bytes may be overwritten.
  /// - Throws: a ``Flaw`` `.damaged` that names the algorithm.
  /// - Parameter zstd: kept from block to block.
  /// - Precondition: 0 < `size` <= `block.count` <= 16 MiB.
  func unpack(
    _ packed: inout [UInt8], into block: inout [UInt8], size: Int, zstd: ZstdContext
  ) throws(Flaw) {
    precondition(size > 0 && size <= block.count && block.count <= Int(VolumeRules.largestBlock))
    let problem: String? =
      switch self {
      case .off: Self.unpackPlain(packed, &block, size)
      case .lzjb: Self.unpackLZJB(packed, &block, size)
      case .zle: Self.unpackZLE(packed, &block, size)
      case .lz4: Self.unpackLZ4(packed, &block, size)
      case .zstd: Self.unpackZstd(&packed, &block, size, zstd)
      default: Self.unpackGzip(packed, &block, size)
      }
    if let problem {
      throw .damaged(
        "the \(name) payload of this record cannot be unpacked to its \(size) bytes: \(problem); "
          + "copy or make the file anew")
    }
  }

  // MARK: - One function an algorithm; each returns what is wrong

  private static func unpackPlain(_ packed: [UInt8], _ block: inout [UInt8], _ size: Int) -> String? {
    guard packed.count >= size else { return "it has only \(packed.count)" }
    block.replaceSubrange(..<size, with: packed[..<size])
    return nil
  }

  /// A big-endian length, then a raw LZ4 block.
  private static func unpackLZ4(_ packed: [UInt8], _ block: inout [UInt8], _ size: Int) -> String? {
    guard let length = length(packed, prefix: 4) else { return Self.tooLong }
    let count = packed.withUnsafeBytes { source in
      block.withUnsafeMutableBytes { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return CInt(-1) }
        return LZ4_decompress_safe(
          (from + 4).assumingMemoryBound(to: CChar.self), to.assumingMemoryBound(to: CChar.self), CInt(length),
          CInt(size))
      }
    }
    guard count >= 0 else { return "it is no LZ4 block of that size" }
    return differs(Int(count), size)
  }

  /// A big-endian length, four bytes of version and level, then a zstd frame without its magic number.
  private static func unpackZstd(
    _ packed: inout [UInt8], _ block: inout [UInt8], _ size: Int, _ zstd: ZstdContext
  ) -> String? {
    guard let length = length(packed, prefix: 8) else { return Self.tooLong }
    // The magic number takes the place of version and level.
    packed.replaceSubrange(4..<8, with: [0x28, 0xb5, 0x2f, 0xfd])
    let result = packed.withUnsafeBytes { source in
      block.withUnsafeMutableBytes { target in
        zstd.unpack(
          UnsafeRawBufferPointer(rebasing: source[4..<(length + 8)]),
          into: UnsafeMutableRawBufferPointer(rebasing: target[..<size]))
      }
    }
    switch result {
    case .success(let count): return differs(count, size)
    case .failure(let problem): return problem.text
    }
  }

  /// A zlib stream.
  private static func unpackGzip(_ packed: [UInt8], _ block: inout [UInt8], _ size: Int) -> String? {
    var (count, used) = (uLong(size), uLong(packed.count))
    let code = packed.withUnsafeBufferPointer { source in
      block.withUnsafeMutableBufferPointer { uncompress2($0.baseAddress, &count, source.baseAddress, &used) }
    }
    guard code == Z_OK else { return "zlib says \(String(cString: zError(code)))" }
    return differs(Int(count), size)
  }

  /// Runs of zeros: a byte below 64 is followed by so many literals and one more, any other stands for zeros.
  private static func unpackZLE(_ packed: [UInt8], _ block: inout [UInt8], _ size: Int) -> String? {
    let source = packed.span
    var target = block.mutableSpan
    var (at, to) = (0, 0)
    while to < size {
      guard at < source.count else { return "it ends after \(to)" }
      let byte = Int(source[at])
      at += 1
      let run = byte < 64 ? byte + 1 : byte - 63
      guard run <= size - to else { return "a run of \(run) bytes at \(to) goes beyond" }
      guard byte >= 64 || run <= source.count - at else { return "it ends inside a run at \(to)" }
      for index in 0..<run { target[to + index] = byte < 64 ? source[at + index] : 0 }
      if byte < 64 { at += run }
      to += run
    }
    return nil
  }

  /// Eight items a control byte, lowest bit first: literals, or matches of 3 to 66 bytes up to 1023 bytes back.
  private static func unpackLZJB(_ packed: [UInt8], _ block: inout [UInt8], _ size: Int) -> String? {
    let source = packed.span
    var target = block.mutableSpan
    var (at, to, control, bit) = (0, 0, UInt8(0), 8)
    while to < size {
      if bit == 8 {
        guard at < source.count else { return "it ends after \(to)" }
        (control, bit) = (source[at], 0)
        at += 1
      }
      let isMatch = control >> UInt8(bit) & 1 != 0
      bit += 1
      guard at + (isMatch ? 2 : 1) <= source.count else { return "it ends after \(to)" }
      if isMatch {
        let (high, low) = (Int(source[at]), Int(source[at + 1]))
        at += 2
        let distance = (high & 3) << 8 | low
        guard distance > 0, distance <= to else { return "a match at \(to) points \(distance) bytes back" }
        // The last match may go beyond the block.
        for _ in 0..<min(high >> 2 + 3, size - to) {
          target[to] = target[to - distance]
          to += 1
        }
      } else {
        target[to] = source[at]
        at += 1
        to += 1
      }
    }
    return nil
  }

  private static let tooLong = "its length goes beyond the payload"

  private static func differs(_ count: Int, _ size: Int) -> String? {
    count == size ? nil : "it gives \(count)"
  }

  /// The big-endian length in front, when that many bytes follow the `prefix`.
  private static func length(_ packed: [UInt8], prefix: Int) -> Int? {
    guard packed.count > prefix else { return nil }
    let length = packed[..<4].reduce(0) { $0 << 8 | Int($1) }
    return length > 0 && length <= packed.count - prefix ? length : nil
  }
}
