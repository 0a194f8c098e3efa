package import Model

/// What an image manifest (IMGAPI, version 2) says, as far as imgverify acts on it.
package struct Manifest: Hashable, Sendable {
  package enum Compression: String, Hashable, Sendable, CaseIterable { case gzip, bzip2, xz, none }

  /// The image file, `files[0]`.
  package struct File: Hashable, Sendable {
    /// Of the file as it is, compressed: 40 lower-case hexadecimal digits.
    package var sha1: String
    /// Bytes of the file as it is.
    package var size: Int64
    package var compression: Compression
    /// GUID of the snapshot, when the manifest gives it as a decimal number.
    package var datasetGUID: UInt64?

    package init(sha1: String, size: Int64, compression: Compression, datasetGUID: UInt64? = nil) {
      (self.sha1, self.size, self.compression, self.datasetGUID) = (sha1, size, compression, datasetGUID)
    }
  }

  package var uuid: String
  package var name: String
  package var version: String
  package var type: String
  package var os: String
  /// Of the volume; whole mebibytes.
  package var imageSize: ByteCount
  package var file: File
  package var nicDriver: String
  package var diskDriver: String
  package var cpuType: String
  package var minimumRAM: ByteCount?
  /// Names of `users`, for which a password is generated.
  package var users: [String]
  /// The whole document.
  package var json: JSONValue
}

/// A rule of the manifest that is broken.
package struct ManifestViolation: Hashable, Sendable, Codable {
  /// `uuid`, `files[0].sha1`, …; `manifest` for the document as a whole.
  package var field: String
  /// The value seen, the rule, and what to do.
  package var message: String

  package init(_ field: String, _ message: String) { (self.field, self.message) = (field, message) }
}

/// What came of reading a manifest: all that is wrong with it, and its values when they suffice to go on.
package struct ManifestReading: Hashable, Sendable {
  /// Nil when a value that intake needs is missing or has another type; its violation is then in the list.
  package var manifest: Manifest?
  package var violations: [ManifestViolation]
}

extension Manifest {
  /// Manifests have a few KiB; the limit leaves room for the largest `tags` that IMGAPI takes.
  package static let sizeLimit = 1 << 20

  /// Reads the manifest at `path` and holds it to the rules, all at once.
  ///
  /// - Throws: ``VerifyError`` `.cannotOpen` when the file is missing or unreadable.
  package static func read(path: String) throws -> ManifestReading {
    let file = try InputFile(path: path)
    var bytes = [UInt8](repeating: 0, count: sizeLimit + 1)
    let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
    guard count <= sizeLimit else {
      return ManifestReading(
        manifest: nil,
        violations: [
          .init("manifest", "has \(file.size) bytes, more than the \(sizeLimit) taken; is it the image file?")
        ])
    }
    return read(Array(bytes.prefix(count)))
  }

  /// Holds a manifest's bytes to the rules.
  package static func read(_ bytes: [UInt8]) -> ManifestReading {
    let document: JSONValue
    do {
      document = try JSONValue(parsing: bytes)
    } catch {
      let start = quoted(String(decoding: bytes.prefix(40), as: UTF8.self))
      return ManifestReading(
        manifest: nil, violations: [.init("manifest", "is not JSON (begins with \(start)); write an IMGAPI manifest")])
    }
    guard document.object != nil else {
      return ManifestReading(
        manifest: nil, violations: [.init("manifest", "is \(shown(document)); it must be a JSON object")])
    }
    return read(document)
  }

  /// A value for a message: its JSON text, bounded, nothing in it that a terminal obeys.
  static func shown(_ value: JSONValue?) -> String {
    guard let value else { return "missing" }
    if let text = value.string { return quoted(text) }
    return String(quoted(value.text).dropFirst().dropLast())
  }
}
