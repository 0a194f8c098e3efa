import Model

/// Whether an image is the one that its manifest describes.
package struct ManifestMatch: Hashable, Sendable {
  /// The file is another one: its size or SHA-1 differs.
  package var digestProblem: String?
  /// What is in the file is not what the manifest says.
  package var streamProblems: [String]
  package var warnings: [String]
}

/// Holds what intake found in `image` against `manifest`.
package func match(_ taken: Intaken, image: String, manifest: Manifest) -> ManifestMatch {
  ManifestMatch(
    digestProblem: digestProblem(taken.facts, image, manifest.file),
    streamProblems: [sizeProblem(taken.facts, manifest)].compactMap { $0 }, warnings: [])
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

private func sizeProblem(_ facts: IntakeFacts, _ manifest: Manifest) -> String? {
  guard let size = facts.volumeSize, size != manifest.imageSize.bytes else { return nil }
  let remedy =
    size % (1 << 20) == 0 ? "write \(size >> 20)" : "give the volume a size of whole MiB, and send it again"
  return
    "the volume has \(size) bytes, but image_size in the manifest "
    + "says \(manifest.imageSize.mebibytes) MiB (\(manifest.imageSize.bytes) bytes): \(remedy)"
}
