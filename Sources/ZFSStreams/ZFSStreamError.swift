/// Why a byte stream is not the volume it should be, and where that was seen.
package struct ZFSStreamError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    /// The bytes break a rule of the format, or a checksum differs.
    case damaged
    /// The stream ends before its END record.
    case truncated
    /// A sound stream, but not one that a disk can be rebuilt from here.
    case refused(Refusal)
    /// The volume is larger than the caller is ready to take.
    case overLimit
  }

  /// The kinds of stream that are refused by name.
  package enum Refusal: String, Hashable, Sendable, CaseIterable {
    case incremental, clone, encrypted, redacted, resuming, deduplicated
    case notVolume = "not-zvol"
    case multipleDatasets = "multi-dataset"
    case unknownFeature = "unknown-feature"
    case unsupportedProperties = "unsupported-properties"
  }

  package var kind: Kind
  /// The record at which it was seen, counted from 1 (BEGIN).
  package var record: Int
  /// First byte of that record, counted from the start of the (decompressed) stream.
  package var offset: Int64
  /// What is wrong, with the values seen, and what to do.
  package var message: String

  package var description: String { "record \(record) at byte \(offset): \(message)" }
}

/// An error of a record whose place the reader adds.
struct Flaw: Error {
  var kind: ZFSStreamError.Kind
  var message: String

  static func damaged(_ message: String) -> Flaw { Flaw(kind: .damaged, message: message) }
  static func refused(_ refusal: ZFSStreamError.Refusal, _ message: String) -> Flaw {
    Flaw(kind: .refused(refusal), message: message)
  }
}
