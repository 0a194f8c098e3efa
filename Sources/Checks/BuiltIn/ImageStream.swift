package import Model

/// The image file holds one whole, undamaged disk, and the one that the manifest describes.
package struct ImageStream: HostCheck {
  package static let info = CheckInfo(
    id: "image.stream", title: "The image file holds one whole volume, as the manifest describes it", level: .must,
    clauses: [], kind: .host,
    remedy:
      "Make the stream again with 'zfs send POOL/VOLUME@SNAPSHOT' of a volume with one snapshot, or with 'imgverify pack'.",
    description: """
      Undoes the compression, verifies every checksum of the send stream, and rebuilds the disk. The first bytes of \
      the file must be those of the manifest's compression, the snapshot's GUID must be dataset_guid, and the volume \
      must be as large as image_size says.
      """)

  /// - Parameter problems: of the file's own content, then where the manifest says otherwise.
  package static func judge(_ problems: [String], _ facts: IntakeFacts) -> Judgement {
    var notes: [String: String] = [:]
    notes["container"] = facts.container?.rawValue
    notes["format"] = facts.format?.rawValue
    notes["block size"] = facts.blockSize.map { "\($0)" }
    return .judged(problems, evidence: "problems", notes: notes)
  }
}
