import Model

/// What one pass over an image file found out.
struct PassResult: Sendable {
  var sha1: String
  /// When it was asked for.
  var sha256: String?
  /// Bytes of the file.
  var fileSize: Int64
  var container: Container
  var damage: ContainerDamage?
  var built: BuiltDisk
}

/// Reads an image file once, in three stages that run at the same time.
///
/// ```
/// this thread             "unpack"              "build"
/// read → hash ── packed ──▶ unpack ── plain ──▶ parse, Fletcher-4, sparse write
/// ```
/// A file that is not compressed skips the middle. Between the stages go a few buffers round and round (``Conveyor``),
/// so memory is bounded and the slowest stage sets the pace. A stage that has found its problem takes no more, while
/// the digest goes on to the end of the file. The first error of our own, and a cancel, end all three.
struct Pipeline: Sendable {
  /// The largest disk taken.
  let limit: ByteCount
  /// Whether SHA-256 is wanted beside SHA-1.
  var sha256 = false
  let cancellation: Cancellation

  /// Bytes of a buffer: large enough that waking the next stage costs nothing, small enough to stay in a cache.
  static let chunkSize = 512 << 10
  /// Between two stages: the page cache takes writes in fits and starts, and unpacking must not wait for it.
  static let buffers = 16

  /// Most bytes that a disk of the size allowed can need: two a byte for streams with records of 512 bytes, and room
  /// for the largest nvlist. A file that unpacks to more is a bomb, and is not unpacked to its end.
  var unpackedLimit: Int64 { 2 * limit.bytes + 128 << 20 }

  /// Takes all of `file`, and writes the disk in it to `output`, whose length is then not yet set.
  ///
  /// - Throws: ``VerifyError`` for our own trouble; `CancellationError`. All threads have then ended.
  func run(
    _ file: borrowing InputFile, into output: borrowing OutputFile, progress: (_ bytesRead: Int64) -> Void
  ) throws -> PassResult {
    var digests = try ImageDigests(sha256: sha256)
    let packed = Conveyor(buffers: Self.buffers, capacity: Self.chunkSize)
    let unwanted = Chunk(capacity: Self.chunkSize)
    var chunk = packed.empty() ?? unwanted
    chunk.count = try file.read(into: chunk.memory)

    let container = Container(magic: chunk.bytes)
    let compressed = container != .none
    let plain = compressed ? Conveyor(buffers: Self.buffers, capacity: Self.chunkSize) : packed
    let unpacking = Unpacking(
      container: container, limit: unpackedLimit, packed: packed, plain: plain, cancellation: cancellation)
    let unpack = compressed ? Stage("unpack", cancellation) { try unpacking.run() } : nil
    let building = Building(
      container: container, limit: limit, plain: plain, cancellation: cancellation, descriptor: output.descriptor,
      path: output.path)
    let build = Stage("build", cancellation) { try building.run() }

    var fileSize: Int64 = 0
    do {
      while chunk.count > 0 {
        try cancellation.check()
        digests.update(chunk.bytes)
        fileSize += Int64(chunk.count)
        progress(fileSize)
        if chunk !== unwanted { packed.send(chunk) }
        chunk = packed.empty() ?? unwanted
        chunk.count = try file.read(into: chunk.memory)
      }
    } catch {
      cancellation.fail(error)
    }
    packed.end()
    let (unpacked, built) = (unpack?.wait(), build.wait())
    try cancellation.check()
    let (sha1, sha256) = digests.finish()
    var result = PassResult(
      sha1: sha1, sha256: sha256, fileSize: fileSize, container: container, damage: try unpacked?.get(),
      built: try built.get())
    // A container that broke off cuts what is in it as well: one problem, not two.
    if result.damage != nil, result.built.endsEarly { result.built.problem = nil }
    return result
  }
}

/// SHA-1, by which manifests know an image file, and SHA-256, by which our cache does.
private struct ImageDigests: ~Copyable {
  private var sha1: Digest
  private var sha256: Digest?

  init(sha256: Bool) throws {
    let second = sha256 ? try Digest(.sha256) : nil
    sha1 = try Digest(.sha1)
    self.sha256 = second
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    sha1.update(bytes)
    sha256?.update(bytes)
  }

  consuming func finish() -> (sha1: String, sha256: String?) { (sha1.finish(), sha256?.finish()) }
}

/// The last stage's thread.
private struct Building: Sendable {
  let container: Container
  let limit: ByteCount
  let plain: Conveyor
  let cancellation: Cancellation
  let descriptor: CInt
  /// For messages.
  let path: String

  func run() throws -> BuiltDisk {
    defer { plain.stop() }
    let writer = SparseWriter(descriptor: descriptor, path: path)
    var builder = DiskBuilder(container: container, limit: limit, writer: writer)
    while let chunk = plain.next() {
      try cancellation.check()
      builder.isHurried = plain.isCrowded
      let more = try builder.take(chunk.bytes)
      plain.giveBack(chunk)
      if !more { break }
    }
    return try builder.finish()
  }
}
