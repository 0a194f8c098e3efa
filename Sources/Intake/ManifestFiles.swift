import Model

extension ManifestRules {
  /// The members of `files[0]`; the validators look at no more than their presence, and at `compression`.
  private static let file: [FieldRule] = [
    .init("sha1") { value in
      if let text = value?.string, text.utf8.count == 40, text.utf8.allSatisfy(Characters.lowerHex) { return [] }
      return [.refused(value, "it must be the SHA-1 of the image file as it is, 40 lower-case hexadecimal digits")]
    },
    .init("size") { value in
      guard let size = value?.integer, size > 0 else {
        return [.refused(value, "it must be the size of the image file as it is, a number of bytes")]
      }
      return size <= 20 << 30 ? [] : [.refused(value, "IMGAPI takes files up to 20 GiB (21474836480 bytes)")]
    },
    .init("compression", ManifestValues.oneOf(Manifest.Compression.allCases.map(\.rawValue))),
    .init("dataset_guid") { value in
      guard let value else {
        return [.unwise(nil, "with the snapshot's GUID ('zfs get guid') a wrong stream is noticed")]
      }
      if let text = value.string {
        return UInt64(text) ?? 0 > 0
          ? [] : [.refused(value, "it must be the snapshot's GUID, a decimal number of 64 bits")]
      }
      guard let number = value.integer, number > 0, number <= 1 << 53 else {
        return [.refused(value, "it must be the snapshot's GUID as text; JSON numbers do not hold 64 bits")]
      }
      return [.unwise(value, "JSON numbers do not hold 64 bits: write it in quotes")]
    },
    .init("digest", ManifestValues.anything),
    .init("uncompressedDigest", ManifestValues.anything),
  ]

  /// `files`, which is a list of exactly one object.
  mutating func holdFile(_ value: JSONValue?) {
    guard let files = value?.array, files.count == 1, let file = files[0].object else {
      let rule = "it must be a list of exactly one object with sha1, size and compression"
      let count = value?.array.map { "has \($0.count) entries, " } ?? "is "
      add("files", [Remark(.refused, "\(count)\(Manifest.shown(value)); \(rule)")])
      return
    }
    hold(file, to: Self.file, path: "files[0].") { value in
      .unwise(value, "IMGAPI does not know the member, and drops it")
    }
  }
}

extension Manifest.File {
  /// `files[0]`, when all that intake needs can be made out.
  init?(_ files: JSONValue?) {
    guard let files = files?.array, files.count == 1, let sha1 = files[0]["sha1"]?.string,
      let size = files[0]["size"]?.integer, size > 0,
      let compression = files[0]["compression"]?.string.flatMap(Manifest.Compression.init)
    else { return nil }
    (self.sha1, self.size, self.compression) = (sha1, size, compression)
    let guid = files[0]["dataset_guid"]
    datasetGUID = guid?.string.flatMap { UInt64($0) } ?? guid?.integer.flatMap { UInt64(exactly: $0) }
  }
}
