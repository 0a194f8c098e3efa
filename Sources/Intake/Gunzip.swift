import CISAL

/// Undoes gzip (RFC 1952) from chunks of any size: several members one after the other, each CRC and length verified.
///
/// Shape: give a chunk to ``begin(_:)``, then call ``next()`` until it returns nothing. Zeros behind the last member
/// are let pass, as gzip(1) does; anything else there is damage.
/// - SeeAlso: isa-l `isal_inflate`.
package struct Gunzip: ~Copyable {
  /// Why the container is not sound. `offset` counts from the start of the file.
  package struct Damage: Error, Hashable, Sendable, CustomStringConvertible {
    package var offset: Int64
    package var message: String
    package var description: String { "byte \(offset) of the file: \(message)" }
  }

  private enum Phase {
    case memberStart, member
    /// Behind a member: another may follow.
    case between
    case padding
  }

  private let inflater: UnsafeMutablePointer<inflate_state>
  private let output: UnsafeMutableRawBufferPointer
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  private var phase = Phase.memberStart
  /// The first byte of a member's magic number, when a chunk ended right behind it.
  private var magicSeen = 0
  /// Bytes of the file that have been used up.
  private var consumed: Int64 = 0
  private var members = 0

  /// What a member begins with: 1f 8b.
  private let magic: UnsafeMutableRawBufferPointer

  /// - Parameter capacity: the most bytes that ``next()`` returns at once.
  package init(capacity: Int = 1 << 20) {
    inflater = .allocate(capacity: 1)
    output = .allocate(byteCount: capacity, alignment: 64)
    magic = .allocate(byteCount: 2, alignment: 1)
    (magic[0], magic[1]) = (0x1f, 0x8b)
    isal_inflate_init(inflater)
  }

  deinit {
    inflater.deallocate()
    output.deallocate()
    magic.deallocate()
  }

  /// Takes the next chunk, which must stay where it is until ``next()`` has returned nothing.
  package mutating func begin(_ chunk: UnsafeRawBufferPointer) { input = chunk }

  /// The next bytes of what was packed, valid until the next call; nil when the chunk is used up.
  package mutating func next() throws(Damage) -> UnsafeRawBufferPointer? {
    while true {
      switch phase {
      case .memberStart, .between:
        guard try takeMagic() else { return nil }
      case .member:
        let (bytes, more) = try inflate()
        if bytes.count > 0 { return bytes }
        if !more { return nil }
      case .padding:
        if let junk = input.firstIndex(where: { $0 != 0 }) { throw trailing(consumed + Int64(junk)) }
        advance(input.count)
        return nil
      }
    }
  }

  /// Says that the file ends here.
  package func finish() throws(Damage) {
    switch phase {
    case .memberStart where consumed == 0: throw Damage(offset: 0, message: "the file is empty")
    case .memberStart, .member:
      throw Damage(offset: consumed, message: "the gzip data ends in the middle; copy or make the file anew")
    case .between where magicSeen > 0: throw trailing(consumed - Int64(magicSeen))
    case .between, .padding: return
    }
  }

  /// Looks at the two bytes with which a member begins, and hands them to the inflater.
  /// - Returns: false when the chunk is used up.
  private mutating func takeMagic() throws(Damage) -> Bool {
    while let byte = input.first {
      guard byte == magic[magicSeen] else {
        let start = consumed - Int64(magicSeen)
        guard members > 0 else {
          throw Damage(
            offset: start,
            message: "no gzip data (no 1f 8b there); pack it with gzip, or say its compression in the manifest")
        }
        guard byte == 0, magicSeen == 0 else { throw trailing(start) }
        phase = .padding
        return true
      }
      advance(1)
      magicSeen += 1
      guard magicSeen == 2 else { continue }
      magicSeen = 0
      phase = .member
      isal_inflate_reset(inflater)
      inflater.pointee.crc_flag = UInt32(ISAL_GZIP)
      try primeMagic()
      return true
    }
    return false
  }

  /// Gives the inflater the magic number, which may have come in two chunks.
  private mutating func primeMagic() throws(Damage) {
    let (held, at) = (input, consumed)
    input = UnsafeRawBufferPointer(magic)
    _ = try inflate()
    (input, consumed) = (held, at)
  }

  /// Runs the inflater once.
  /// - Returns: its output, and whether there is anything left to do before the next chunk.
  private mutating func inflate() throws(Damage) -> (UnsafeRawBufferPointer, Bool) {
    let state = inflater
    state.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_in = UInt32(input.count)
    state.pointee.next_out = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_out = UInt32(output.count)
    let result = isal_inflate(state)
    advance(input.count - Int(state.pointee.avail_in))
    let made = UnsafeRawBufferPointer(rebasing: output[..<(output.count - Int(state.pointee.avail_out))])
    guard result == ISAL_DECOMP_OK || result == ISAL_END_INPUT else { throw damage(result) }
    if state.pointee.block_state == ISAL_BLOCK_FINISH {
      members += 1
      phase = .between
      return (made, true)
    }
    // A full output buffer may hide more, also when all input has been taken.
    return (made, input.count > 0 || state.pointee.avail_out == 0)
  }

  private mutating func advance(_ count: Int) {
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    consumed += Int64(count)
  }

  private func damage(_ result: CInt) -> Damage {
    let what =
      switch result {
      case ISAL_INCORRECT_CHECKSUM: "the gzip checksum (CRC-32 and length) does not match the data"
      case ISAL_INVALID_WRAPPER, ISAL_UNSUPPORTED_METHOD: "the gzip header is damaged"
      default: "the compressed data is damaged"
      }
    return Damage(offset: consumed, message: "\(what); copy or make the file anew")
  }

  /// The damage of a file that unpacks to more than `limit` bytes.
  func tooLarge(_ limit: Int64) -> Damage {
    Damage(offset: consumed, message: "the file unpacks to more than the \(limit) bytes that image_size allows")
  }

  private func trailing(_ offset: Int64) -> Damage {
    Damage(
      offset: offset, message: "bytes that are no gzip data follow the gzip data; imgadm fails on them: cut them off")
  }
}
