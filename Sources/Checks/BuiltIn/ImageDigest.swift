import Model

/// The image file is the one that the manifest describes.
package struct ImageDigest: HostCheck {
  package static let info = CheckInfo(
    id: "image.digest", title: "Size and SHA-1 of the image file are those of the manifest", level: .must,
    clauses: [], kind: .host,
    remedy: "Make the manifest from the compressed file as it will be published, after the last change of the file.",
    description: "SmartOS refuses an image whose file differs from files[0].size or files[0].sha1.")

  package static func judge(_ problem: String?) -> Judgement { problem.map { .failed($0) } ?? .passed }
}
