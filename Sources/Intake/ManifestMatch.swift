import Model

/// Where the manifest and what is in the image file agree, and where they do not.
package struct ManifestMatch: Hashable, Sendable {
  /// The file is not the one that the manifest describes: its size or SHA-1 differs.
  package var digestProblem: String?
  /// The container, the stream or the volume in it is not what the manifest says.
  package var streamProblems: [String] = []
  /// What works, and yet should not be so.
  package var warnings: [String] = []

  package init() {}

  /// The image is the one that the manifest describes.
  package var isGood: Bool { digestProblem == nil && streamProblems.isEmpty }
}

/// Holds what intake found against the manifest: manifest = stream = disk.
///
/// Shape: what intake did not get to is not compared. A raw or qcow2 disk has no stream, so only its file, its
/// container and its size are held against the manifest.
/// - Parameter image: the image's path, for the messages.
package func match(_ taken: Intaken, image: String, manifest: Manifest) -> ManifestMatch {
  let facts = taken.facts
  var match = ManifestMatch()
  match.digestProblem = digestProblem(facts, image, manifest.file)
  if let container = facts.container, let problem = containerProblem(container, manifest.file.compression) {
    // gzip -cdfq, as imgadm runs it, passes plain data through.
    let passes = container == .none && manifest.file.compression == .gzip
    if passes, facts.format == .zfs, taken.problems.isEmpty {
      match.warnings.append("\(problem); imgadm takes it all the same, since 'gzip -cdf' lets plain data through")
    } else {
      match.streamProblems.append(problem)
    }
  }
  if let problem = guidProblem(facts, manifest) { match.streamProblems.append(problem) }
  if let problem = sizeProblem(facts, manifest.imageSize) { match.streamProblems.append(problem) }
  if let origin = manifest.origin, facts.stream != nil {
    match.warnings.append(
      "the manifest names the origin \(quoted(origin)), but the stream is a whole one that needs no other image: "
        + "leave origin out")
  }
  return match
}

private func digestProblem(_ facts: IntakeFacts, _ image: String, _ file: Manifest.File) -> String? {
  var problems: [String] = []
  if let size = facts.fileSize, size != file.size {
    problems.append("has \(size) bytes where the manifest says \(file.size)")
  }
  if let sha1 = facts.sha1, sha1 != file.sha1 {
    problems.append("has the SHA-1 \(sha1) where the manifest says \(quoted(file.sha1))")
  }
  guard !problems.isEmpty else { return nil }
  return
    "\(quoted(image)) \(problems.joined(separator: " and ")): it is damaged or another file; "
    + "copy it anew, or write a manifest for it"
}

private func containerProblem(_ container: Container, _ compression: Manifest.Compression) -> String? {
  guard container.rawValue != compression.rawValue else { return nil }
  let file = container == .none ? "is not packed" : "is packed with \(container.rawValue)"
  let says =
    "the file \(file), as its first bytes show, but files[0].compression in the manifest says \(compression.rawValue)"
  return container == .zstd
    ? "\(says); imgadm knows gzip, bzip2 and xz only: pack the stream with one of them"
    : "\(says): write \(container.rawValue), or pack the file so"
}

private func guidProblem(_ facts: IntakeFacts, _ manifest: Manifest) -> String? {
  guard let guid = facts.stream?.guid, let said = manifest.json["files"]?.array?.first?["dataset_guid"],
    UInt64(guid) != manifest.file.datasetGUID
  else { return nil }
  return
    "the snapshot in the stream has the GUID \(guid), but files[0].dataset_guid in the manifest says "
    + "\(Manifest.shown(said)): it is another snapshot's stream, or the manifest another image's"
}

private func sizeProblem(_ facts: IntakeFacts, _ imageSize: ByteCount) -> String? {
  guard let size = facts.volumeSize, size != imageSize.bytes else { return nil }
  let what = facts.format == .raw || facts.format == .qcow2 ? "disk" : "volume"
  let whole = size > 0 && size % (1 << 20) == 0
  let remedy = whole ? "write \(size >> 20)" : "give the \(what) a size of whole MiB, and make the image again"
  return
    "the \(what) has \(size) bytes, but image_size in the manifest "
    + "says \(imageSize.mebibytes) MiB (\(imageSize.bytes) bytes): \(remedy)"
}
