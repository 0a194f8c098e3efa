import CISAL
import Model

/// Undoes gzip (RFC 1952): several members one after the other, each CRC and length verified.
///
/// Zeros behind the last member are let pass, as gzip(1) does.
/// - SeeAlso: isa-l `isal_inflate`.
package struct Gunzip: Unpacker, ~Copyable {
  private enum Phase {
    case memberStart, member
    /// Behind a member: another may follow.
    case between
    case padding
  }

  private let inflater: UnsafeMutablePointer<inflate_state>
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  private var phase = Phase.memberStart
  /// The first byte of a member's magic number, when a chunk ended right behind it.
  private var magicSeen = 0
  package private(set) var consumed: Int64 = 0

  /// What a member begins with: 1f 8b.
  private let magic: UnsafeMutableRawBufferPointer
  /// Some room for the inflater while it is given headers.
  private let nothing: UnsafeMutableRawBufferPointer

  package init() {
    inflater = .allocate(capacity: 1)
    magic = .allocate(byteCount: 2, alignment: 1)
    nothing = .allocate(byteCount: 64, alignment: 1)
    (magic[0], magic[1]) = (0x1f, 0x8b)
    isal_inflate_init(inflater)
  }

  deinit {
    inflater.deallocate()
    magic.deallocate()
    nothing.deallocate()
  }

  package mutating func begin(_ chunk: UnsafeRawBufferPointer) { input = chunk }

  package mutating func unpack(into output: UnsafeMutableRawBufferPointer) throws(ContainerDamage) -> Int {
    var filled = 0
    while filled < output.count {
      switch phase {
      case .memberStart, .between:
        guard try takeMagic() else { return filled }
      case .member:
        let (made, more) = try inflate(into: UnsafeMutableRawBufferPointer(rebasing: output[filled...]))
        filled += made
        if !more { return filled }
      case .padding:
        if let junk = input.firstIndex(where: { $0 != 0 }) { throw .trailing(.gzip, at: consumed + Int64(junk)) }
        advance(input.count)
        return filled
      }
    }
    return filled
  }

  package mutating func finish() throws(ContainerDamage) {
    switch phase {
    case .memberStart, .member: throw .truncated(.gzip, at: consumed)
    case .between where magicSeen > 0: throw .trailing(.gzip, at: consumed - Int64(magicSeen))
    case .between, .padding: return
    }
  }

  /// Looks at the two bytes with which a member begins, and hands them to the inflater.
  /// - Returns: false when the chunk is used up.
  private mutating func takeMagic() throws(ContainerDamage) -> Bool {
    while let byte = input.first {
      guard byte == magic[magicSeen] else {
        let start = consumed - Int64(magicSeen)
        guard phase == .between else {
          throw ContainerDamage(container: .gzip, offset: start, message: "no gzip data (no 1f 8b there)")
        }
        guard byte == 0, magicSeen == 0 else { throw .trailing(.gzip, at: start) }
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
  private mutating func primeMagic() throws(ContainerDamage) {
    let (held, at) = (input, consumed)
    input = UnsafeRawBufferPointer(magic)
    _ = try inflate(into: nothing)
    (input, consumed) = (held, at)
  }

  /// Runs the inflater once.
  /// - Returns: bytes that it made, and whether there is anything left to do before the next chunk.
  private mutating func inflate(into output: UnsafeMutableRawBufferPointer) throws(ContainerDamage) -> (Int, Bool) {
    let state = inflater
    let room = UInt32(clamping: output.count)
    state.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_in = UInt32(input.count)
    state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_out = room
    let result = isal_inflate(state)
    advance(input.count - Int(state.pointee.avail_in))
    let made = Int(room - state.pointee.avail_out)
    guard result == ISAL_DECOMP_OK || result == ISAL_END_INPUT else { throw damage(result) }
    if state.pointee.block_state == ISAL_BLOCK_FINISH {
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

  private func damage(_ result: CInt) -> ContainerDamage {
    let what =
      switch result {
      case ISAL_INCORRECT_CHECKSUM: "the gzip checksum (CRC-32 and length) does not match the data"
      case ISAL_INVALID_WRAPPER, ISAL_UNSUPPORTED_METHOD: "the gzip header is damaged"
      default: "the compressed data is damaged"
      }
    return ContainerDamage(container: .gzip, offset: consumed, message: "\(what); copy or make the file anew")
  }
}
