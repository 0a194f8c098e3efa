package import Model
import ZFSStreams

/// What intake found. The problems are judgements of the image's own content, all of them at once.
package struct Intaken: Hashable, Sendable {
  package var facts: IntakeFacts
  /// The container, the stream or the disk in it is not as it should be: what, where, and what to do.
  package var problems: [String]
  /// The rebuilt raw disk; nil unless the container, the stream and all their checksums were right.
  package var disk: String?

  package init(facts: IntakeFacts, problems: [String] = [], disk: String? = nil) {
    (self.facts, self.problems, self.disk) = (facts, problems, disk)
  }
}

/// The largest disk taken when nobody says how large it should be: what ext4 can hold.
private let largestDisk: Int64 = 16 << 40
/// What is looked at of a qcow2 before any program opens it.
private let headerSize = 1 << 20

/// Rebuilds the raw disk of an image in one pass over its file, and verifies every byte on the way.
///
/// Shape: the file is hashed and counted, unpacked, read as a ZFS stream or taken as a disk, and written as a sparse
/// file at `disk`, which has that name only when everything was right: the container's checksums, every checksum of
/// the stream, and a size of at most `limit`. The manifest is no concern of it. Memory is bounded, whatever the file
/// says, and the file is read to its end, so that all problems are reported at once. It runs on threads of its own.
/// - Throws: ``VerifyError`` `.cannotOpen` for the image file, `.usage` when `disk` is the image itself, `.system` and
///   the like for our own trouble; `CancellationError`. Nothing is left behind then.
package func takeIn(
  image: String, limit: ByteCount?, into disk: String, progress: (@Sendable (IntakeProgress) -> Void)? = nil
) async throws -> Intaken {
  try await rebuild(image: image, limit: limit, into: disk, sha256: false, progress: progress).0
}

/// As ``takeIn(image:limit:into:progress:)``, with the file's SHA-256 if that is wanted.
func rebuild(
  image: String, limit: ByteCount?, into disk: String, sha256: Bool, progress: (@Sendable (IntakeProgress) -> Void)?
) async throws -> (Intaken, sha256: String?) {
  let started = ContinuousClock.now
  let limit = ByteCount(bytes: min(limit?.bytes ?? largestDisk, largestDisk))
  var (taken, digest) = try await blocking { cancellation in
    try pass(image, Pipeline(limit: limit, sha256: sha256, cancellation: cancellation), disk, progress)
  }
  if taken.facts.format == .qcow2, taken.problems.isEmpty {
    try await convert(image, limit, disk, &taken)
  }
  taken.facts.seconds = started.duration(to: .now).inSeconds
  return (taken, digest)
}

/// Everything but qcow2, of which only digest and size are found.
private func pass(
  _ image: String, _ pipeline: Pipeline, _ disk: String, _ progress: (@Sendable (IntakeProgress) -> Void)?
) throws -> (Intaken, sha256: String?) {
  let file = try InputFile(path: image)
  try file.spare(disk)
  let output = try OutputFile(path: disk)
  var meter = ProgressMeter(fileSize: file.size, progress)
  let result = try pipeline.run(file, into: output) { meter.read($0) }
  var taken = Intaken(facts: result.facts, problems: result.problems)
  guard taken.problems.isEmpty, let size = result.built.size else { return (taken, result.sha256) }
  try output.truncate(to: size)
  taken.facts.disk = try diskFacts(path: output.temporary, size: size)
  try output.publish()
  taken.disk = disk
  return (taken, result.sha256)
}

/// The disk of a qcow2, by qemu-img.
private func convert(_ image: String, _ limit: ByteCount, _ disk: String, _ taken: inout Intaken) async throws {
  let output = try OutputFile(path: disk)
  let header = try InputFile(path: image).start(headerSize)
  switch try await rebuildQCOW2(image: image, header: header, to: output.temporary, limit: limit.bytes) {
  case .problem(let problem): taken.problems.append(problem)
  case .disk(let size):
    let path = output.temporary
    taken.facts.volumeSize = size
    taken.facts.disk = try await blocking { _ in try diskFacts(path: path, size: size) }
    try output.publish()
    taken.disk = disk
  }
}

extension PassResult {
  fileprivate var facts: IntakeFacts {
    var facts = IntakeFacts()
    (facts.sha1, facts.fileSize) = (sha1, fileSize)
    (facts.container, facts.format, facts.volumeSize) = (container, built.format, built.size)
    if let summary = built.summary {
      (facts.blockSize, facts.snapshot, facts.stream) = (summary.blockSize, summary.snapshot, summary.facts)
    }
    return facts
  }

  fileprivate var problems: [String] { [built.problem, damage?.description].compactMap { $0 } }
}
