/// A feature of a stream, by its bit in BEGIN.
///
/// - SeeAlso: OpenZFS `DMU_BACKUP_FEATURE_*`.
enum Feature: Int, CaseIterable, Sendable {
  case dedup = 0
  case dedupProperties = 1
  case spill = 2
  case embedData = 16
  case lz4 = 17
  case largeBlocks = 19
  case resuming = 20
  case redacted = 21
  case compressed = 22
  case largeDnode = 23
  case raw = 24
  case zstd = 25
  case holds = 26
  case switchToLargeBlocks = 27
  case longName = 28
  case largeMicroZAP = 29

  /// The name in OpenZFS' header, in small letters.
  var name: String {
    switch self {
    case .dedup: "dedup"
    case .dedupProperties: "dedupprops"
    case .spill: "sa_spill"
    case .embedData: "embed_data"
    case .lz4: "lz4"
    case .largeBlocks: "large_blocks"
    case .resuming: "resuming"
    case .redacted: "redacted"
    case .compressed: "compressed"
    case .largeDnode: "large_dnode"
    case .raw: "raw"
    case .zstd: "zstd"
    case .holds: "holds"
    case .switchToLargeBlocks: "switch_to_large_blocks"
    case .longName: "longname"
    case .largeMicroZAP: "large_microzap"
    }
  }
}

/// The feature bits of a stream: what its records may hold.
struct Features: Hashable, Sendable {
  let bits: UInt64

  func contains(_ feature: Feature) -> Bool { bits >> UInt64(feature.rawValue) & 1 != 0 }

  /// Names of all bits set, unknown ones as `bit N`.
  var names: [String] {
    (0..<56).filter { bits >> UInt64($0) & 1 != 0 }.map { Feature(rawValue: $0)?.name ?? "bit \($0)" }
  }

  /// Holds a record to what BEGIN has announced.
  func require(_ feature: Feature, _ what: @autoclosure () -> String) throws(Flaw) {
    guard contains(feature) else {
      throw .damaged(
        "\(what()), but BEGIN does not announce it (feature \(feature.name), bit \(feature.rawValue)); "
          + "make the stream anew")
    }
  }

  /// Refuses, by name, streams that no whole volume can be rebuilt from.
  func check() throws(Flaw) {
    if contains(.raw) {
      throw .refused(.encrypted, "the payloads are encrypted (zfs send -w); send without -w, so that ZFS decrypts them")
    }
    if contains(.resuming) {
      throw .refused(
        .resuming,
        "the stream continues an interrupted one (zfs send -t), its beginning is missing; "
          + "send the snapshot from the start"
      )
    }
    if contains(.redacted) {
      throw .refused(.redacted, "blocks were left out on purpose (redacted send); send the snapshot without --redact")
    }
    if contains(.dedup) || contains(.dedupProperties) {
      throw .refused(
        .deduplicated, "a deduplicated stream (zfs send -D); send without -D, or pass it through zstream redup")
    }
    let unknown = (0..<56).filter { bits >> UInt64($0) & 1 != 0 && Feature(rawValue: $0) == nil }
    if !unknown.isEmpty {
      throw .refused(
        .unknownFeature,
        "the stream needs features that are not known here (bits \(unknown)); send with an OpenZFS release")
    }
  }
}
