import Model

/// The image file holds one whole, undamaged volume.
package struct ImageStream: HostCheck {
  package static let info = CheckInfo(
    id: "image.stream", title: "The image file holds one whole, undamaged ZFS volume", level: .must, clauses: [],
    kind: .host,
    remedy:
      "Make the stream again with 'zfs send POOL/VOLUME@SNAPSHOT' of a volume with one snapshot, or with 'imgverify pack'.",
    description: """
      Undoes the compression, verifies every checksum of the send stream, and rebuilds the disk. The volume must be as \
      large as the manifest's image_size says.
      """)

  package static func judge(_ problem: String?) -> Judgement { problem.map { .failed($0) } ?? .passed }
}
