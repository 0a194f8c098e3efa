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
  /// `requirements.brand` and `requirements.bootrom`; an image that names one is not hybrid.
  package var brand: String?
  package var bootrom: String?
  /// UUID of the image that this one is an increment of.
  package var origin: String?
  /// Names of `users`, for which a password is generated.
  package var users: [String]
  /// The whole document.
  package var json: JSONValue
}

/// Something to say of a field of the manifest.
package struct ManifestViolation: Hashable, Sendable, Codable {
  /// `uuid`, `files[0].sha1`, …; `manifest` for the document as a whole.
  package var field: String
  /// The value seen, the rule, and what to do.
  package var message: String

  package init(_ field: String, _ message: String) { (self.field, self.message) = (field, message) }
}

/// What came of reading a manifest: all that is to be said of it, and its values when they suffice to go on.
package struct ManifestReading: Hashable, Sendable {
  /// Nil when a value that intake needs is missing or has another type; its violation is then in the list.
  package var manifest: Manifest?
  /// Rules that are broken: imgadm or IMGAPI refuses the manifest, or no machine can be made of the image.
  package var violations: [ManifestViolation]
  /// What is accepted, and yet likely to be a mistake.
  package var warnings: [ManifestViolation] = []
  /// What is usual, and good to know.
  package var notes: [ManifestViolation] = []

  package init(manifest: Manifest?, violations: [ManifestViolation]) {
    (self.manifest, self.violations) = (manifest, violations)
  }
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
      return refused("has \(file.size) bytes, more than the \(sizeLimit) taken; is it the image file?")
    }
    return read(Array(bytes.prefix(count)))
  }

  /// Holds a manifest's bytes to the rules; at most ``sizeLimit`` of them.
  package static func read(_ bytes: [UInt8]) -> ManifestReading {
    let parsed: (value: OrderedJSON, repetitions: [OrderedJSON.Repetition])
    do throws(OrderedJSONError) {
      parsed = try OrderedJSON.parse(bytes)
    } catch {
      return refused(
        "is not JSON: \(error.reason) (\(place(error.offset, in: bytes))); begins with "
          + "\(quoted(String(decoding: bytes.prefix(40), as: UTF8.self))); write an IMGAPI manifest")
    }
    let document = JSONValue(parsed.value)
    guard document.object != nil else { return refused("is \(shown(document)); it must be a JSON object") }
    var reading = read(document)
    for repetition in parsed.repetitions {
      reading.violations.append(
        .init(
          named(repetition.name),
          "appears again in the same object (\(place(repetition.offset, in: bytes))); readers of JSON do not agree on "
            + "which one counts: leave one"))
    }
    return reading
  }

  /// A value for a message: its JSON text, bounded, nothing in it that a terminal obeys.
  static func shown(_ value: JSONValue?) -> String {
    guard let value else { return "missing" }
    if let text = value.string { return quoted(text) }
    return String(quoted(value.text).dropFirst().dropLast())
  }

  /// The name of a member for a message: as it is when it is harmless, else in quotes.
  static func named(_ name: String) -> String {
    let plain = name.utf8.allSatisfy { Characters.word($0) || "._-".utf8.contains($0) }
    return plain && (1...64).contains(name.utf8.count) ? name : quoted(name)
  }

  private static func refused(_ message: String) -> ManifestReading {
    ManifestReading(manifest: nil, violations: [.init("manifest", message)])
  }

  private static func place(_ offset: Int, in bytes: [UInt8]) -> String {
    let before = bytes.prefix(offset)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return "line \(line), byte \(before.count - start + 1)"
  }
}
