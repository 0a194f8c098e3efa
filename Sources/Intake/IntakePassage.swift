import Model
import ZFSStreams

/// The stations that a chunk of the image file passes: digest, container, stream, disk.
///
/// A station that found its problem is passed over from then on; the digest goes on to the end.
struct IntakePassage: ~Copyable {
  private let manifest: Manifest
  private let packed: Bool
  private var sha1: Digest
  private var gunzip: Gunzip
  private var reader: StreamReader
  private let output: OutputFile
  private var containerProblem: Gunzip.Damage?
  private var streamProblem: ZFSStreamError?
  /// Bytes of stream that were unpacked.
  private var unpacked: Int64 = 0

  /// Most bytes of stream that a volume of `image_size` can need: two a byte for records of 512 bytes, and room for
  /// the largest nvlist. A file that unpacks to more is a bomb, and not read as gzip to its end.
  private let unpackedLimit: Int64

  init(manifest: Manifest, disk: String) throws {
    let compression = manifest.file.compression
    guard compression == .gzip || compression == .none else {
      throw VerifyError(
        .unsupported, "files compressed with \(compression.rawValue) are not taken yet; pack the image with gzip")
    }
    let digest = try Digest(.sha1)
    output = try OutputFile(path: disk)
    packed = compression == .gzip
    self.manifest = manifest
    sha1 = digest
    gunzip = Gunzip()
    reader = StreamReader(limit: manifest.imageSize)
    unpackedLimit = 2 * manifest.imageSize.bytes + 128 << 20
  }

  /// Takes the next chunk of the file.
  mutating func take(_ chunk: UnsafeRawBufferPointer, _ cancellation: Cancellation) throws {
    sha1.update(chunk)
    guard packed else { return try place(chunk) }
    guard containerProblem == nil else { return }
    gunzip.begin(chunk)
    while let bytes = unpack() {
      try cancellation.check()
      try place(bytes)
    }
  }

  /// The next bytes of stream in the chunk; nil when it is used up or damaged.
  private mutating func unpack() -> UnsafeRawBufferPointer? {
    do throws(Gunzip.Damage) {
      guard let bytes = try gunzip.next() else { return nil }
      unpacked += Int64(bytes.count)
      if unpacked > unpackedLimit { throw gunzip.tooLarge(unpackedLimit) }
      return bytes
    } catch {
      containerProblem = error
      return nil
    }
  }

  /// Reads stream, and writes what it places; blocks of zeros stay holes.
  private mutating func place(_ bytes: UnsafeRawBufferPointer) throws {
    guard streamProblem == nil else { return }
    var position = 0
    while let placement = step(bytes, &position) {
      guard case .write(let offset, let source) = placement else { continue }
      let piece = UnsafeRawBufferPointer(rebasing: bytes[source])
      if !piece.bytes.isZero { try output.write(piece, at: offset) }
    }
  }

  private mutating func step(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Placement? {
    do throws(ZFSStreamError) {
      return try reader.next(in: bytes.bytes, at: &position)
    } catch {
      streamProblem = error
      return nil
    }
  }

  /// Judges the whole: the disk gets its name only if there is nothing to find fault with.
  consuming func finish(image: String, fileSize: Int64, seconds: Double) throws -> IntakeResult {
    var facts = IntakeFacts()
    (facts.name, facts.version, facts.uuid) = (manifest.name, manifest.version, manifest.uuid)
    let summary = judgeStream()
    var problem = streamText()
    if let summary {
      (facts.volumeSize, facts.blockSize, facts.snapshot) = (summary.volumeSize, summary.blockSize, summary.snapshot)
      if problem == nil { problem = sizeProblem(summary) }
    }
    let found = sha1.finish()
    (facts.sha1, facts.fileSize, facts.seconds) = (found, fileSize, seconds)
    let digest = Self.digestProblem(image, manifest.file, sha1: found, size: fileSize)
    guard problem == nil, digest == nil, let summary else {
      return IntakeResult(digestProblem: digest, streamProblem: problem, facts: facts, disk: nil)
    }
    try output.truncate(to: summary.volumeSize)
    let disk = output.path
    try output.publish()
    return IntakeResult(digestProblem: nil, streamProblem: nil, facts: facts, disk: disk)
  }

  private mutating func judgeStream() -> StreamSummary? {
    if packed, containerProblem == nil {
      do throws(Gunzip.Damage) { try gunzip.finish() } catch { containerProblem = error }
    }
    guard streamProblem == nil else { return nil }
    do throws(ZFSStreamError) {
      return try reader.finish()
    } catch {
      // A container that broke off cuts the stream as well: one problem, not two.
      if containerProblem == nil { streamProblem = error }
      return nil
    }
  }

  private func streamText() -> String? {
    var problems: [String] = []
    if let error = streamProblem {
      switch error.kind {
      case .damaged: problems.append("the ZFS stream is damaged: \(error)")
      case .truncated: problems.append("the ZFS stream is cut off: \(error)")
      case .refused(let refusal): problems.append("the ZFS stream is refused (\(refusal.rawValue)): \(error)")
      case .overLimit:
        problems.append(
          "the volume is larger than the manifest's image_size of \(manifest.imageSize.mebibytes) MiB: "
            + "\(error); correct image_size, or pack the right disk"
        )
      }
    }
    if let damage = containerProblem { problems.append("the gzip file is damaged: \(damage)") }
    return problems.isEmpty ? nil : problems.joined(separator: "; ")
  }

  private func sizeProblem(_ summary: StreamSummary) -> String? {
    guard summary.volumeSize != manifest.imageSize.bytes else { return nil }
    let whole = summary.volumeSize % (1 << 20) == 0
    let remedy =
      whole ? "write \(summary.volumeSize >> 20)" : "give the volume a size of whole MiB, and send it again"
    return
      "the volume has \(summary.volumeSize) bytes, but image_size in the manifest "
      + "says \(manifest.imageSize.mebibytes) MiB (\(manifest.imageSize.bytes) bytes): \(remedy)"
  }

  private static func digestProblem(_ image: String, _ file: Manifest.File, sha1: String, size: Int64) -> String? {
    var problems: [String] = []
    if size != file.size { problems.append("has \(size) bytes where the manifest says \(file.size)") }
    if sha1 != file.sha1 { problems.append("has the SHA-1 \(sha1) where the manifest says \(quoted(file.sha1))") }
    guard !problems.isEmpty else { return nil }
    return
      "\(quoted(image)) \(problems.joined(separator: " and ")): it is damaged or another file; "
      + "copy it anew, or write a manifest for it"
  }
}
