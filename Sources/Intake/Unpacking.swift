import Model

/// The middle stage: packed chunks in, unpacked chunks out.
struct Unpacking: Sendable {
  let container: Container
  /// More unpacked bytes than this make a bomb.
  let limit: Int64
  let packed: Conveyor
  let plain: Conveyor
  let cancellation: Cancellation

  /// Runs to the end of the packed bytes, or to the first damage.
  ///
  /// When nobody wants the unpacked bytes any more it goes on all the same, to verify the container's checksums.
  /// - Returns: the damage, if there is any.
  func run() throws -> ContainerDamage? {
    switch container {
    case .none: nil
    case .gzip: try run(Gunzip())
    case .bzip2: try run(Bunzip2())
    case .xz: try run(Unxz())
    case .zstd: try run(Unzstd())
    }
  }

  private func run<U: Unpacker & ~Copyable>(_ fresh: consuming U) throws -> ContainerDamage? {
    defer {
      packed.stop()
      plain.end()
    }
    var unpacker = fresh
    let unwanted = Chunk(capacity: 256 << 10)
    var output = plain.empty() ?? unwanted
    var total: Int64 = 0
    var damage: ContainerDamage?
    do {
      while let chunk = packed.next() {
        defer { packed.giveBack(chunk) }
        unpacker.begin(chunk.bytes)
        while true {
          try cancellation.check()
          let made = try unpacker.unpack(into: output.room)
          output.count += made
          total += Int64(made)
          if total > limit { throw ContainerDamage.tooLarge(container, at: unpacker.consumed, limit: limit) }
          guard output.room.isEmpty else { break }
          if output !== unwanted { plain.send(output) }
          output = plain.empty() ?? unwanted
          output.count = 0
        }
      }
      try cancellation.check()
      try unpacker.finish()
    } catch let found as ContainerDamage {
      damage = found
    }
    if output !== unwanted, output.count > 0 { plain.send(output) }
    return damage
  }
}
