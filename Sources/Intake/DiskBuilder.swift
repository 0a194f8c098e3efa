import Model
import ZFSStreams

/// What the unpacked bytes of an image turned out to be.
struct BuiltDisk: Sendable {
  /// nil when the bytes are no known form of a disk.
  var format: ImageFormat?
  /// Set when the whole of a stream was sound.
  var summary: StreamSummary?
  /// Bytes of the disk, when all of it was written.
  var size: Int64?
  var problem: String?
  /// Whether the problem is only that the bytes end too early.
  var endsEarly = false
}

/// The last stage: recognises the form of a disk by its first bytes, and writes it as a sparse file.
struct DiskBuilder: ~Copyable {
  private let container: Container
  private let limit: ByteCount
  private var writer: SparseWriter
  private var reader: StreamReader
  /// Bytes of raw disk so far.
  private var rawSize: Int64 = 0
  private var built: BuiltDisk?

  /// - Parameter limit: the largest disk taken.
  init(container: Container, limit: ByteCount, writer: consuming SparseWriter) {
    (self.container, self.limit) = (container, limit)
    self.writer = writer
    reader = StreamReader(limit: limit)
  }

  /// Takes the next bytes; the first have at least 520, if there are so many.
  /// - Returns: whether more are wanted.
  mutating func take(_ bytes: UnsafeRawBufferPointer) throws -> Bool {
    let format = built.map(\.format) ?? ImageFormat(magic: bytes)
    if built == nil { built = BuiltDisk(format: format) }
    switch format {
    case .zfs: try place(bytes)
    case .raw: try copy(bytes)
    // Packed by itself, and rebuilt from the file by another program.
    case .qcow2 where container == .none: return false
    case .qcow2: built?.problem = "a qcow2 disk in a \(container.rawValue) file is not taken; unpack the file"
    case nil: built?.problem = ImageFormat.unknown(bytes)
    }
    return built?.problem == nil
  }

  /// Whether others wait for the disk to be written.
  var isHurried: Bool {
    get { writer.hurried }
    set { writer.hurried = newValue }
  }

  /// Judges the whole, once all of it is written.
  /// - Throws: ``VerifyError`` `.system`.
  consuming func finish() throws -> BuiltDisk {
    try writer.flush()
    return judged()
  }

  private consuming func judged() -> BuiltDisk {
    guard var built else {
      let what = container == .none ? "the file is empty" : "nothing is packed in the \(container.rawValue) file"
      return BuiltDisk(problem: "\(what); copy or make it anew", endsEarly: true)
    }
    guard built.problem == nil else { return built }
    switch built.format {
    case .raw where rawSize % 512 != 0:
      built.problem =
        "the raw disk has \(rawSize) bytes, which is no multiple of 512: it is cut off; copy or make the file anew"
      built.endsEarly = true
    case .raw: built.size = rawSize
    case .zfs:
      do throws(ZFSStreamError) {
        let summary = try reader.finish()
        (built.summary, built.size) = (summary, summary.volumeSize)
      } catch {
        (built.problem, built.endsEarly) = (text(error), true)
      }
    case .qcow2, nil: break
    }
    return built
  }

  /// Reads stream, and writes what it places.
  private mutating func place(_ bytes: UnsafeRawBufferPointer) throws {
    var position = 0
    while let placement = step(bytes, &position) {
      switch placement {
      case .write(let offset, let source):
        try writer.write(UnsafeRawBufferPointer(rebasing: bytes[source]), at: offset)
      case .unpacked(let offset):
        try reader.unpacked.withUnsafeBytes { try writer.write($0, at: offset) }
      // Nothing was written there: a stream's ranges only go up.
      case .free: continue
      }
    }
  }

  private mutating func step(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Placement? {
    do throws(ZFSStreamError) {
      return try reader.next(in: bytes.bytes, at: &position)
    } catch {
      let problem = text(error)
      built?.problem = problem
      return nil
    }
  }

  private mutating func copy(_ bytes: UnsafeRawBufferPointer) throws {
    guard rawSize + Int64(bytes.count) <= limit.bytes else {
      let problem = "the raw disk is \(tooLarge)"
      built?.problem = problem
      return
    }
    try writer.write(bytes, at: rawSize)
    rawSize += Int64(bytes.count)
  }

  private func text(_ error: ZFSStreamError) -> String {
    switch error.kind {
    case .damaged: "the ZFS stream is damaged: \(error)"
    case .truncated: "the ZFS stream is cut off: \(error)"
    case .refused(let refusal): "the ZFS stream is refused (\(refusal.rawValue)): \(error)"
    case .overLimit: "the volume is \(tooLarge): \(error)"
    }
  }

  private var tooLarge: String {
    "larger than the \(limit.mebibytes) MiB allowed (the manifest's image_size); correct image_size, or pack the "
      + "right disk"
  }
}
